import { Anchor, Button, Group, Select, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { RunTrigger, Schedule, ScheduleRun } from '../../api/scheduleTypes.ts'
import { useList } from '../../api/useList.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { InstantPicker } from '../../components/InstantPicker.tsx'
import { ReasonText } from '../../components/ReasonText.tsx'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import type { Column } from '../../components/table/column.ts'
import { DataTable } from '../../components/table/DataTable.tsx'
import { ShownOf } from '../../components/table/ShownOf.tsx'
import { useFilters } from '../../components/useFilters.ts'
import { formatDuration } from '../../time/format.ts'
import { Instant } from '../../time/Instant.tsx'
import { useNow } from '../../time/useNow.ts'
import { LAST_STATUSES } from '../schedules/scheduleFilter.ts'
import { TaskCounts } from './TaskCounts.tsx'

const TRIGGERS: RunTrigger[] = ['cron', 'manual', 'schedule', 'external']

/** What the schedule ran, newest first. */
export function RunsTab({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation(['schedules', 'common'])
  const filters = useFilters()
  const status = LAST_STATUSES.find((one) => one === filters.get('status'))
  const trigger = TRIGGERS.find((one) => one === filters.get('trigger'))
  const [from, to] = [filters.get('from'), filters.get('to')]
  const list = useList<ScheduleRun>(
    '/schedules/{id}/runs',
    { status, trigger, from_date: from, to_date: to },
    { id: schedule.id },
  )
  const narrow = filters.set
  const isNarrowed = status ?? trigger ?? from ?? to
  const clear = () => narrow({ status: null, trigger: null, from: null, to: null })
  return (
    <Stack gap="sm">
      <Group gap="xs" align="flex-end">
        <Select
          size="xs"
          w={{ base: '100%', xs: 140 }}
          label={t('runs.status')}
          value={status ?? ''}
          onChange={(next) => narrow({ status: next })}
          data={[
            { value: '', label: t('runs.all') },
            ...LAST_STATUSES.map((value) => ({ value, label: t(`common:status.${value}`) })),
          ]}
          allowDeselect={false}
        />
        <Select
          size="xs"
          w={{ base: '100%', xs: 150 }}
          label={t('runs.startedBy')}
          value={trigger ?? ''}
          onChange={(next) => narrow({ trigger: next })}
          data={[
            { value: '', label: t('runs.all') },
            ...TRIGGERS.map((value) => ({ value, label: t(`trigger.${value}`) })),
          ]}
          allowDeselect={false}
        />
        <InstantPicker
          size="xs"
          w={{ base: '100%', xs: 190 }}
          label={t('runs.from')}
          value={from}
          onChange={(at) => narrow({ from: at })}
          clearable
        />
        <InstantPicker
          size="xs"
          w={{ base: '100%', xs: 190 }}
          label={t('runs.to')}
          value={to}
          onChange={(at) => narrow({ to: at })}
          clearable
        />
      </Group>
      <DataTable
        name="schedule-runs"
        label={t('runs.table', { title: schedule.title })}
        columns={useRunColumns(schedule)}
        list={list}
        rowKey={({ id }) => id}
        maxHeight="calc(100dvh - 200px)"
        toolbar={<ShownOf list={list} />}
        empty={
          isNarrowed ? (
            <EmptyState title={t('common:table.noMatch')}>
              <Button variant="light" size="xs" onClick={clear}>
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

function useRunColumns({ id, timezone }: Schedule): Column<ScheduleRun>[] {
  const { t } = useTranslation('schedules')
  return [
    {
      id: 'status',
      header: t('runs.status'),
      width: 110,
      isFixed: true,
      cell: (run) => <StatusBadge status={run.status} />,
    },
    {
      id: 'scheduled',
      header: t('runs.scheduled'),
      width: 200,
      isFixed: true,
      cell: (run) => (
        <Anchor component={Link} to={`/schedules/${id}/runs/${run.id}`} inherit>
          <Instant at={run.scheduled_time} cronZone={timezone} />
        </Anchor>
      ),
    },
    {
      id: 'trigger',
      header: t('runs.startedBy'),
      hideBelow: 'md',
      cell: ({ trigger, created_by, parent }) => (
        <Text size="sm" truncate maw={180}>
          {t(`trigger.${trigger}`)}
          {created_by && trigger === 'manual' && ` · ${created_by}`}
          {parent && ` · ${parent.task_key}`}
        </Text>
      ),
    },
    {
      id: 'started',
      header: t('runs.started'),
      hideBelow: 'lg',
      cell: ({ started_at }) => <Instant at={started_at} cronZone={timezone} style="minute" />,
    },
    {
      id: 'duration',
      header: t('runs.duration'),
      width: 100,
      isNumber: true,
      cell: (run) => <Duration run={run} />,
    },
    { id: 'tasks', header: t('runs.tasks'), hideBelow: 'sm', cell: (run) => <TaskCounts run={run} /> },
    {
      id: 'note',
      header: t('runs.note'),
      hideBelow: 'md',
      cell: ({ error_message, reason }) =>
        error_message || reason ? (
          <Text size="sm" truncate maw={280} title={error_message ?? undefined}>
            {reason && <ReasonText code={reason} />}
            {reason && error_message && ': '}
            <Text span inherit c="dimmed">
              {error_message}
            </Text>
          </Text>
        ) : null,
    },
    {
      id: 'version',
      header: t('version'),
      width: 90,
      isNumber: true,
      hideBelow: 'lg',
      cell: ({ version }) => version,
    },
    { id: 'id', header: t('runs.id'), width: 90, isNumber: true, isHidden: true, cell: (run) => run.id },
  ]
}

/** Of a run that has not ended, how long so far. */
function Duration({ run: { duration_ms, started_at, status } }: { run: ScheduleRun }) {
  if (status === 'RUNNING' && started_at) return <SoFar since={started_at} />
  return duration_ms === null ? '–' : formatDuration(duration_ms)
}

function SoFar({ since }: { since: string }) {
  const now = useNow()
  return formatDuration(Math.max(0, now - Date.parse(since)))
}
