import { Fieldset, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ParamsEditor } from '../../components/params/ParamsEditor.tsx'
import type { Params } from '../../components/params/paramsSchema.ts'

export type { Params }

/** The params of a job in a window; undefined while what is typed is no JSON object. */
export function ParamsField({
  label,
  handlerName,
  initial,
  onChange,
  errors,
}: {
  label: string
  /** Null until one is chosen. */
  handlerName: string | null
  initial: Params
  onChange: (params: Params | undefined) => void
  /** What the server refused, by the field of its body. */
  errors: Record<string, string>
}) {
  const { t } = useTranslation(['job', 'common'])
  const [value, setValue] = useState(initial)
  return (
    <Fieldset legend={label}>
      {handlerName === null ? (
        <Text size="sm" c="dimmed">
          {t('params.noHandler')}
        </Text>
      ) : (
        <ParamsEditor
          key={handlerName}
          handlerName={handlerName}
          value={value}
          onChange={(next, problem) => {
            setValue(next)
            onChange(problem === null ? next : undefined)
          }}
          errors={ofParams(errors)}
          isNarrow
        />
      )}
    </Fieldset>
  )
}

/** `params.url` of the body is `url` of the params; what is wrong with them as a whole has no name. */
const ofParams = (errors: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(errors).flatMap(([field, message]) => {
      if (field === 'params') return [['', message]]
      return field.startsWith('params.') ? [[field.slice('params.'.length), message]] : []
    }),
  )
