import { JsonInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

export type Params = Record<string, unknown>

/** The params of a job; undefined while what is typed is no JSON object. */
export function ParamsField({
  label,
  value,
  onChange,
  error,
}: {
  label: string
  handlerName: string | null
  value: Params
  onChange: (params: Params | undefined) => void
  error?: string | undefined
}) {
  const { t } = useTranslation(['job', 'common'])
  const [text, setText] = useState(() => JSON.stringify(value, null, 2))
  const isObject = objectOf(text) !== undefined
  return (
    <JsonInput
      label={label}
      value={text}
      onChange={(next) => {
        setText(next)
        onChange(objectOf(next))
      }}
      error={isObject ? error : t('params.notObject')}
      autosize
      minRows={5}
      maxRows={16}
      spellCheck={false}
      formatOnBlur
    />
  )
}

function objectOf(text: string): Params | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Params)
      : undefined
  } catch {
    return undefined
  }
}
