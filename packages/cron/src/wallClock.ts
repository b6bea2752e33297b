import type { ParsedCron } from './parsedCron.ts'

/*
 * Matches of a pattern on the wall clock, where every day has 86,400 seconds and no offset exists. A wall time is
 * what the clock shows, read as if it were UTC, in seconds since the epoch.
 */

export const DAY_SECONDS = 86_400

/** The first match in [from, to), or null. */
export function firstMatch(cron: ParsedCron, from: number, to: number): number | null {
  const startDay = Math.floor(from / DAY_SECONDS)
  const limit = Math.ceil(to / DAY_SECONDS)
  for (let day = cron.firstDay(startDay, limit); day !== null; day = cron.firstDay(day + 1, limit)) {
    const time = firstTime(cron, day === startDay ? from - day * DAY_SECONDS : 0)
    if (time !== null) return day * DAY_SECONDS + time < to ? day * DAY_SECONDS + time : null
  }
  return null
}

/** The last match in [from, to), or null. */
export function lastMatch(cron: ParsedCron, from: number, to: number): number | null {
  const endDay = Math.ceil(to / DAY_SECONDS) - 1
  const limit = Math.floor(from / DAY_SECONDS)
  for (let day = cron.lastDay(endDay, limit); day !== null; day = cron.lastDay(day - 1, limit)) {
    const time = lastTime(cron, day === endDay ? to - day * DAY_SECONDS : DAY_SECONDS)
    if (time !== null) return day * DAY_SECONDS + time >= from ? day * DAY_SECONDS + time : null
  }
  return null
}

/** How many matches there are in [from, to): whole days are multiplied, only the two at the ends are looked into. */
export function countMatches(cron: ParsedCron, from: number, to: number): number {
  if (from >= to) return 0
  const perDay = cron.hours.length * cron.minutes.length * cron.seconds.length
  const firstDay = Math.floor(from / DAY_SECONDS)
  const lastDay = Math.floor(to / DAY_SECONDS)
  let count = 0
  for (
    let day = cron.firstDay(firstDay, lastDay + 1);
    day !== null;
    day = cron.firstDay(day + 1, lastDay + 1)
  ) {
    count += day === lastDay ? countTimes(cron, to - day * DAY_SECONDS) : perDay
    if (day === firstDay) count -= countTimes(cron, from - day * DAY_SECONDS)
  }
  return count
}

/** The first matching second of the day at or after `from`. */
function firstTime(cron: ParsedCron, from: number): number | null {
  for (const hour of cron.hours) {
    if (hour * 3600 + 3599 < from) continue
    for (const minute of cron.minutes) {
      if (hour * 3600 + minute * 60 + 59 < from) continue
      for (const second of cron.seconds) {
        const time = hour * 3600 + minute * 60 + second
        if (time >= from) return time
      }
    }
  }
  return null
}

/** The last matching second of the day before `to`. */
function lastTime(cron: ParsedCron, to: number): number | null {
  for (let h = cron.hours.length - 1; h >= 0; h--) {
    if (cron.hours[h]! * 3600 >= to) continue
    for (let m = cron.minutes.length - 1; m >= 0; m--) {
      if (cron.hours[h]! * 3600 + cron.minutes[m]! * 60 >= to) continue
      for (let s = cron.seconds.length - 1; s >= 0; s--) {
        const time = cron.hours[h]! * 3600 + cron.minutes[m]! * 60 + cron.seconds[s]!
        if (time < to) return time
      }
    }
  }
  return null
}

/** How many seconds of the day match before `to`. */
function countTimes(cron: ParsedCron, to: number): number {
  const hour = Math.floor(to / 3600)
  const minute = Math.floor((to % 3600) / 60)
  const { hours, minutes, seconds } = cron
  let count = hours.filter((h) => h < hour).length * minutes.length * seconds.length
  if (hours.includes(hour)) {
    count += minutes.filter((m) => m < minute).length * seconds.length
    if (minutes.includes(minute)) count += seconds.filter((s) => s < to % 60).length
  }
  return count
}
