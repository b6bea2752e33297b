/** Ids of types in pg_type. */
const TYPES = { bool: 16, date: 1082, timestamp: 1114, timestamptz: 1184 } as const
const NUMBERS = [20, 21, 23, 26, 700, 701, 1700]

export type Kind = 'number' | 'boolean' | 'date' | 'timestamp' | 'timestamptz' | 'text'

export function kindOf(type: number): Kind {
  if (NUMBERS.includes(type)) return 'number'
  if (type === TYPES.bool) return 'boolean'
  if (type === TYPES.date) return 'date'
  if (type === TYPES.timestamp) return 'timestamp'
  return type === TYPES.timestamptz ? 'timestamptz' : 'text'
}

/** The number, or null where a double would change it: an id or an amount with more than 15 digits, NaN, Infinity. */
export function exactNumber(text: string): number | null {
  const value = Number(text)
  if (!Number.isFinite(value)) return null
  const digits = text.replace(/^-?0*\.?0*|[eE].*$/g, '').replace('.', '')
  return digits.length <= 15 || String(value) === text ? value : null
}

/** The wall clock of a date or timestamp as if it were UTC, or null for what is none that a calendar has. */
export function wallClock(text: string): Date | null {
  const found = /^(\d{4})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(\.\d+)?)?(?:[+-][\d:]+)?$/.exec(text)
  if (!found) return null
  const [year, month, day, hour = 0, minute = 0, second = 0, fraction = 0] = found
    .slice(1)
    .map((part) => Number(part ?? 0))
  return new Date(Date.UTC(year!, month! - 1, day!, hour, minute, second, Math.round(fraction * 1_000)))
}

/** As ISO 8601 has it: `2026-01-05T09:00:00+09:00`. */
export function isoInstant(text: string): string {
  return text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')
}
