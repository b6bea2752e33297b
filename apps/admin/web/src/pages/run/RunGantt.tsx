import { Box, Group, Paper, Text } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { RunTask } from '../../api/scheduleTypes.ts'
import { statusFill } from '../../components/status.ts'
import { STATUS_ICON } from '../../components/statusIcon.ts'
import { formatDuration, formatInstant, zoneLabel } from '../../time/format.ts'
import { useNow } from '../../time/useNow.ts'
import { useZone } from '../../time/zone.tsx'
import { extentOf, type GanttRow, ganttRows } from './ganttRows.ts'
import classes from './RunGantt.module.css'
import type { TaskViews } from './RunPage.tsx'
import { isActive } from './runParts.ts'

const ROW_PX = 32
const TICKS = [0, 0.25, 0.5, 0.75, 1]
/** Of the width, so that what took a millisecond beside an hour is seen. */
const LEAST_PERCENT = 0.4

/** When each task waited and when it ran, all on one scale. */
export function RunGantt(props: TaskViews) {
  return isActive(props.run) ? <Moving {...props} /> : <Chart {...props} now={0} />
}

/** Grows with the clock. */
const Moving = (props: TaskViews) => <Chart {...props} now={useNow()} />

function Chart({ run, selected, onSelect, now }: TaskViews & { now: number }) {
  const { t } = useTranslation('run')
  const zone = useZone().nameFor()
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useMemo(() => ganttRows(run, now), [run, now])
  const { from, to } = extentOf(run, rows, now)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  })
  const style = to - from > 86_400_000 ? 'minute' : 'time'
  return (
    <Paper withBorder component="figure" m={0} aria-label={t('gantt.label', { id: run.id })}>
      <div className={classes.axis}>
        <span className={classes.name}>{t('table.task')}</span>
        <div className={classes.track}>
          {TICKS.map((share) => (
            <span
              key={share}
              className={classes.tick}
              style={{ left: `${share * 100}%` }}
              data-edge={share === 0 ? 'start' : share === 1 ? 'end' : undefined}
            >
              {share === 0
                ? formatInstant(new Date(from), zone, style)
                : `+${formatDuration(share * (to - from))}`}
            </span>
          ))}
        </div>
      </div>
      <Box
        ref={scroller}
        className={classes.scroller}
        mah="max(360px, calc(100dvh - 440px))"
        tabIndex={0}
        role="group"
        aria-label={t('gantt.rows')}
      >
        <ul className={classes.rows} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = rows[index]!
            return (
              <li
                key={row.task.key}
                className={classes.row}
                style={{ transform: `translateY(${start}px)`, height: ROW_PX }}
                data-selected={row.task.key === selected || undefined}
              >
                <Name task={row.task} isCritical={row.isCritical} onSelect={onSelect} />
                <Track row={row} from={from} to={to} />
              </li>
            )
          })}
        </ul>
      </Box>
      <Group component="figcaption" gap="md" px="sm" py={8}>
        <Key className={classes.queued!} text={t('gantt.queued')} />
        <Key className={classes.ran!} text={t('gantt.ran')} />
        <Key className={classes.critical!} text={t('gantt.critical')} />
        <Text size="xs" c="dimmed" ml="auto">
          {zoneLabel(zone, new Date(to))}
        </Text>
      </Group>
    </Paper>
  )
}

const Name = memo(function Name({
  task,
  isCritical,
  onSelect,
}: {
  task: RunTask
  isCritical: boolean
  onSelect: (key: string) => void
}) {
  const Icon = STATUS_ICON[task.status]
  return (
    <button
      type="button"
      className={classes.name}
      data-critical={isCritical || undefined}
      title={task.key}
      onClick={() => onSelect(task.key)}
    >
      <Icon size={13} stroke={2.4} color={statusFill(task.status)} aria-hidden />
      <span>{task.key}</span>
    </button>
  )
})

function Track({
  row: { task, queuedAt, startedAt, endedAt, isCritical },
  from,
  to,
}: {
  row: GanttRow
  from: number
  to: number
}) {
  const { t } = useTranslation(['run', 'common'])
  const percent = (at: number) => (100 * (at - from)) / (to - from)
  const waitedUntil = startedAt ?? endedAt
  const waited = queuedAt !== null && waitedUntil !== null ? Math.max(0, waitedUntil - queuedAt) : 0
  const took = startedAt !== null && endedAt !== null ? Math.max(0, endedAt - startedAt) : null
  const words = [
    t(`common:status.${task.status}`),
    waited > 0 &&
      t(task.attempts > 1 ? 'gantt.before' : 'gantt.waitedFor', { duration: formatDuration(waited) }),
    took !== null && t('gantt.tookFor', { duration: formatDuration(took) }),
    task.attempts > 1 && t('note.attempts', { count: task.attempts }),
    isCritical && t('gantt.isCritical'),
  ]
    .filter(Boolean)
    .join(', ')
  const label = `${task.key}: ${words}`
  return (
    <div className={classes.track} role="img" aria-label={label} title={label}>
      {waited > 0 && (
        <i
          className={classes.queued}
          style={{ left: `${percent(queuedAt!)}%`, width: `${percent(waitedUntil!) - percent(queuedAt!)}%` }}
        />
      )}
      {took !== null && (
        <i
          className={classes.ran}
          data-running={task.status === 'RUNNING' || undefined}
          data-critical={isCritical || undefined}
          style={{
            left: `${Math.min(percent(startedAt!), 100 - LEAST_PERCENT)}%`,
            width: `${Math.max(LEAST_PERCENT, percent(endedAt!) - percent(startedAt!))}%`,
            backgroundColor: statusFill(task.status),
          }}
        />
      )}
      {startedAt === null && queuedAt === null && (
        <span className={classes.none}>{t(`common:status.${task.status}`)}</span>
      )}
      {task.attempts > 1 && startedAt !== null && (
        <span
          className={classes.tries}
          style={
            percent(endedAt!) > 90
              ? { right: `${100 - percent(startedAt) + 0.5}%` }
              : { left: `${percent(endedAt!) + 0.5}%` }
          }
        >
          {'×'}
          {task.attempts}
        </span>
      )}
    </div>
  )
}

const Key = ({ className, text }: { className: string; text: string }) => (
  <Group gap={6}>
    <span className={classes.key}>
      <i className={className} data-critical={className === classes.critical || undefined} />
    </span>
    <Text size="xs" c="dimmed">
      {text}
    </Text>
  </Group>
)
