import type { ParsedCron } from './parsedCron.ts'
import { countMatches, DAY_SECONDS } from './wallClock.ts'
import type { ZoneSegment } from './zone.ts'

/** Where a cron fires within one segment of its zone. */
export interface FiringWindow {
  /** Wall times [from, to) in which every match fires. */
  from: number
  to: number
  /** Times lost in the gap before this segment run at its first instant, at which nothing is due by itself. */
  isMovedToStart: boolean
}

/**
 * Vixie cron's rule for daylight saving. A wildcard or a step follows elapsed time: nothing in a gap, both passes of
 * an overlap. Fixed times run once: in the first pass of an overlap, and at the end of a gap, whichever side of
 * midnight that is (croner 11 loses the 23:30 of a gap that ends at 00:00, as in America/Nuuk). A gap of a day or more
 * is a date that does not exist there (Pacific/Apia, 2011-12-30), and neither do its runs.
 */
export function firingWindow(cron: ParsedCron, segment: ZoneSegment): FiringWindow {
  const { start, end, offset, offsetBefore } = segment
  const from = start + offset
  const to = end + offset
  if (!cron.isFixedTime || offset === offsetBefore) return { from, to, isMovedToStart: false }
  const expected = start + offsetBefore
  if (offset < offsetBefore) return { from: expected, to, isMovedToStart: false }
  const isMovedToStart =
    from - expected < DAY_SECONDS &&
    countMatches(cron, expected, from) > 0 &&
    countMatches(cron, from, from + 1) === 0
  return { from, to, isMovedToStart }
}
