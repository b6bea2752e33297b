import { TextInput } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { TASK_KEY } from './editTasks.ts'

interface Props {
  value: string
  /** Keys there are. */
  taken: string[]
  onChange: (key: string) => void
  error: string | undefined
  path: string
}

/** A task's key. It is another one once the field is left: others name the task by it. */
export function KeyField({ value, taken, onChange, error, path }: Props) {
  const { t } = useTranslation('scheduleForm')
  const [text, setText] = useState(value)
  const input = useRef<HTMLInputElement>(null)
  // The first thing that is said of a new task.
  useEffect(() => {
    if (/^task_\d+$/.test(value)) input.current?.select()
  }, [])
  useEffect(() => setText(value), [value])
  const why =
    text === value
      ? undefined
      : !TASK_KEY.test(text)
        ? t('keyForm')
        : taken.includes(text)
          ? t('keyTaken')
          : undefined
  const commit = () => {
    if (text !== value && why === undefined) onChange(text)
    else setText(value)
  }
  return (
    <TextInput
      ref={input}
      label={t('label.key')}
      description={t('help.key')}
      required
      autoComplete="off"
      spellCheck={false}
      maxLength={64}
      value={text}
      onChange={({ currentTarget }) => setText(currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return
        event.preventDefault()
        commit()
      }}
      error={why ?? error}
      data-path={path}
    />
  )
}
