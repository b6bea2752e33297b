import { useHotkeys } from '@mantine/hooks'
import { lazy, Suspense, useEffect, useState } from 'react'
import { offerPalette, openPalette } from './openPalette.ts'
import { useShortcuts } from './useShortcuts.ts'

const Palette = lazy(() => import('./palette/Palette.tsx').then((module) => ({ default: module.Palette })))

/** Listens for the keys that work on every page, and holds the palette, which is loaded when it is first asked for. */
export function PaletteHost() {
  const [isOpen, setOpen] = useState(false)
  const [wasAsked, setAsked] = useState(false)
  useEffect(
    () =>
      offerPalette(() => {
        setAsked(true)
        setOpen(true)
      }),
    [],
  )
  // In fields as well: it types nothing.
  useHotkeys([['mod+K', openPalette]], [], true)
  useShortcuts()
  return (
    wasAsked && (
      <Suspense fallback={null}>
        <Palette isOpen={isOpen} close={() => setOpen(false)} />
      </Suspense>
    )
  )
}
