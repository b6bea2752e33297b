import { Progress } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { api, type Schemas } from '../../api/client.ts'
import { jobsPath } from '../../components/jobsPath.ts'
import { formatDuration } from '../../time/format.ts'
import { Sparkline } from './Sparkline.tsx'
import classes from './Tile.module.css'
import { Tile } from './Tile.tsx'
import { useLastHour } from './useLastHour.ts'
import { useNumbers } from './useNumbers.ts'

type Minute = Schemas['MinuteSeries']['items'][number]

const FAILURES = ['FAILED', 'TIMEOUT'] as const

/** How things are, in six figures. */
export function Tiles() {
  const { t } = useTranslation('overview')
  return (
    <nav className={classes.tiles} aria-label={t('tiles.label')}>
      <SettledTiles />
      <LatenessTile />
      <QueueTile />
      <RunningTile />
    </nav>
  )
}

function SettledTiles() {
  const { t } = useTranslation('overview')
  const { count, percent } = useNumbers()
  const { data: summary } = api.useQuery('get', '/stats/summary')
  const { data: minutes, error } = useLastHour()
  const day = summary?.last_24_hours
  const known = minutes?.items.filter(({ settled }) => settled !== null)
  const sumOf = (pick: (item: Minute) => number | null) =>
    known && known.length > 0 ? known.reduce((sum, item) => sum + (pick(item) ?? 0), 0) : undefined
  const unknown = minutes || error ? '–' : undefined
  const shownAs = (value: number | undefined) => (value === undefined ? unknown : count(value))
  const success = sumOf((item) => item.success)
  const failures = sumOf((item) => (item.failed ?? 0) + (item.timeout ?? 0))
  const judged = success === undefined || failures === undefined ? 0 : success + failures
  const rate = judged === 0 ? unknown : percent(success! / judged)
  const dayFailures = day && day.failed + day.timeout
  return (
    <>
      <Tile
        label={t('tiles.runs')}
        value={shownAs(sumOf((item) => item.settled))}
        unit={t('tiles.lastHour')}
        detail={day && t('tiles.last24Hours', { value: count(day.total) })}
        to={jobsPath({ last: '1h' })}
      >
        <Sparkline values={minutes?.items.map((item) => item.settled) ?? []} color="indigo" />
      </Tile>
      <Tile
        label={t('tiles.successRate')}
        value={rate}
        unit={t('tiles.lastHour')}
        detail={
          day &&
          t('tiles.last24Hours', { value: day.success_rate === null ? '–' : percent(day.success_rate) })
        }
        to={jobsPath({ status: ['SUCCESS'], last: '1h' })}
      >
        <Sparkline values={minutes?.items.map(successRateOf) ?? []} color="teal" />
      </Tile>
      <Tile
        label={t('tiles.failures')}
        value={shownAs(failures)}
        unit={t('tiles.lastHour')}
        detail={dayFailures !== undefined && t('tiles.last24Hours', { value: count(dayFailures) })}
        isAlarming={Boolean(failures)}
        to={jobsPath({ status: FAILURES, last: '1h' })}
      >
        <Sparkline
          values={minutes?.items.map((item) => (item.failed ?? 0) + (item.timeout ?? 0)) ?? []}
          color="red"
        />
      </Tile>
    </>
  )
}

function successRateOf({ success, failed, timeout }: Minute): number | null {
  const judged = (success ?? 0) + (failed ?? 0) + (timeout ?? 0)
  return judged === 0 ? null : (success ?? 0) / judged
}

function LatenessTile() {
  const { t } = useTranslation('overview')
  const { data: summary, error } = api.useQuery('get', '/stats/summary')
  const { data: minutes } = useLastHour()
  const last = minutes?.items.findLast(({ lateness }) => lateness !== null)?.lateness
  const p95 = summary?.lateness.p95_ms
  return (
    <Tile
      label={t('tiles.lateness')}
      value={typeof p95 === 'number' ? formatDuration(p95) : summary || error ? '–' : undefined}
      unit={t('tiles.in24Hours')}
      detail={last && t('tiles.lastMinute', { value: formatDuration(last.p95_ms) })}
      to="/handlers"
    >
      <Sparkline values={minutes?.items.map((item) => item.lateness?.p95_ms ?? null) ?? []} color="violet" />
    </Tile>
  )
}

function QueueTile() {
  const { t } = useTranslation('overview')
  const { count } = useNumbers()
  const { data: status } = api.useQuery('get', '/scheduler/status')
  const { data: queues } = api.useQuery('get', '/queues', { params: { query: { size: 100 } } })
  const { data: minutes } = useLastHour()
  const oldest = Math.max(0, ...(queues?.items.map((queue) => queue.oldest_ready_ms ?? 0) ?? []))
  return (
    <Tile
      label={t('tiles.queue')}
      value={status && count(status.queue_length, status.queue_length_is_exact)}
      detail={
        status?.queue_length === 0
          ? t('tiles.queueEmpty')
          : oldest > 0 && t('tiles.oldest', { value: formatDuration(oldest) })
      }
      to={jobsPath({ status: ['PENDING'] })}
    >
      <Sparkline values={minutes?.items.map((item) => item.ready) ?? []} color="yellow" />
    </Tile>
  )
}

function RunningTile() {
  const { t } = useTranslation('overview')
  const { count, percent } = useNumbers()
  const { data: status } = api.useQuery('get', '/scheduler/status')
  const running = status?.workers.reduce((sum, worker) => sum + worker.running, 0)
  const pool = status?.workers.reduce((sum, worker) => sum + worker.pool_size, 0) ?? 0
  const share = pool === 0 ? 0 : (running ?? 0) / pool
  return (
    <Tile
      label={t('tiles.running')}
      value={running === undefined ? undefined : count(running)}
      unit={pool > 0 ? t('tiles.ofSlots', { count: pool }) : undefined}
      detail={status && (pool > 0 ? t('tiles.usage', { percent: percent(share) }) : t('tiles.noWorkers'))}
      to={jobsPath({ status: ['RUNNING'] })}
    >
      <Progress value={share * 100} size="sm" color={share >= 1 ? 'orange' : 'blue'} aria-hidden mt={8} />
    </Tile>
  )
}
