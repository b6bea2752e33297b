import type { CronName, LiveWorker } from '@jobu/db'
import type { ForecastAnswer, Interval } from '../schemas/forecast.ts'
import { busyMsOf, type CronLoad, type Forecast } from './forecast.ts'
import type { ForecastWindow } from './forecastLoad.ts'

interface Known {
  isRunning: boolean
  workers: LiveWorker[]
  names: Map<number, CronName>
  /** Crons of which there was no time to read the average. */
  unread: number
  /** There are more crons than were read. */
  isCut: boolean
  maxCrons: number
  interval: Interval
}

export function forecastView(window: ForecastWindow, found: Forecast, known: Known): ForecastAnswer {
  const leftOut = leftOutOf(found, known)
  const named = ({ id, expectedMs }: CronLoad) => ({
    cron_id: id,
    cron_name: known.names.get(id)?.name ?? '',
    expected_duration_ms: expectedMs,
  })
  return {
    from: window.from,
    to: window.to,
    interval: known.interval,
    scheduler_running: known.isRunning,
    pool_size: known.workers
      .filter(({ status }) => status === 'ACTIVE')
      .reduce((sum, { poolSize }) => sum + poolSize, 0),
    total_runs: found.totalRuns,
    total_crons: found.totalCrons,
    is_complete: leftOut.every(({ reason }) => reason === 'REFUSED'),
    left_out: leftOut,
    items: found.load.buckets().map(({ at, runs, unknown, busyMs, lengthMs }) => ({
      at,
      runs,
      unknown,
      busy_ms: Math.round(busyMs),
      expected_running: Math.round((busyMs / lengthMs) * 1_000) / 1_000,
    })),
    collisions: found.collisions.map(({ at, crons, longest }) => ({
      at,
      crons,
      longest: longest.map((cron) => ({
        ...named(cron),
        jitter_seconds: known.names.get(cron.id)?.jitterSeconds ?? 0,
      })),
    })),
    crons: found.crons.map((cron) => ({
      ...named(cron),
      handler_name: known.names.get(cron.id)?.handlerName ?? '',
      runs: cron.runs,
      busy_ms: busyMsOf(cron),
    })),
  }
}

function leftOutOf(found: Forecast, { unread, isCut, maxCrons }: Known): ForecastAnswer['left_out'] {
  const all: Array<ForecastAnswer['left_out'][number] & { isTrue: boolean }> = [
    {
      reason: 'TOO_MANY_CRONS',
      isTrue: isCut,
      crons: null,
      message: `more than ${maxCrons} crons fire in this time; only those that are due first were looked at`,
    },
    {
      reason: 'TIME',
      isTrue: found.late > 0,
      crons: found.late,
      message: `the time for computing was up before ${found.late} crons, those that share their expression with fewest, were looked at; all counts are lower bounds`,
    },
    {
      reason: 'DURATIONS',
      isTrue: unread > 0,
      crons: unread,
      message: `the time for reading durations was up; of ${unread} crons the average of their handler was taken. Asking again goes on from there`,
    },
    {
      reason: 'COLLIDING',
      isTrue: found.isCollisionCut,
      crons: null,
      message:
        'the time for computing was up before all crons were asked for their part in the collisions; their number is right, those named may not be the longest',
    },
    {
      reason: 'REFUSED',
      isTrue: found.refused > 0,
      crons: found.refused,
      message: `${found.refused} crons will be disabled instead of fired: their expression, which did not come through this API, is not allowed`,
    },
  ]
  return all.filter(({ isTrue }) => isTrue).map(({ isTrue: _, ...one }) => one)
}
