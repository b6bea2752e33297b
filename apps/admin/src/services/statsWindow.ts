import { nextRuns, previousRuns } from '@jobu/cron'
import { validationError } from '../http/validationError.ts'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
/** A month may have an hour more than its days: the clocks were set back. */
const SLACK_MS = HOUR_MS

/** From the start of an hour to the end of one. */
export interface StatsWindow {
  from: Date
  to: Date
}

/**
 * The time asked for, in whole hours: what the roll-up knows.
 *
 * @param now  the database's
 * @throws JobuError VALIDATION_FAILED for one that is empty or longer than `maxDays`
 */
export function statsWindow(
  { from, to }: { from?: Date | undefined; to?: Date | undefined },
  now: Date,
  defaultDays: number,
  maxDays: number,
): StatsWindow {
  const end = to ?? now
  const start = from ?? new Date(end.getTime() - defaultDays * DAY_MS)
  checkWindow(start, end, maxDays * DAY_MS + SLACK_MS, `${maxDays} days`)
  return { from: startOfHour(start), to: new Date(Math.ceil(end.getTime() / HOUR_MS) * HOUR_MS) }
}

/** @throws JobuError VALIDATION_FAILED for a time that is empty or longer than `maxMs`, which `most` says in words */
export function checkWindow(start: Date, end: Date, maxMs: number, most: string): void {
  const received = start.toISOString()
  if (start >= end) {
    const expected = `before ${end.toISOString()}`
    throw validationError([{ field: 'from', message: 'must lie before to', received, expected }])
  }
  if (end.getTime() - start.getTime() > maxMs) {
    const message = `lies more than ${most} before to`
    throw validationError([{ field: 'from', message, received, expected: `at most ${most}` }])
  }
}

/** Where the hours of a window begin, and where it ends. */
export function hourBounds({ from, to }: StatsWindow): Date[] {
  const hours = (to.getTime() - from.getTime()) / HOUR_MS
  return Array.from({ length: hours + 1 }, (_, hour) => new Date(from.getTime() + hour * HOUR_MS))
}

/** Where the days of a zone begin that a window touches, and where it ends. The first day is whole. */
export function dayBounds({ from, to }: StatsWindow, timezone: string): Date[] {
  const bounds = [startOfDay(from, timezone)]
  const days = Math.ceil((to.getTime() - from.getTime()) / DAY_MS) + 2
  for (const midnight of nextRuns(midnights(timezone), from, days)) if (midnight < to) bounds.push(midnight)
  return [...bounds, to]
}

/** The midnight at or before an instant; where the clocks skip it, the first instant of the day. */
export function startOfDay(at: Date, timezone: string): Date {
  return previousRuns(midnights(timezone), new Date(at.getTime() + 1), 1)[0]!
}

export function startOfHour(at: Date): Date {
  return new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS)
}

function midnights(timezone: string) {
  return { expression: '0 0 * * *', timezone, dayMatch: 'or' as const }
}
