import type { CronSpec } from './cronSpec.ts'
import { firingWindow } from './firingWindow.ts'
import { ParsedCron } from './parsedCron.ts'
import { firstMatch } from './wallClock.ts'
import { Zone } from './zone.ts'

/**
 * How far a search looks, in seconds: 41 years. The calendar has 14 kinds of year, by leap day and first weekday, and
 * each comes back within 40 years, so what has not matched by then never will while the zone keeps its rules.
 */
export const SEARCH_SECONDS = 41 * 366 * 86_400

/**
 * The first instant strictly after `after`, at a whole second; null when there is none within 41 years.
 *
 * @throws CronError  when the spec, for example written by SQL, cannot be read
 */
export function nextRun(spec: CronSpec, after: Date): Date | null {
  const cron = ParsedCron.of(spec)
  const earliest = Math.floor(after.getTime() / 1000) + 1
  const limit = earliest + SEARCH_SECONDS
  for (const segment of Zone.named(spec.timezone).segmentsFrom(earliest)) {
    if (segment.start >= limit) return null
    const window = firingWindow(cron, segment)
    if (window.isMovedToStart && segment.start >= earliest) return new Date(segment.start * 1000)
    const from = Math.max(window.from, earliest + segment.offset)
    const match = firstMatch(cron, from, Math.min(window.to, limit + segment.offset))
    if (match !== null) return new Date((match - segment.offset) * 1000)
  }
  return null
}
