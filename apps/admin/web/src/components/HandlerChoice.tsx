import { Badge, Group, Select, type SelectProps, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { api, type Schemas } from '../api/client.ts'
import { ErrorNotice } from './ErrorNotice.tsx'

type Handler = Schemas['Handler']
const MOST_HANDLERS = 200

interface Props extends Pick<SelectProps, 'error' | 'maw'> {
  /** Empty: none yet. */
  value: string
  onChange: (name: string) => void
  /** Finds the field again, for who goes to its fault. */
  path?: string
}

/** The handler that does the work, with what each does and whether a worker has it. */
export function HandlerChoice({ value, onChange, path, ...select }: Props) {
  const { t } = useTranslation('cronForm')
  const { data, error, isPending, refetch } = api.useQuery('get', '/handlers', {
    params: { query: { size: MOST_HANDLERS } },
  })
  const handlers = (data?.items ?? []) as Handler[]
  // One that no worker has published any more is still the one that is named.
  const names = [...new Set([...handlers.map(({ name }) => name), value])].filter((name) => name !== '')
  return (
    <>
      {error && <ErrorNotice error={error} onRetry={refetch} />}
      <Select
        {...select}
        label={t('label.handler_name')}
        required
        searchable
        allowDeselect={false}
        placeholder={t('chooseHandler')}
        nothingFoundMessage={t(isPending ? 'loadingHandlers' : 'noHandlers')}
        data={names}
        value={value || null}
        onChange={(name) => name !== null && name !== value && onChange(name)}
        renderOption={({ option }) => (
          <HandlerOption name={option.value} handler={handlers.find(({ name }) => name === option.value)} />
        )}
        {...(path ? { 'data-path': path } : {})}
      />
    </>
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
