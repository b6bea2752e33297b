import { formatInstant } from './format.ts'
import { instantOf } from './wallClock.ts'

const DAY_MS = 86_400_000

/** The day that calendars of a zone show: `2026-11-21`. */
export const dayOf = (at: string | Date, zone: string) => formatInstant(at, zone, 'date')

/** So many days later, or earlier. */
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10)
}

/** 0 for Monday to 6 for Sunday. */
export const weekdayOf = (day: string) => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7

/** Where a day of a zone begins, and where it ends, exclusive: ISO 8601. */
export const dayBounds = (day: string, zone: string) => ({
  from: instantOf(`${day} 00:00:00`, zone),
  to: instantOf(`${addDays(day, 1)} 00:00:00`, zone),
})

/** `Sat, Nov 21` or longer, in a language. */
export function formatDay(day: string, language: string, options: Intl.DateTimeFormatOptions = LONG): string {
  return new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' }).format(
    new Date(`${day}T00:00:00Z`),
  )
}

const LONG: Intl.DateTimeFormatOptions = { year: 'numeric', month: 'short', day: 'numeric', weekday: 'short' }

/** Whether a text from the address is a day: `2026-02-30` is none. */
export const isDay = (text: string | undefined): text is string =>
  text !== undefined &&
  /^\d{4}-\d{2}-\d{2}$/.test(text) &&
  !Number.isNaN(Date.parse(text)) &&
  addDays(text, 0) === text
