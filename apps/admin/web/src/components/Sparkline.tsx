import { VisuallyHidden } from '@mantine/core'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Schemas } from '../api/client.ts'
import { formatDuration, formatInstant, zoneLabel } from '../time/format.ts'
import { useZone } from '../time/zone.tsx'
import classes from './Sparkline.module.css'
import { STATUSES, statusFill } from './status.ts'

type RecentRun = Schemas['RecentRun']

const BARS = 30
const BAR_WIDTH = 4
const STEP = 5
const HEIGHT = 26
/** Also of what took no time: one sees that it was there. */
const MIN_HEIGHT = 3

interface Props {
  /** Oldest first. */
  runs: RecentRun[]
  /** Of the cron they are of. */
  cronZone: string
  /** Of a run; unless said, that of a job. */
  pathOf?: (id: number) => string
}

/**
 * The last runs of a cron, a bar each: the colour is the result, the height the duration. Each leads to its run by
 * mouse; who listens hears how many had which result, as thirty links in each row would be in the way.
 */
export function Sparkline({ runs, cronZone, pathOf = (id) => `/jobs/${id}` }: Props) {
  const { t } = useTranslation()
  const { nameFor } = useZone()
  const zone = nameFor(cronZone)
  const shown = runs.slice(-BARS)
  const longest = Math.max(1, ...shown.map(({ duration_ms }) => duration_ms ?? 0))
  if (shown.length === 0) return <span className={classes.none}>{t('spark.none')}</span>
  return (
    <>
      <VisuallyHidden>{summaryOf(shown, t)}</VisuallyHidden>
      <svg
        className={classes.bars}
        width={BARS * STEP}
        height={HEIGHT}
        viewBox={`0 0 ${BARS * STEP} ${HEIGHT}`}
        aria-hidden="true"
      >
        <line x1={0} x2={BARS * STEP} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className={classes.base} />
        {shown.map((run, index) => {
          const { job_id, status, duration_ms, scheduled_time } = run
          const height = Math.max(MIN_HEIGHT, Math.sqrt((duration_ms ?? 0) / longest) * (HEIGHT - 2))
          const x = (BARS - shown.length + index) * STEP
          const at = `${formatInstant(scheduled_time, zone)} ${zoneLabel(zone, scheduled_time)}`
          const took = duration_ms === null ? '' : ` · ${formatDuration(duration_ms)}`
          return (
            <Link key={job_id} to={pathOf(job_id)} tabIndex={-1} className={classes.bar}>
              <title>{`${at} · ${t(`status.${status}`)}${took}`}</title>
              <rect x={x} y={0} width={STEP} height={HEIGHT} fill="transparent" />
              <rect
                x={x + 0.5}
                y={HEIGHT - 1 - height}
                width={BAR_WIDTH - 1}
                height={height}
                rx={1}
                // What did not run is hollow.
                fill={status === 'SKIPPED' || status === 'PENDING' ? 'none' : statusFill(status)}
                stroke={statusFill(status)}
                strokeWidth={status === 'SKIPPED' || status === 'PENDING' ? 1 : 0}
              />
            </Link>
          )
        })}
      </svg>
    </>
  )
}

function summaryOf(runs: RecentRun[], t: TFunction): string {
  const results = STATUSES.flatMap((status) => {
    const count = runs.filter((run) => run.status === status).length
    return count === 0 ? [] : [`${t(`status.${status}`)} ${count}`]
  })
  return `${t('spark.summary', { count: runs.length })}: ${results.join(', ')}`
}
