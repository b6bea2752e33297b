import type { ParsedCron } from './parsedCron.ts'
import { DAY_SECONDS } from './wallClock.ts'

// 2001 to 2028 holds every kind of year next to every kind it can follow, so two days that can both match do so here.
const CALENDAR_START = Date.UTC(2001, 0, 1) / 1000 / DAY_SECONDS
const CALENDAR_END = Date.UTC(2029, 0, 2) / 1000 / DAY_SECONDS

/**
 * The smallest time between two runs on the wall clock, in seconds, exact when it is below `limit`; anything from
 * `limit` upwards only says that no gap is shorter than that.
 */
export function smallestGap(cron: ParsedCron, limit: number): number {
  const { hours, minutes, seconds } = cron
  // From the last match of one minute to the first of the next, and so on upwards: the sets are a product, so the
  // smallest gap lies inside a minute, between minutes, between hours, or between days.
  const acrossMinutes = seconds[0]! - seconds.at(-1)!
  const acrossHours = acrossMinutes + (minutes[0]! - minutes.at(-1)!) * 60
  const acrossDays = acrossHours + (hours[0]! - hours.at(-1)!) * 3600
  const insideDay = Math.min(
    smallestStep(seconds),
    smallestStep(minutes) * 60 + acrossMinutes,
    smallestStep(hours) * 3600 + acrossHours,
  )
  if (DAY_SECONDS + acrossDays >= Math.min(limit, insideDay)) return insideDay
  return Math.min(insideDay, smallestDayStep(cron) * DAY_SECONDS + acrossDays)
}

/** The smallest difference between neighbours, Infinity when there are none. */
function smallestStep(ascending: number[]): number {
  return Math.min(...ascending.slice(1).map((value, index) => value - ascending[index]!))
}

/** The fewest days from one on which it fires to the next. */
function smallestDayStep(cron: ParsedCron): number {
  let smallest = Infinity
  let previous = -Infinity
  for (let day = cron.firstDay(CALENDAR_START, CALENDAR_END); day !== null && smallest > 1; ) {
    smallest = Math.min(smallest, day - previous)
    previous = day
    day = cron.firstDay(day + 1, CALENDAR_END)
  }
  return smallest
}
