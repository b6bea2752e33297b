import type { CronSpec } from './cronSpec.ts'
import { firingWindow } from './firingWindow.ts'
import { SEARCH_SECONDS } from './nextRun.ts'
import { ParsedCron } from './parsedCron.ts'
import { lastMatch } from './wallClock.ts'
import { Zone } from './zone.ts'

/**
 * The last `count` instants strictly before `before`, newest first: with a count of 1, the latest missed slot.
 * Fewer when more than 41 years lie between two of them.
 *
 * @throws CronError  when the spec, for example written by SQL, cannot be read
 */
export function previousRuns(spec: CronSpec, before: Date, count: number): Date[] {
  const cron = ParsedCron.of(spec)
  const runs: Date[] = []
  while (runs.length < count) {
    const run = previousRun(cron, spec, runs.at(-1) ?? before)
    if (run === null) break
    runs.push(run)
  }
  return runs
}

/** `nextRun` in the mirror. */
function previousRun(cron: ParsedCron, spec: CronSpec, before: Date): Date | null {
  const bound = Math.ceil(before.getTime() / 1000)
  const limit = bound - SEARCH_SECONDS
  for (const segment of Zone.named(spec.timezone).segmentsBefore(bound)) {
    if (segment.end <= limit) return null
    const window = firingWindow(cron, segment)
    const to = Math.min(window.to, bound + segment.offset)
    const match = lastMatch(cron, Math.max(window.from, limit + segment.offset), to)
    if (match !== null) return new Date((match - segment.offset) * 1000)
    if (window.isMovedToStart) return new Date(segment.start * 1000)
  }
  return null
}
