import { Anchor, Badge, Skeleton, Table, Text, Tooltip } from '@mantine/core'
import { IconStack2 } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, type Schemas } from '../../api/client.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { jobsPath } from '../../components/jobsPath.ts'
import { formatDuration } from '../../time/format.ts'
import { Panel } from './Panel.tsx'
import { useNumbers } from './useNumbers.ts'

type Queue = Schemas['Queue']

const SHOWN = 10

/** What each queue holds and who serves it, those that nobody serves first. */
export function Queues() {
  const { t } = useTranslation('overview')
  const { data, error, refetch, isPending } = api.useQuery('get', '/queues', {
    params: { query: { size: 100 } },
  })
  const queues = (data?.items ?? []).toSorted((a, b) => attention(b) - attention(a))
  return (
    <Panel title={t('queues.title')} to="/workers" linkText={t('queues.all')}>
      {isPending && <Skeleton h={120} />}
      {error && !data && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data && queues.length === 0 && (
        <EmptyState title={t('queues.empty')} text={t('queues.emptyText')} icon={IconStack2} />
      )}
      {queues.length > 0 && (
        <Table verticalSpacing={6} horizontalSpacing="xs" aria-label={t('queues.title')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('queues.name')}</Table.Th>
              <Table.Th ta="right">{t('queues.ready')}</Table.Th>
              <Table.Th ta="right" visibleFrom="sm">
                {t('queues.waiting')}
              </Table.Th>
              <Table.Th ta="right">{t('queues.running')}</Table.Th>
              <Table.Th ta="right">{t('queues.oldest')}</Table.Th>
              <Table.Th ta="right" visibleFrom="sm">
                {t('queues.workers')}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {queues.slice(0, SHOWN).map((queue) => (
              <QueueRow key={queue.name} queue={queue} />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {data && data.total > SHOWN && (
        <Text size="xs" c="dimmed" mt="xs">
          {t('queues.more', { count: data.total - SHOWN })}
        </Text>
      )}
    </Panel>
  )
}

/** Work that nobody takes, then the oldest. */
const attention = ({ is_served, ready, oldest_ready_ms }: Queue) =>
  (is_served ? 0 : 1e15 + ready) + (oldest_ready_ms ?? 0)

function QueueRow({ queue }: { queue: Queue }) {
  const { t } = useTranslation('overview')
  const { count } = useNumbers()
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400} miw={90} style={{ overflowWrap: 'anywhere' }}>
        <Anchor component={Link} to={jobsPath({ queue: queue.name })} size="sm">
          {queue.name}
        </Anchor>{' '}
        {!queue.is_served && (
          <Tooltip label={t('queues.notServedWhy')} multiline w={240}>
            <Badge color="red" variant="light" size="sm" tt="none">
              {t('queues.notServed')}
            </Badge>
          </Tooltip>
        )}
      </Table.Th>
      <Table.Td ta="right" className="tabular">
        {count(queue.ready, queue.ready_is_exact)}
      </Table.Td>
      <Table.Td ta="right" className="tabular" visibleFrom="sm">
        {count(queue.waiting, queue.waiting_is_exact)}
      </Table.Td>
      <Table.Td ta="right" className="tabular">
        {count(queue.running, queue.running_is_exact)}
      </Table.Td>
      <Table.Td ta="right" className="tabular">
        {queue.oldest_ready_ms === null ? '–' : formatDuration(queue.oldest_ready_ms)}
      </Table.Td>
      <Table.Td ta="right" className="tabular" visibleFrom="sm">
        {queue.workers}
      </Table.Td>
    </Table.Tr>
  )
}
