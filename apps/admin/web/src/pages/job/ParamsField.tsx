import { Fieldset, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ApiError } from '../../api/apiError.ts'
import { ParamsEditor } from '../../components/params/ParamsEditor.tsx'
import { paramErrors } from '../../components/params/paramErrors.ts'
import type { Params } from '../../components/params/paramsSchema.ts'

export type { Params }

/** The params of a job in a window; undefined while what is typed is no JSON object. */
export function ParamsField({
  label,
  handlerName,
  initial,
  onChange,
  error,
}: {
  label: string
  /** Null until one is chosen. */
  handlerName: string | null
  initial: Params
  onChange: (params: Params | undefined) => void
  /** What the server refused. */
  error: ApiError | null
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
          errors={error ? paramErrors(error, 'params') : {}}
          isNarrow
        />
      )}
    </Fieldset>
  )
}
