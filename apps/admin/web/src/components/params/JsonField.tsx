import { JsonInput } from '@mantine/core'
import type { FieldProps } from '@rjsf/utils'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { sameJson } from './sameJson.ts'

/** A param that takes any JSON: what is typed stands until it, or the JSON beside the form, gives another value. */
export function JsonField({
  formData,
  onChange,
  schema,
  name,
  required,
  fieldPathId,
  rawErrors,
}: FieldProps) {
  const { t } = useTranslation('params')
  const [typed, setTyped] = useState<string | null>(null)
  const read = typed === null ? undefined : parsed(typed)
  const isBroken = typed !== null && typed.trim() !== '' && read === undefined
  const stands = typed !== null && (isBroken || sameJson(read, formData))
  return (
    <JsonInput
      id={fieldPathId.$id}
      label={schema.title ?? name}
      description={schema.description}
      required={required ?? false}
      autosize
      minRows={1}
      maxRows={10}
      value={stands ? typed : shown(formData)}
      placeholder={t('anyJson')}
      error={isBroken && stands ? t('notJson') : rawErrors?.join('; ')}
      onChange={(next) => {
        setTyped(next)
        const value = parsed(next)
        if (value !== undefined || next.trim() === '') onChange(value, fieldPathId.path)
      }}
    />
  )
}

const shown = (value: unknown) => (value === undefined ? '' : JSON.stringify(value, null, 2))

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
