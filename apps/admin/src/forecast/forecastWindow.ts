import { validationError } from '../http/validationError.ts'
import { BUCKET_MS, type Interval, MAX_BUCKETS } from '../schemas/forecast.ts'
import { type ForecastWindow, startOfBucket } from './forecastLoad.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** How far `from` may lie back: a page may begin with a whole hour. */
const MAX_BACK_MS = HOUR_MS
const MAX_AHEAD_DAYS = 366
const MAX_DAYS = 7
/** A page that begins with a whole hour may end with one. */
const SLACK_MS = HOUR_MS

/**
 * The time asked for.
 *
 * @param now  the database's
 * @throws JobuError VALIDATION_FAILED for one that is empty, too long, too far away, or has too many buckets
 */
export function forecastWindow(
  query: { from?: Date | undefined; to?: Date | undefined; interval: Interval },
  now: Date,
): ForecastWindow {
  const { from = now, interval } = query
  const to = query.to ?? new Date(from.getTime() + DAY_MS)
  const refuse = (field: string, message: string, received: string, expected: string) =>
    validationError([{ field, message, received, expected }])
  const earliest = new Date(now.getTime() - MAX_BACK_MS)
  if (from < earliest) {
    throw refuse('from', 'lies in the past', from.toISOString(), `not before ${earliest.toISOString()}`)
  }
  const latest = new Date(now.getTime() + MAX_AHEAD_DAYS * DAY_MS)
  if (from > latest) {
    throw refuse('from', 'lies too far ahead', from.toISOString(), `not after ${latest.toISOString()}`)
  }
  if (to <= from) {
    throw refuse('to', 'must lie after from', to.toISOString(), `after ${from.toISOString()}`)
  }
  if (to.getTime() - from.getTime() > MAX_DAYS * DAY_MS + SLACK_MS) {
    const message = `lies more than ${MAX_DAYS} days after from`
    throw refuse('to', message, to.toISOString(), `at most ${MAX_DAYS} days`)
  }
  const bucketMs = BUCKET_MS[interval]
  const buckets = Math.ceil((to.getTime() - startOfBucket(from, bucketMs)) / bucketMs)
  if (buckets > MAX_BUCKETS) {
    const message = `makes ${buckets} buckets of this time; ask for a longer one`
    throw refuse('interval', message, interval, `at most ${MAX_BUCKETS} buckets`)
  }
  return { from, to, bucketMs }
}
