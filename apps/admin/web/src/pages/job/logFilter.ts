import { formatInstant, zoneLabel } from '../../time/format.ts'
import type { LogLine } from './JobLogStore.ts'

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type Level = (typeof LEVELS)[number]

export interface LogFilter {
  /** This level and worse; null: all. */
  level: Level | null
  attempt: number | null
}

const rankOf = (level: string) => LEVELS.indexOf(level as Level)

/** The lines of a filter; the same array where it leaves none out. */
export function filterLines(lines: readonly LogLine[], { level, attempt }: LogFilter): readonly LogLine[] {
  if (level === null && attempt === null) return lines
  const least = level === null ? -1 : rankOf(level)
  return lines.filter((line) => rankOf(line.level) >= least && (attempt === null || line.attempt === attempt))
}

/** Indices of the lines that hold a text, in any case, in their message or their fields. */
export function findInLines(lines: readonly LogLine[], text: string): number[] {
  const wanted = text.toLowerCase()
  if (wanted === '') return []
  return lines.flatMap(({ message, fields }, index) =>
    message.toLowerCase().includes(wanted) ||
    (fields !== null && JSON.stringify(fields).toLowerCase().includes(wanted))
      ? [index]
      : [],
  )
}

/** `23:14:05.123` by the clock of a zone. */
export const lineTime = (at: string, zone: string) =>
  // Zones differ by whole seconds, so the fraction is the same in each.
  `${formatInstant(at, zone, 'time')}.${new Date(at).getUTCMilliseconds().toString().padStart(3, '0')}`

/** As a file has them: one line each. */
export function logAsText(lines: readonly LogLine[], zone: string): string {
  return lines
    .map(({ logged_at, attempt, level, message, fields }) => {
      const at = `${formatInstant(logged_at, zone, 'date')} ${lineTime(logged_at, zone)} ${zoneLabel(zone, logged_at)}`
      return `${at} #${attempt} ${level.toUpperCase()} ${message}${fields ? ` ${JSON.stringify(fields)}` : ''}\n`
    })
    .join('')
}
