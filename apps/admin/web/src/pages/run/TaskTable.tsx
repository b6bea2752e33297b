import { Anchor, Group, Progress, Select, Text, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { RunDetail, RunTask } from '../../api/scheduleTypes.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { reasonText } from '../../components/ReasonText.tsx'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { STATUSES } from '../../components/status.ts'
import type { Column } from '../../components/table/column.ts'
import { DataTable } from '../../components/table/DataTable.tsx'
import { useFilters } from '../../components/useFilters.ts'
import { Instant } from '../../time/Instant.tsx'
import classes from './Run.module.css'
import type { TaskViews } from './RunPage.tsx'
import { TimeTaken } from './TimeTaken.tsx'
import { whyText } from './waitText.ts'

/** The tasks of a run in a table: what the graph shows, to be filtered and read. */
export function TaskTable({ run, selected, onSelect }: TaskViews) {
  const { t } = useTranslation(['run', 'common'])
  const filters = useFilters()
  const status = STATUSES.find((one) => one === filters.get('status'))
  const text = (filters.get('q') ?? '').toLowerCase()
  const rows = useMemo(
    () =>
      run.tasks.filter(
        (task) =>
          (!status || task.status === status) &&
          [task.key, task.handler_name, task.error_message].some((one) => one?.toLowerCase().includes(text)),
      ),
    [run.tasks, status, text],
  )
  return (
    <>
      <Group gap="xs" mb="sm">
        <TextInput
          size="xs"
          w={{ base: '100%', xs: 240 }}
          aria-label={t('table.search')}
          placeholder={t('table.search')}
          leftSection={<IconSearch size={14} aria-hidden />}
          value={filters.get('q') ?? ''}
          onChange={(event) => filters.set({ q: event.currentTarget.value })}
        />
        <Select
          size="xs"
          w={{ base: '100%', xs: 170 }}
          aria-label={t('table.status')}
          value={status ?? ''}
          onChange={(next) => filters.set({ status: next })}
          data={[
            { value: '', label: t('table.all') },
            ...STATUSES.map((value) => ({
              value,
              label: `${t(`common:status.${value}`)} (${run.task_counts[value]})`,
            })),
          ]}
          allowDeselect={false}
        />
      </Group>
      <DataTable
        name="run-tasks"
        label={t('table.label', { id: run.id })}
        columns={useTaskColumns(run, selected, onSelect)}
        list={{
          rows,
          total: run.tasks.length,
          totalIsExact: true,
          isPending: false,
          error: null,
          refetch: () => {},
        }}
        rowKey={({ key }) => key}
        maxHeight="max(420px, calc(100dvh - 400px))"
        empty={<EmptyState title={t('common:table.noMatch')} />}
      />
    </>
  )
}

function useTaskColumns(
  run: RunDetail,
  selected: string | null,
  onSelect: (key: string) => void,
): Column<RunTask>[] {
  const { t } = useTranslation(['run', 'dag'])
  return [
    {
      id: 'key',
      header: t('table.task'),
      isFixed: true,
      cell: ({ key }) => (
        <Anchor
          component="button"
          type="button"
          inherit
          ta="left"
          maw={260}
          truncate
          title={key}
          className={key === selected ? classes.chosen : undefined}
          aria-pressed={key === selected}
          onClick={() => onSelect(key)}
        >
          {key}
        </Anchor>
      ),
    },
    {
      id: 'status',
      header: t('table.status'),
      width: 118,
      isFixed: true,
      cell: (task) => <StatusBadge status={task.status} />,
    },
    {
      id: 'duration',
      header: t('duration'),
      width: 96,
      isNumber: true,
      cell: (task) => <TimeTaken of={task} />,
    },
    {
      id: 'attempts',
      header: t('table.attempts'),
      width: 86,
      isNumber: true,
      cell: ({ attempts }) => attempts,
      hideBelow: 'md',
    },
    {
      id: 'handler',
      header: t('table.does'),
      hideBelow: 'md',
      cell: ({ kind, handler_name, child_run }) =>
        child_run ? (
          <Anchor
            component={Link}
            to={`/schedules/${child_run.schedule_id}/runs/${child_run.run_id}`}
            inherit
          >
            {t('subrun', { id: child_run.run_id })}
          </Anchor>
        ) : (
          <Text size="sm" truncate maw={180}>
            {handler_name ?? t(`dag:kind.${kind}`)}
          </Text>
        ),
    },
    {
      id: 'detail',
      header: t('table.detail'),
      hideBelow: 'sm',
      cell: (task) => <Detail run={run} task={task} />,
    },
    {
      id: 'started',
      header: t('started'),
      isHidden: true,
      cell: ({ started_at }) => <Instant at={started_at} />,
    },
    { id: 'worker', header: t('table.worker'), isHidden: true, cell: ({ worker_id }) => worker_id ?? '–' },
    { id: 'queue', header: t('facts.queue'), isHidden: true, cell: ({ queue }) => queue },
  ]
}

/** How far it is, what it waits for, or what went wrong. */
function Detail({ run, task }: { run: RunDetail; task: RunTask }) {
  const { t } = useTranslation('run')
  const { status, progress_percentage: progress, current_step, error_message, reason } = task
  if (status === 'RUNNING' && progress !== null)
    return (
      <Group gap={8} wrap="nowrap" maw={280}>
        <Progress value={progress} w={70} aria-label={t('progressOf', { key: task.key })} />
        <Text size="xs" c="dimmed" truncate>
          {progress}% {current_step}
        </Text>
      </Group>
    )
  const text = error_message ?? whyText(run, task, t)
  return (
    <Text size="xs" c="dimmed" lineClamp={2} maw={360} title={text}>
      {reason && !error_message ? `${reasonText(reason)}. ` : ''}
      {text}
    </Text>
  )
}
