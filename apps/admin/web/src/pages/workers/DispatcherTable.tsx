import { useTranslation } from 'react-i18next'
import type { Schemas } from '../../api/client.ts'
import type { listOf } from '../../api/listOf.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import type { Column } from '../../components/table/column.ts'
import { DataTable } from '../../components/table/DataTable.tsx'
import { formatDuration } from '../../time/format.ts'
import { RelativeTime } from '../../time/Instant.tsx'
import { useNow } from '../../time/useNow.ts'
import { ProcessStatus } from './ProcessStatus.tsx'

type Dispatcher = Schemas['Dispatcher']

export function DispatcherTable({ list }: { list: ReturnType<typeof listOf<Dispatcher>> }) {
  const { t } = useTranslation('workers')
  const columns: Column<Dispatcher>[] = [
    { id: 'status', header: t('field.status'), width: 120, cell: (row) => <ProcessStatus process={row} /> },
    { id: 'id', header: t('field.id'), isFixed: true, cell: ({ id }) => id },
    { id: 'host', header: t('field.host'), hideBelow: 'md', cell: ({ hostname }) => hostname },
    { id: 'pid', header: t('field.pid'), hideBelow: 'md', isNumber: true, cell: ({ pid }) => pid },
    { id: 'version', header: t('field.version'), hideBelow: 'sm', cell: ({ version }) => version },
    { id: 'uptime', header: t('field.uptime'), hideBelow: 'sm', cell: (row) => <Uptime row={row} /> },
    {
      id: 'heartbeat',
      header: t('field.heartbeat'),
      cell: ({ stopped_at, heartbeat_at }) => <RelativeTime at={stopped_at ?? heartbeat_at} />,
    },
  ]
  return (
    <DataTable
      name="dispatchers"
      label={t('dispatchers')}
      columns={columns}
      list={list}
      rowKey={({ id }) => id}
      maxHeight="360px"
      empty={<EmptyState title={t('empty.dispatchersTitle')} text={t('empty.dispatchersText')} />}
    />
  )
}

function Uptime({ row }: { row: Dispatcher }) {
  const now = useNow()
  const end = row.stopped_at ?? (row.is_alive ? null : row.heartbeat_at)
  return (
    <span className="tabular">
      {formatDuration(Math.max((end ? Date.parse(end) : now) - Date.parse(row.started_at), 0))}
    </span>
  )
}
