import { readLocalStorageValue } from '@mantine/hooks'
import { useEffect } from 'react'
import { useNavigate } from 'react-router'
import { useMay } from '../api/session.tsx'
import { useLive } from '../live/LiveProvider.tsx'
import { openShortcuts } from './openShortcuts.tsx'
import { GO_TO, SHORTCUTS_KEY } from './shortcuts.ts'

/** How long `g` waits for the second key. */
const SEQUENCE_MS = 1_500
/** Where a key is meant for what has the focus: fields, menus, lists to choose from, windows. */
const TAKES_KEYS = 'input, textarea, select, [contenteditable], [role=menu], [role=listbox], [role=dialog]'

/** The letter of a key by what it types, or, while Hangul is on, by where it lies. */
function letterOf({ key, code }: KeyboardEvent): string {
  if (key === '?' || /^[a-z]$/i.test(key)) return key.toLowerCase()
  return /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? ''
}

/** Single keys: `g` and a letter for a page, `n`, `l`, and `?` for the list of them. */
export function useShortcuts(): void {
  const navigate = useNavigate()
  const { isPaused, pause, resume } = useLive()
  const mayCreate = useMay('admin')
  useEffect(() => {
    let wentAt = 0
    const onKey = (event: KeyboardEvent) => {
      const isMeant = !(event.target as HTMLElement).closest?.(TAKES_KEYS)
      if (!isMeant || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
      if (document.querySelector('[role=dialog]')) return
      if (readLocalStorageValue({ key: SHORTCUTS_KEY, defaultValue: true }) === false) return
      const letter = letterOf(event)
      const isSecond = event.timeStamp - wentAt < SEQUENCE_MS
      wentAt = 0
      if (isSecond) {
        const path = GO_TO[letter as keyof typeof GO_TO]
        if (path) void navigate(path)
      } else if (letter === 'g') wentAt = event.timeStamp
      else if (letter === '?') openShortcuts()
      else if (letter === 'l') (isPaused ? resume : pause)()
      else if (letter === 'n' && mayCreate) void navigate('/crons/new')
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [navigate, isPaused, pause, resume, mayCreate])
}
