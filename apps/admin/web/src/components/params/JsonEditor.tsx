import { Textarea } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './JsonEditor.module.css'
import type { Params } from './paramsSchema.ts'
import { sameJson } from './sameJson.ts'

interface Props {
  value: Params
  onChange: (value: Params, problem: string | null) => void
}

/**
 * Params as JSON; while what stands there is none, its last readable value holds. A plain field: what edits in colours
 * makes the browser write styles while one types, which the content security policy refuses.
 */
export function JsonEditor({ value, onChange }: Props) {
  const { t } = useTranslation('params')
  const [text, setText] = useState(() => shown(value))
  const [problem, setProblem] = useState<string | null>(null)
  const told = useRef(value)
  useEffect(() => {
    if (sameJson(value, told.current)) return
    told.current = value
    setText(shown(value))
    setProblem(null)
  }, [value])
  const type = (next: string) => {
    setText(next)
    const read = parse(next)
    const why =
      'value' in read ? null : read.message ? t('notJsonBecause', { why: read.message }) : t('notObject')
    setProblem(why)
    if ('value' in read) told.current = read.value
    onChange('value' in read ? read.value : told.current, why)
  }
  return (
    <Textarea
      label={t('jsonLabel')}
      value={text}
      onChange={(event) => type(event.currentTarget.value)}
      // It stays as it was typed until it is left: spaces would move under the cursor.
      onBlur={() => problem === null && setText(shown(told.current))}
      error={problem}
      errorProps={{ role: 'alert' }}
      autosize
      minRows={6}
      maxRows={24}
      spellCheck={false}
      autoCapitalize="off"
      classNames={{ input: classes.input }}
    />
  )
}

const shown = (value: Params) => JSON.stringify(value, null, 2)

function parse(text: string): { value: Params } | { message: string | null } {
  if (text.trim() === '') return { value: {} }
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? { value: value as Params } : { message: null }
  } catch (error) {
    return { message: (error as Error).message }
  }
}
