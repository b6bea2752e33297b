import type { CronSpec } from './cronSpec.ts'
import { firingWindow } from './firingWindow.ts'
import { ParsedCron } from './parsedCron.ts'
import { Zone } from './zone.ts'

/**
 * What daylight saving did to a run, for the preview: `moved` when its time fell into a gap and it runs at the gap's
 * end instead, `repeated` when the clock shows its time twice that day (a cron of fixed times runs in the first pass
 * only, any other in both).
 *
 * @param instant  a run of this cron
 */
export function dstNote(spec: CronSpec, instant: Date): null | 'moved' | 'repeated' {
  const second = Math.floor(instant.getTime() / 1000)
  const segments = Zone.named(spec.timezone).segmentsFrom(second)
  const segment = segments.next().value
  if (!segment) return null
  if (segment.start === second && firingWindow(ParsedCron.of(spec), segment).isMovedToStart) return 'moved'
  const wall = second + segment.offset
  const isSecondPass = wall < segment.start + segment.offsetBefore
  const following = segments.next().value
  const isFirstPass = following !== undefined && wall >= following.start + following.offset
  return isSecondPass || isFirstPass ? 'repeated' : null
}
