import type { CronSpec } from './cronSpec.ts'
import { firingWindow } from './firingWindow.ts'
import { ParsedCron } from './parsedCron.ts'
import { countMatches } from './wallClock.ts'
import { Zone } from './zone.ts'

/**
 * The number of instants in (after, until], exactly what enumerating them would give. Costs a look at each day, not at
 * each instant: a minutely cron over a year takes well under a millisecond.
 *
 * @throws CronError  when the spec, for example written by SQL, cannot be read
 */
export function countRuns(spec: CronSpec, after: Date, until: Date): number {
  const cron = ParsedCron.of(spec)
  const earliest = Math.floor(after.getTime() / 1000) + 1
  const limit = Math.floor(until.getTime() / 1000) + 1
  let count = 0
  for (const segment of Zone.named(spec.timezone).segmentsFrom(earliest)) {
    if (segment.start >= limit) break
    const window = firingWindow(cron, segment)
    if (window.isMovedToStart && segment.start >= earliest) count++
    const from = Math.max(window.from, earliest + segment.offset)
    count += countMatches(cron, from, Math.min(window.to, limit + segment.offset))
  }
  return count
}
