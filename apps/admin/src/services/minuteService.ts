import {
  type Database,
  databaseNow,
  type MinuteSample,
  queueSamples,
  SAMPLE_WINDOW_SECONDS,
  type TotalSample,
  totalSamples,
} from '@jobu/db'
import type { MinutesQuery } from '../schemas/minutes.ts'
import { checkWindow, DAY_MS, HOUR_MS } from './statsWindow.ts'

const MINUTE_MS = 60_000
const NOT_KNOWN = {
  settled: null,
  success: null,
  failed: null,
  timeout: null,
  cancelled: null,
  skipped: null,
  lateness: null,
}

/** The last hours minute by minute, from the samples that dispatchers take. */
export class MinuteService {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async series({ queue, ...query }: MinutesQuery) {
    const now = await databaseNow(this.#database)
    const { from, to } = minutesOf(query, now)
    const bounds: [Date, Date] = [new Date(from), new Date(to)]
    const items =
      queue === undefined
        ? itemsOf(from, to, await totalSamples(this.#database, ...bounds), changesOf)
        : itemsOf(from, to, await queueSamples(this.#database, queue, ...bounds), () => NOT_KNOWN)
    // The sample of the minute that has just ended may still be under way.
    const isYoung = now.getTime() - to < SAMPLE_WINDOW_SECONDS * 1000
    if (isYoung && items.at(-1)?.ready === null) items.pop()
    return { from: bounds[0], to: new Date(from + items.length * MINUTE_MS), queue: queue ?? null, items }
  }
}

/** Whole minutes, none of them unfinished; `to` is `from` where there are none. */
function minutesOf(query: { from?: Date | undefined; to?: Date | undefined }, now: Date) {
  const present = Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS
  const end = query.to ?? (query.from ? now : new Date(present))
  const start = query.from ?? new Date(end.getTime() - HOUR_MS)
  // More than it says: the clock of who asks may be behind.
  checkWindow(start, end, DAY_MS + HOUR_MS, '24 hours')
  const from = Math.floor(start.getTime() / MINUTE_MS) * MINUTE_MS
  const to = Math.min(Math.ceil(end.getTime() / MINUTE_MS) * MINUTE_MS, present)
  return { from, to: Math.max(from, to) }
}

/**
 * One item a minute: what changed between the samples at its two ends, and what the one at its end found.
 *
 * @param changesBetween  may be asked only where both samples exist
 */
function itemsOf<Sample extends MinuteSample>(
  from: number,
  to: number,
  samples: Sample[],
  changesBetween: (before: Sample, after: Sample) => ReturnType<typeof changesOf> | typeof NOT_KNOWN,
) {
  const byTime = new Map(samples.map((sample) => [sample.at.getTime(), sample]))
  return Array.from({ length: (to - from) / MINUTE_MS }, (_, minute) => {
    const at = from + minute * MINUTE_MS
    const before = byTime.get(at)
    const after = byTime.get(at + MINUTE_MS)
    return {
      at: new Date(at),
      ...(before && after ? changesBetween(before, after) : NOT_KNOWN),
      running: after?.running ?? null,
      ready: after?.ready ?? null,
      oldest_ready_ms: after?.oldestReadyMs ?? null,
    }
  })
}

function changesOf(before: TotalSample, after: TotalSample) {
  const change = (status: 'success' | 'failed' | 'timeout' | 'cancelled' | 'skipped') =>
    Math.max(after[status] - before[status], 0)
  const counts = {
    success: change('success'),
    failed: change('failed'),
    timeout: change('timeout'),
    cancelled: change('cancelled'),
    skipped: change('skipped'),
  }
  const settled = counts.success + counts.failed + counts.timeout + counts.cancelled + counts.skipped
  return { settled, ...counts, lateness: latenessBetween(before, after) }
}

/** A sample's histogram begins anew with the hour; the one at a full hour still holds the hour before. */
function latenessBetween(before: TotalSample, after: TotalSample) {
  const isNewHour = before.at.getTime() % HOUR_MS === 0
  const lateness = isNewHour ? after.lateness : after.lateness.since(before.lateness)
  if (lateness.count === 0) return null
  const percentile = (share: number) => lateness.percentile(share)!
  return { p50_ms: percentile(0.5), p95_ms: percentile(0.95), p99_ms: percentile(0.99) }
}
