import { Badge, Code, Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { IconServerOff } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { api, type Schemas } from '../../api/client.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { RelativeTime } from '../../time/Instant.tsx'
import { Panel } from './Panel.tsx'
import { START_WORKER } from './startCommands.ts'
import { WorkerLoad } from './WorkerLoad.tsx'

const SHOWN = 8

/** Workers with their load, those that need a look first, and dispatchers. */
export function Services() {
  const { t } = useTranslation('overview')
  const { data, error, refetch, isPending } = api.useQuery('get', '/workers', {
    params: { query: { size: 100 } },
  })
  const workers = ((data?.items ?? []) as Array<Schemas['Worker']>)
    .filter(({ status }) => status !== 'STOPPED')
    .sort((a, b) => attention(b) - attention(a))
  const { length: lost } = workers.filter(({ is_alive }) => !is_alive)
  return (
    <Panel title={t('services.title')} to="/workers" linkText={t('services.all')}>
      {isPending && <Skeleton h={120} />}
      {error && !data && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data && workers.length === lost && (
        <EmptyState title={t('services.noWorkers')} text={t('services.noWorkersText')} icon={IconServerOff}>
          <Code>{START_WORKER}</Code>
        </EmptyState>
      )}
      {workers.length > 0 && (
        <Stack component="ul" gap={0} m={0} p={0} style={{ listStyle: 'none' }}>
          {workers.slice(0, SHOWN).map((worker) => (
            <WorkerLoad key={worker.id} worker={worker} />
          ))}
        </Stack>
      )}
      {workers.length > SHOWN && (
        <Text size="xs" c="dimmed" mt="xs">
          {t('services.more', { count: workers.length - SHOWN })}
        </Text>
      )}
      <Dispatchers />
    </Panel>
  )
}

/** Lost ones, draining ones, and then the busiest. */
function attention({ is_alive, status, running, pool_size }: Schemas['Worker']): number {
  if (!is_alive) return 3
  return status === 'DRAINING' ? 2 : running / Math.max(pool_size, 1)
}

function Dispatchers() {
  const { t } = useTranslation('overview')
  const { data: status } = api.useQuery('get', '/scheduler/status')
  if (!status) return null
  const { dispatchers } = status
  return (
    <>
      <Title order={3} size="sm" mt="md" mb={4}>
        {t('services.dispatchers')}
      </Title>
      {dispatchers.length === 0 && (
        <Badge color="red" variant="light" tt="none">
          {t('services.noDispatchers')}
        </Badge>
      )}
      {dispatchers.map(({ id, version, heartbeat_at }) => (
        <Group key={id} gap="xs" py={4} justify="space-between" wrap="nowrap">
          <Text size="sm" truncate title={id}>
            {id}{' '}
            <Text span size="xs" c="dimmed">
              {version}
            </Text>
          </Text>
          <Text size="xs" c="dimmed" style={{ flexShrink: 0 }}>
            {t('services.heartbeat')} <RelativeTime at={heartbeat_at} />
          </Text>
        </Group>
      ))}
    </>
  )
}
