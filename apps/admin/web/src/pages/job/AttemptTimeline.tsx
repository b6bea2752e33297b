import { Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { statusFill } from '../../components/status.ts'
import { formatDuration, formatInstant, zoneLabel } from '../../time/format.ts'
import { useZone } from '../../time/zone.tsx'
import classes from './AttemptTimeline.module.css'
import { extentOf, type Lane, type Span } from './attemptSpans.ts'
import { useOutcomeText } from './useOutcomeText.ts'

/** Of the width, so that one of a millisecond beside hours can be seen and pointed at. */
const LEAST_PERCENT = 0.5
const TICKS = [0, 0.25, 0.5, 0.75, 1]

/** Attempts from left to right as time went by, all on one scale. @param now  0 once nothing moves any more */
export function AttemptTimeline({ lanes, now }: { lanes: Lane[]; now: number }) {
  const { t } = useTranslation(['job', 'common'])
  const { nameFor } = useZone()
  const zone = nameFor()
  const { from, to } = extentOf(lanes)
  const percent = (at: number) => (100 * (at - from)) / (to - from)
  const style = to - from > 86_400_000 ? 'minute' : 'time'
  return (
    <figure className={classes.figure} aria-label={t('attempts.timeline')}>
      <div className={classes.lanes}>
        {lanes.map((lane) => (
          <div key={lane.attempt} className={classes.lane}>
            <span className={classes.number}>{lane.attempt}</span>
            <div className={classes.track}>
              {lane.spans.map((span) => (
                <Bar key={span.kind} span={span} lane={lane} percent={percent} />
              ))}
              {now > from && now < to && <i className={classes.now} style={{ left: `${percent(now)}%` }} />}
            </div>
          </div>
        ))}
      </div>
      <div className={classes.axis} aria-hidden>
        {TICKS.map((share) => (
          <span
            key={share}
            style={{ left: `${share * 100}%` }}
            data-edge={share === 0 ? 'start' : share === 1 ? 'end' : undefined}
          >
            {share === 0
              ? formatInstant(new Date(from), zone, style)
              : `+${formatDuration(share * (to - from))}`}
          </span>
        ))}
      </div>
      <Group gap="md" mt={6} component="figcaption">
        <Key className={classes.wait!} text={t('attempts.legend.wait')} />
        {lanes.some(({ spans }) => spans.some(({ kind }) => kind === 'backoff')) && (
          <Key className={classes.backoff!} text={t('attempts.legend.backoff')} />
        )}
        <Text size="xs" c="dimmed" ml="auto">
          {zoneLabel(zone, new Date(to))}
        </Text>
      </Group>
    </figure>
  )
}

function Bar({ span, lane, percent }: { span: Span; lane: Lane; percent: (at: number) => number }) {
  const { t } = useTranslation(['job', 'common'])
  const outcome = useOutcomeText()
  const { kind, from, to } = span
  const duration = formatDuration(to - from)
  if (to <= from && kind !== 'run') return null
  const title =
    kind === 'run'
      ? t('attempts.ran', {
          number: lane.attempt,
          worker: lane.run!.worker_id ?? '–',
          outcome: outcome(lane.run!.status),
          duration,
        })
      : kind === 'backoff'
        ? t('attempts.backedOff', { number: lane.attempt, duration })
        : t(kind === 'wait' ? 'attempts.waitedFor' : 'attempts.scheduledWait', { duration })
  const width = Math.max(kind === 'run' ? LEAST_PERCENT : 0, percent(to) - percent(from))
  const status = lane.run?.status === 'RELEASED' ? 'SKIPPED' : lane.run?.status
  return (
    <span
      role="img"
      aria-label={title}
      title={title}
      className={classes[kind === 'scheduled' ? 'wait' : kind]}
      data-running={(kind === 'run' && lane.run?.status === 'RUNNING') || undefined}
      style={{
        left: `${Math.min(percent(from), 100 - LEAST_PERCENT)}%`,
        width: `${width}%`,
        ...(kind === 'run' ? { background: statusFill(status!) } : {}),
      }}
    />
  )
}

const Key = ({ className, text }: { className: string; text: string }) => (
  <Group gap={6}>
    <span className={`${classes.key} ${className}`} />
    <Text size="xs" c="dimmed">
      {text}
    </Text>
  </Group>
)
