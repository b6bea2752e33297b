import { type Column, printable, table } from './table.ts'
import { timeText } from './times.ts'

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/

/**
 * A JSON value for people: `key: value` lines, objects indented, lists of objects as tables, instants in the zone. For
 * answers whose every field is worth showing.
 */
export function tree(value: unknown, timezone: string, indent = ''): string {
  if (Array.isArray(value)) return listText(value, timezone, indent)
  if (typeof value !== 'object' || value === null) return `${indent}${leaf(value, timezone)}\n`
  const entries = Object.entries(value)
  const width = Math.max(0, ...entries.filter(([, one]) => isLeaf(one)).map(([key]) => key.length))
  return entries
    .map(([key, one]) =>
      isLeaf(one)
        ? `${indent}${`${printable(key)}:`.padEnd(width + 1)} ${leaf(one, timezone)}\n`
        : `${indent}${printable(key)}:\n${tree(one, timezone, `${indent}  `)}`,
    )
    .join('')
}

function listText(list: readonly unknown[], timezone: string, indent: string): string {
  if (!list.every((one) => typeof one === 'object' && one !== null && !Array.isArray(one))) {
    return list.map((one) => `${indent}- ${leaf(one, timezone)}\n`).join('')
  }
  const keys = [...new Set(list.flatMap((one) => Object.keys(one as object)))]
  const columns = keys.map(
    (key): Column<Record<string, unknown>> => [printable(key), (row) => leaf(row[key], timezone)],
  )
  return table(list as Record<string, unknown>[], columns, null)
    .replace(/^/gm, indent)
    .trimEnd()
    .concat('\n')
}

/** What fits on the line of its key. */
function isLeaf(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return Array.isArray(value) && value.every((one) => typeof one !== 'object' || one === null)
}

function leaf(value: unknown, timezone: string): string {
  if (value === null || value === undefined) return '-'
  if (typeof value === 'string') return INSTANT.test(value) ? timeText(value, timezone) : printable(value)
  if (Array.isArray(value) && isLeaf(value)) {
    return value.length === 0 ? '-' : value.map((one) => leaf(one, timezone)).join(', ')
  }
  return typeof value === 'object' ? printable(JSON.stringify(value)) : String(value)
}
