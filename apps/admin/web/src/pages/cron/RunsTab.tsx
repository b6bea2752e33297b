import { Anchor, Button, Group, Select, Stack, Text } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Schemas } from '../../api/client.ts'
import { useList } from '../../api/useList.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { jobsPath } from '../../components/jobsPath.ts'
import { ReasonText } from '../../components/ReasonText.tsx'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { STATUSES } from '../../components/status.ts'
import type { Column } from '../../components/table/column.ts'
import { DataTable } from '../../components/table/DataTable.tsx'
import { ShownOf } from '../../components/table/ShownOf.tsx'
import { useFilters } from '../../components/useFilters.ts'
import { formatDuration } from '../../time/format.ts'
import { Instant } from '../../time/Instant.tsx'
import { useNow } from '../../time/useNow.ts'

type Job = Schemas['Job']

/** What the cron ran, newest first. */
export function RunsTab({ cron }: { cron: Schemas['Cron'] }) {
  const { t } = useTranslation(['cron', 'common'])
  const filters = useFilters()
  const status = STATUSES.find((one) => one === filters.get('status'))
  const list = useList<Job>('/jobs', { cron_id: cron.id, status })
  const columns: Column<Job>[] = [
    {
      id: 'status',
      header: t('runs.status'),
      width: 120,
      isFixed: true,
      cell: ({ status }) => <StatusBadge status={status} />,
    },
    {
      id: 'scheduled_time',
      header: t('runs.scheduled'),
      width: 200,
      isFixed: true,
      cell: ({ id, scheduled_time }) => (
        <Anchor component={Link} to={`/jobs/${id}`} inherit>
          <Instant at={scheduled_time} cronZone={cron.timezone} />
        </Anchor>
      ),
    },
    {
      id: 'started_at',
      header: t('runs.started'),
      width: 150,
      hideBelow: 'lg',
      cell: ({ started_at }) => <Instant at={started_at} cronZone={cron.timezone} style="time" />,
    },
    {
      id: 'duration',
      header: t('runs.duration'),
      width: 100,
      isNumber: true,
      cell: (job) => <Duration job={job} />,
    },
    {
      id: 'late',
      header: t('runs.late'),
      width: 90,
      isNumber: true,
      hideBelow: 'md',
      cell: ({ started_at, scheduled_time }) =>
        started_at ? formatDuration(Math.max(0, Date.parse(started_at) - Date.parse(scheduled_time))) : '–',
    },
    {
      id: 'attempt',
      header: t('runs.attempt'),
      width: 90,
      isNumber: true,
      hideBelow: 'lg',
      cell: ({ attempt }) => attempt,
    },
    {
      id: 'source',
      header: t('runs.source'),
      width: 150,
      hideBelow: 'lg',
      cell: ({ param_source }) => <span className="tabular">{t(`runs.source_${param_source}`)}</span>,
    },
    { id: 'note', header: t('runs.note'), hideBelow: 'sm', cell: (job) => <Note job={job} /> },
    {
      id: 'worker',
      header: t('runs.worker'),
      isHidden: true,
      cell: ({ worker_id }) => worker_id ?? '–',
    },
    { id: 'id', header: t('runs.id'), width: 100, isNumber: true, isHidden: true, cell: ({ id }) => id },
  ]
  return (
    <Stack gap="sm">
      <DataTable
        name="cron-runs"
        label={t('runs.table', { name: cron.name })}
        columns={columns}
        list={list}
        rowKey={({ id }) => id}
        maxHeight="calc(100dvh - 200px)"
        toolbar={
          <Group gap="sm">
            <Select
              size="xs"
              w={150}
              aria-label={t('runs.status')}
              value={status ?? ''}
              onChange={(next) => filters.set({ status: next })}
              data={[
                { value: '', label: t('runs.all') },
                ...STATUSES.map((value) => ({ value, label: t(`common:status.${value}`) })),
              ]}
              allowDeselect={false}
            />
            <ShownOf list={list} />
            <Button
              component={Link}
              to={jobsPath({ cron: cron.id, status: status ? [status] : [] })}
              variant="subtle"
              size="xs"
              leftSection={<IconExternalLink size={14} aria-hidden />}
            >
              {t('runs.openInJobs')}
            </Button>
          </Group>
        }
        empty={
          status ? (
            <EmptyState title={t('common:table.noMatch')}>
              <Button variant="light" size="xs" onClick={() => filters.set({ status: null })}>
                {t('common:table.clearFilters')}
              </Button>
            </EmptyState>
          ) : (
            <EmptyState title={t('runs.empty')} text={t('runs.emptyText')} />
          )
        }
      />
    </Stack>
  )
}

/** Of a run that has not ended, how long so far. */
function Duration({ job: { duration_ms, started_at, status } }: { job: Job }) {
  if (duration_ms !== null) return formatDuration(duration_ms)
  return status === 'RUNNING' && started_at ? <SoFar since={started_at} /> : '–'
}

function SoFar({ since }: { since: string }) {
  const now = useNow()
  return formatDuration(Math.max(0, now - Date.parse(since)))
}

function Note({ job: { reason, error_message, status, current_step, progress_percentage } }: { job: Job }) {
  if (status === 'RUNNING')
    return (
      <Text size="sm" c="dimmed" truncate maw={420}>
        {[progress_percentage !== null && `${progress_percentage}%`, current_step]
          .filter(Boolean)
          .join(' · ')}
      </Text>
    )
  if (!reason && !error_message) return null
  return (
    <Text size="sm" truncate maw={420} title={error_message ?? undefined}>
      {reason && <ReasonText code={reason} />}
      {reason && error_message && ': '}
      <Text span inherit c="dimmed">
        {error_message}
      </Text>
    </Text>
  )
}
