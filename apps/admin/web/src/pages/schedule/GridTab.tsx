import { Group, Select, Skeleton, Text } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, memo, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, type Schemas } from '../../api/client.ts'
import type { Schedule } from '../../api/scheduleTypes.ts'
import { levelsOf } from '../../components/dag/graph.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { STATUSES, type Status, statusFill } from '../../components/status.ts'
import { STATUS_ICON } from '../../components/statusIcon.ts'
import { useFilters } from '../../components/useFilters.ts'
import { formatDuration, formatInstant, zoneLabel } from '../../time/format.ts'
import { useZone } from '../../time/zone.tsx'
import classes from './Grid.module.css'

type Grid = Schemas['ScheduleGrid']

const COUNTS = ['10', '25', '30', '50'] as const
const ROW_PX = 28

/** The last runs beside each other, task by task: where it began to fail, what is always skipped. */
export function GridTab({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation(['run', 'schedules', 'common'])
  const filters = useFilters()
  const count = COUNTS.find((one) => one === filters.get('runs')) ?? '30'
  const { data, error, refetch } = api.useQuery('get', '/schedules/{id}/grid', {
    params: { path: { id: schedule.id }, query: { runs: Number(count) } },
  })
  if (error && !data) return <ErrorNotice error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton h={320} />
  if (data.runs.length === 0)
    return <EmptyState title={t('schedules:runs.empty')} text={t('schedules:runs.emptyText')} />
  return (
    <>
      <Group justify="space-between" mb="sm" gap="xs">
        <Legend />
        <Select
          size="xs"
          w={150}
          aria-label={t('gridTab.count')}
          data={COUNTS.map((value) => ({ value, label: t('gridTab.lastRuns', { count: Number(value) }) }))}
          value={count}
          onChange={(next) => filters.set({ runs: next === '30' ? null : next })}
          allowDeselect={false}
        />
      </Group>
      <Cells grid={data} schedule={schedule} />
    </>
  )
}

function Legend() {
  const { t } = useTranslation('common')
  return (
    <Group gap="sm" aria-hidden>
      {STATUSES.map((status) => (
        <Group key={status} gap={5}>
          <State status={status} />
          <Text size="xs" c="dimmed">
            {t(`status.${status}`)}
          </Text>
        </Group>
      ))}
    </Group>
  )
}

const State = ({ status }: { status: Status }) => {
  const Icon = STATUS_ICON[status]
  return (
    <span className={classes.state} style={{ background: statusFill(status) }} data-status={status}>
      <Icon size={11} stroke={3} aria-hidden />
    </span>
  )
}

function Cells({ grid, schedule }: { grid: Grid; schedule: Schedule }) {
  const { t } = useTranslation(['run', 'common'])
  const zone = useZone().nameFor(schedule.timezone)
  const scroller = useRef<HTMLElement>(null)
  const { runs } = grid
  const tasks = useMemo(() => inOrder(grid, schedule), [grid, schedule])
  const times = useMemo(
    () => runs.map(({ scheduled_time: at }) => `${formatInstant(at, zone, 'minute')} ${zoneLabel(zone, at)}`),
    [runs, zone],
  )
  const longest = Math.max(1, ...runs.map(({ duration_ms }) => duration_ms ?? 0))
  const virtual = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  })
  const items = virtual.getVirtualItems()
  const [first, last] = [items[0], items.at(-1)]
  const walk = (event: KeyboardEvent<HTMLElement>) => {
    const step = STEPS[event.key]
    const at = (event.target as HTMLElement).dataset.cell?.split(':').map(Number)
    if (!step || !at) return
    event.preventDefault()
    scroller.current
      ?.querySelector<HTMLElement>(`[data-cell="${at[0]! + step[0]}:${at[1]! + step[1]}"]`)
      ?.focus()
  }
  return (
    <section
      ref={scroller}
      className={classes.scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
      tabIndex={0}
      aria-label={t('gridTab.label', { title: schedule.title })}
      onKeyDown={walk}
    >
      <table className={classes.table} aria-rowcount={tasks.length + 1}>
        <thead>
          <tr>
            <th scope="col" className={classes.key}>
              {t('table.task')}
            </th>
            {runs.map((run, column) => (
              <th key={run.id} scope="col" className={classes.run}>
                <Link
                  to={`/schedules/${schedule.id}/runs/${run.id}`}
                  className={classes.bar}
                  aria-label={t('gridTab.run', {
                    id: run.id,
                    at: times[column],
                    status: t(`common:status.${run.status}`),
                  })}
                  title={`#${run.id} · ${times[column]} · ${t(`common:status.${run.status}`)}${
                    run.duration_ms === null ? '' : ` · ${formatDuration(run.duration_ms)}`
                  }`}
                >
                  <i
                    style={{
                      height: `${Math.max(8, Math.sqrt((run.duration_ms ?? 0) / longest) * 100)}%`,
                      background: statusFill(run.status),
                    }}
                  />
                </Link>
              </th>
            ))}
            <th aria-hidden className={classes.rest} />
          </tr>
        </thead>
        <tbody>
          {first && first.start > 0 && (
            <tr aria-hidden style={{ height: first.start }}>
              <td colSpan={runs.length + 2} />
            </tr>
          )}
          {items.map(({ index }) => (
            <Row
              key={tasks[index]!.key}
              task={tasks[index]!}
              row={index}
              runs={runs}
              times={times}
              scheduleId={schedule.id}
            />
          ))}
          {last && virtual.getTotalSize() > last.end && (
            <tr aria-hidden style={{ height: virtual.getTotalSize() - last.end }}>
              <td colSpan={runs.length + 2} />
            </tr>
          )}
        </tbody>
      </table>
    </section>
  )
}

interface RowProps {
  task: Grid['tasks'][number]
  row: number
  runs: Grid['runs']
  times: string[]
  scheduleId: number
}

const Row = memo(function Row({ task, row, runs, times, scheduleId }: RowProps) {
  const { t } = useTranslation(['run', 'common'])
  return (
    <tr style={{ height: ROW_PX }} aria-rowindex={row + 2}>
      <th scope="row" className={classes.key} title={task.key}>
        {task.key}
      </th>
      {runs.map((run, column) => {
        const cell = task.cells[column]
        if (!cell) return <td key={run.id} />
        const words = [
          t(`common:status.${cell.status}`),
          cell.duration_ms !== null && formatDuration(cell.duration_ms),
        ]
          .filter(Boolean)
          .join(', ')
        const name = `${task.key}, ${times[column]}: ${words}`
        return (
          <td key={run.id}>
            <Link
              to={`/schedules/${scheduleId}/runs/${run.id}?task=${encodeURIComponent(task.key)}`}
              className={classes.cell}
              data-cell={`${row}:${column}`}
              aria-label={name}
              title={name}
              // One stop for Tab, arrows from there: there may be thousands.
              tabIndex={row === 0 && column === runs.length - 1 ? 0 : -1}
            >
              <State status={cell.status} />
            </Link>
          </td>
        )
      })}
      <td aria-hidden />
    </tr>
  )
})

/** As they come one after the other; what only older versions had is at the end. */
function inOrder({ tasks }: Grid, schedule: Schedule): Grid['tasks'] {
  const level = levelsOf(
    (schedule.tasks ?? []).map(({ key, depends_on = [] }) => ({ key, dependsOn: depends_on })),
  )
  const of = (key: string) => level.get(key) ?? Number.MAX_SAFE_INTEGER
  return [...tasks].sort((one, other) => of(one.key) - of(other.key))
}

/** Rows and columns by key. */
const STEPS: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}
