import { Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { HandlerNotice } from '../../components/cronActions/HandlerNotice.tsx'
import { FormSection } from '../../components/FormSection.tsx'
import { HandlerChoice } from '../../components/HandlerChoice.tsx'
import { ParamsEditor } from '../../components/params/ParamsEditor.tsx'
import type { CronValues } from './cronValues.ts'
import type { FieldsProps } from './GeneralFields.tsx'

interface Props extends FieldsProps {
  before: CronValues
  paramErrors: Record<string, string>
  /** Why the params cannot be read as they stand; null: they can. */
  onProblem: (problem: string | null) => void
}

/** What runs, and with which params. */
export function HandlerFields({ form, before, errorOf, paramErrors, onProblem }: Props) {
  const { t } = useTranslation('cronForm')
  const { handler_name, handler_params } = form.values
  const choose = (name: string) => {
    form.setFieldValue('handler_name', name)
    // The params of one handler mean nothing to another.
    form.setFieldValue('handler_params', name === before.handler_name ? before.handler_params : {})
    onProblem(null)
  }
  return (
    <FormSection title={t('handler')} description={t('handlerText')}>
      <Stack gap="md">
        <HandlerChoice maw={480} value={handler_name} onChange={choose} error={errorOf('handler_name')} />
        {handler_name !== '' && (
          <>
            <HandlerNotice name={handler_name} />
            <ParamsEditor
              handlerName={handler_name}
              value={handler_params}
              onChange={(params, problem) => {
                form.setFieldValue('handler_params', params)
                onProblem(problem)
              }}
              errors={paramErrors}
            />
          </>
        )}
      </Stack>
    </FormSection>
  )
}
