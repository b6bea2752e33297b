import { usageError } from '../errors.ts'

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** An instant as people read it in a zone, with its offset: `2026-01-31 09:00:00 +09:00`; `-` for none. */
export function timeText(instant: unknown, timezone: string): string {
  if (typeof instant !== 'string' && !(instant instanceof Date)) return '-'
  const at = new Date(instant)
  const offset = offsetMinutes(at, timezone)
  const wall = new Date(at.getTime() + offset * 60_000).toISOString()
  return `${wall.slice(0, 10)} ${wall.slice(11, 19)} ${offsetText(offset)}`
}

/** A sentence of the API with the instants in it, which are in UTC, as `timeText` shows them. */
export function sentenceText(text: string, timezone: string): string {
  return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (instant) => timeText(instant, timezone))
}

/** `1.2 s`, `3 min 20 s`; `-` for none. */
export function durationText(milliseconds: unknown): string {
  if (typeof milliseconds !== 'number') return '-'
  if (milliseconds < 1_000) return `${milliseconds} ms`
  const seconds = milliseconds / 1_000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`
}

/**
 * Seconds in `30m`, `1h30m`, `45s`, `2d` or `90` (seconds).
 *
 * @throws CliError usage
 */
export function parseDuration(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  const parts = [...text.matchAll(/(\d{1,9})([smhd])/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw usageError(`"${text}" is no duration, expected one such as 30m, 1h30m or 45s`)
  }
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit!]!, 0)
}

/**
 * The instant that a person means, as ISO 8601 in UTC: `now`, `+30m`, `-2h`, an ISO instant with an offset, or a wall
 * time of the zone (`2026-01-31`, `2026-01-31T09:00`).
 *
 * @throws CliError usage
 */
export function parseTime(text: string, timezone: string, now = new Date()): string {
  const [, sign, duration] = /^([+-])(\d.*)$/.exec(text) ?? []
  if (text === 'now') return now.toISOString()
  if (duration) {
    return new Date(now.getTime() + (sign === '-' ? -1 : 1) * parseDuration(duration) * 1_000).toISOString()
  }
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:?\d\d)?)?$/i.exec(
    text,
  )
  const [, date, clock = '00:00', offset] = match ?? []
  const utc = new Date(`${date}T${clock}${offset ?? 'Z'}`)
  // Date rolls February 30th over into March.
  if (
    !match ||
    Number.isNaN(utc.getTime()) ||
    new Date(`${date}T00:00Z`).toISOString().slice(0, 10) !== date
  ) {
    throw usageError(
      `"${text}" is no time, expected one such as 2026-01-31T09:00, 2026-01-31T09:00:00+09:00, now, +30m or -2h`,
    )
  }
  if (offset) return utc.toISOString()
  // The offset at the wall time read as UTC may be another day's; the second look uses the one at the instant itself.
  const guess = new Date(utc.getTime() - offsetMinutes(utc, timezone) * 60_000)
  return new Date(utc.getTime() - offsetMinutes(guess, timezone) * 60_000).toISOString()
}

/** Wall clock minus UTC, in minutes. */
function offsetMinutes(at: Date, timezone: string): number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' })
  const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')!.value
  const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? []
  if (!sign) return 0
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

function offsetText(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}
