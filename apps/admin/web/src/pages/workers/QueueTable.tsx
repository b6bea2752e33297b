import { Alert, Anchor, Badge, Stack, Text, Tooltip } from '@mantine/core'
import { IconAlertTriangle, IconStack2 } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, type Schemas } from '../../api/client.ts'
import { listOf } from '../../api/listOf.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { jobsPath } from '../../components/jobsPath.ts'
import type { Column } from '../../components/table/column.ts'
import { DataTable } from '../../components/table/DataTable.tsx'
import { formatDuration } from '../../time/format.ts'

type Queue = Schemas['Queue']
const SIZE = 200

/** How much each queue holds, for how long, and who takes from it. */
export function QueueTable() {
  const { t, i18n } = useTranslation('workers')
  const list = listOf<Queue>(api.useQuery('get', '/queues', { params: { query: { size: SIZE } } }))
  /** Beyond what admin counts, `10,000+`. */
  const count = (value: number, isExact: boolean) =>
    `${value.toLocaleString(i18n.language)}${isExact ? '' : '+'}`
  const unserved = list.rows.filter((queue) => !queue.is_served && queue.ready > 0)
  const columns: Column<Queue>[] = [
    {
      id: 'name',
      header: t('queue.name'),
      isFixed: true,
      cell: ({ name }) => (
        <Anchor
          component={Link}
          to={jobsPath({ queue: name })}
          size="sm"
          fw={600}
          aria-label={t('queue.jobs', { name })}
          style={{ overflowWrap: 'anywhere' }}
        >
          {name}
        </Anchor>
      ),
    },
    {
      id: 'ready',
      header: t('queue.ready'),
      isNumber: true,
      cell: (row) => count(row.ready, row.ready_is_exact),
    },
    {
      id: 'oldest',
      header: t('queue.oldest'),
      isNumber: true,
      hideBelow: 'sm',
      cell: ({ oldest_ready_ms: ms }) => (ms === null ? '–' : formatDuration(ms)),
    },
    {
      id: 'waiting',
      header: t('queue.waiting'),
      isNumber: true,
      hideBelow: 'sm',
      cell: (row) => count(row.waiting, row.waiting_is_exact),
    },
    {
      id: 'running',
      header: t('queue.running'),
      isNumber: true,
      cell: (row) => count(row.running, row.running_is_exact),
    },
    { id: 'served', header: t('queue.served'), cell: (row) => <ServedBy queue={row} /> },
  ]
  return (
    <Stack gap="sm">
      {unserved.length > 0 && (
        <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} role="status">
          {t('queue.warning', {
            count: unserved.length,
            names: unserved.map(({ name }) => name).join(', '),
          })}
        </Alert>
      )}
      <DataTable
        name="queues"
        label={t('queues')}
        columns={columns}
        list={list}
        rowKey={({ name }) => name}
        maxHeight="420px"
        toolbar={
          <Text size="sm" c="dimmed">
            {t('queue.hint')}
          </Text>
        }
        empty={<EmptyState title={t('queue.empty')} text={t('queue.emptyText')} icon={IconStack2} />}
      />
    </Stack>
  )
}

function ServedBy({ queue: { is_served, workers } }: { queue: Queue }) {
  const { t } = useTranslation('workers')
  if (is_served) return t('queue.workers', { count: workers })
  return (
    <Tooltip
      label={t('queue.nobodyWhy')}
      multiline
      w={280}
      events={{ hover: true, focus: true, touch: true }}
    >
      <Badge color="orange" variant="light" size="sm" tt="none" className="jobu-badge" tabIndex={0}>
        {t('queue.nobody')}
      </Badge>
    </Tooltip>
  )
}
