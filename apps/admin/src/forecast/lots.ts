import { type CronSpec, countRuns, type RunsWithin } from '@jobu/cron'
import type { ForecastCron } from '@jobu/db'
import type { ForecastWindow } from './forecastLoad.ts'

/** Crons that fire at the same instants. */
export interface Lot {
  crons: ForecastCron[]
  /** In seconds since the window's start, ascending; valid until the buffer is filled anew. */
  instants: Int32Array
}

/**
 * Crons of one spec, put together where they fire at the same instants of a window: from their next run on, to their end
 * or their last run. Usually they all do.
 *
 * @param instants  those of the spec in the window
 * @param now       what is overdue then counts as one run of those that `max_runs` leaves
 */
export function lotsOf(
  spec: CronSpec,
  crons: ForecastCron[],
  runs: RunsWithin,
  instants: Int32Array,
  window: ForecastWindow,
  now: Date,
): Lot[] {
  const lots = new Map<string, Lot>()
  const counted = new Map<number, number>()
  let last: { cron: ForecastCron; lot: Lot } | undefined
  for (const cron of crons) {
    // The usual case: a key costs more than comparing.
    if (last && isAlike(last.cron, cron)) {
      last.lot.crons.push(cron)
      continue
    }
    const end = cron.endAt && cron.endAt < window.to ? cron.endAt : window.to
    const first = Math.max(cron.nextRunAt.getTime(), window.from.getTime())
    const limit = cron.runsLeft === null ? '' : `${cron.runsLeft} from ${cron.nextRunAt.getTime()}`
    const key = `${first} ${end.getTime()} ${limit}`
    const lot = lots.get(key) ?? { crons: [], instants: instantsOf(cron, end) }
    lot.crons.push(cron)
    lots.set(key, lot)
    last = { cron, lot }
  }
  return [...lots.values()].filter((lot) => lot.instants.length > 0)

  function instantsOf({ nextRunAt, runsLeft }: ForecastCron, end: Date): Int32Array {
    const offsetOf = (at: Date) => at.getTime() / 1000 - runs.start
    const isBefore = nextRunAt < window.from
    const left = (runsLeft ?? Infinity) - (isBefore && runsLeft !== null ? runsBefore(nextRunAt) : 0)
    if (left <= 0 || nextRunAt >= end) return instants.subarray(0, 0)
    const first = isBefore ? 0 : firstFrom(instants, offsetOf(nextRunAt))
    const limit = Math.max(first, firstFrom(instants, offsetOf(end)))
    // SQL may have planned a first slot that is off the pattern.
    if (!isBefore && instants[first] !== offsetOf(nextRunAt)) {
      const others = instants.subarray(first, Math.min(limit, first + left - 1))
      const all = new Int32Array(others.length + 1)
      all[0] = Math.max(0, Math.floor(offsetOf(nextRunAt)))
      all.set(others, 1)
      return all
    }
    return instants.subarray(first, Math.min(limit, first + left))
  }

  /** Runs that a cron whose next one lies before the window will have had when the window begins. */
  function runsBefore(nextRunAt: Date): number {
    const after = nextRunAt > now ? nextRunAt : now
    const known = counted.get(after.getTime())
    const count = known ?? 1 + countRuns(spec, after, new Date(window.from.getTime() - 1))
    counted.set(after.getTime(), count)
    return count
  }
}

function isAlike(a: ForecastCron, b: ForecastCron): boolean {
  return (
    a.nextRunAt.getTime() === b.nextRunAt.getTime() &&
    a.endAt?.getTime() === b.endAt?.getTime() &&
    a.runsLeft === b.runsLeft
  )
}

/** The position of the first of the ascending numbers that is not below `bound`. */
export function firstFrom(ascending: Int32Array | Float64Array, bound: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ascending[middle]! < bound) low = middle + 1
    else high = middle
  }
  return low
}
