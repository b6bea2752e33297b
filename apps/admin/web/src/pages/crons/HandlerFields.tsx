import { Badge, Group, Select, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { api, type Schemas } from '../../api/client.ts'
import { HandlerNotice } from '../../components/cronActions/HandlerNotice.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { ParamsEditor } from '../../components/params/ParamsEditor.tsx'
import type { CronValues } from './cronValues.ts'
import { FormSection } from './FormSection.tsx'
import type { FieldsProps } from './GeneralFields.tsx'

interface Props extends FieldsProps {
  before: CronValues
  paramErrors: Record<string, string>
  /** Why the params cannot be read as they stand; null: they can. */
  onProblem: (problem: string | null) => void
}

type Handler = Schemas['Handler']
const MOST_HANDLERS = 200

/** What runs, and with which params. */
export function HandlerFields({ form, before, errorOf, paramErrors, onProblem }: Props) {
  const { t } = useTranslation('cronForm')
  const { data, error, isPending, refetch } = api.useQuery('get', '/handlers', {
    params: { query: { size: MOST_HANDLERS } },
  })
  const handlers = (data?.items ?? []) as Handler[]
  const { handler_name, handler_params } = form.values
  // One that no worker has published any more is still the one the cron names.
  const names = [...new Set([...handlers.map(({ name }) => name), handler_name])].filter(
    (name) => name !== '',
  )
  const choose = (name: string | null) => {
    if (name === null || name === handler_name) return
    form.setFieldValue('handler_name', name)
    // The params of one handler mean nothing to another.
    form.setFieldValue('handler_params', name === before.handler_name ? before.handler_params : {})
    onProblem(null)
  }
  return (
    <FormSection title={t('handler')} description={t('handlerText')}>
      <Stack gap="md">
        {error && <ErrorNotice error={error} onRetry={refetch} />}
        <Select
          label={t('label.handler_name')}
          required
          searchable
          allowDeselect={false}
          maw={480}
          placeholder={t('chooseHandler')}
          nothingFoundMessage={t(isPending ? 'loadingHandlers' : 'noHandlers')}
          data={names}
          value={handler_name || null}
          onChange={choose}
          error={errorOf('handler_name')}
          renderOption={({ option }) => (
            <HandlerOption name={option.value} handler={handlers.find(({ name }) => name === option.value)} />
          )}
        />
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

function HandlerOption({ name, handler }: { name: string; handler: Handler | undefined }) {
  const { t } = useTranslation('cronForm')
  return (
    <Group justify="space-between" wrap="nowrap" w="100%">
      <Stack gap={0} miw={0}>
        <Text size="sm" ff="monospace">
          {name}
        </Text>
        {handler?.description && (
          <Text size="xs" c="dimmed" truncate>
            {handler.description}
          </Text>
        )}
      </Stack>
      <Badge size="xs" variant="light" tt="none" color={handler?.is_served ? 'teal' : 'orange'} flex="none">
        {t(handler?.is_served ? 'served' : 'notServed')}
      </Badge>
    </Group>
  )
}
