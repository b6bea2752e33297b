import dayjs from 'dayjs'
import timezone from 'dayjs/plugin/timezone'
import utc from 'dayjs/plugin/utc'
import { formatInstant } from './format.ts'

dayjs.extend(utc)
dayjs.extend(timezone)

/** The instant at which clocks of a zone show `2026-11-21 23:14:05`, as pickers give it. @returns ISO 8601 in UTC */
export function instantOf(wallClock: string, zone: string): string {
  return dayjs.tz(wallClock, zone).toISOString()
}

/** What clocks of a zone show, as pickers take it: `2026-11-21 23:14:05`. */
export function wallClockOf(at: string | Date, zone: string): string {
  return formatInstant(at, zone)
}
