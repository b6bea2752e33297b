import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'

const GAP = '  '
const MIN_LAST_WIDTH = 10

/** A column: its heading, and its cell of a row. */
export type Column<T> = readonly [heading: string, cell: (row: T) => unknown]

/**
 * Rows as aligned text, a line each; wide characters count two. On a terminal (`width`) the last column is cut to fit.
 * Cells may be coloured; anything else that a terminal would obey must have gone through `printable`.
 */
export function table<T>(rows: readonly T[], columns: readonly Column<T>[], width: number | null): string {
  const headings = columns.map(([heading]) => heading.toUpperCase())
  const lines = [headings, ...rows.map((row) => columns.map(([, cell]) => cellText(cell(row))))]
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => stringWidth(line[index]!))))
  const before = widths.slice(0, -1).reduce((sum, one) => sum + one + GAP.length, 0)
  const lastWidth = width === null ? Infinity : Math.max(width - before, MIN_LAST_WIDTH)
  return lines
    .map((line) => {
      const cells = line.map((text, index) =>
        index === line.length - 1
          ? cut(text, lastWidth)
          : text + ' '.repeat(widths[index]! - stringWidth(text)),
      )
      return `${cells.join(GAP).trimEnd()}\n`
    })
    .join('')
}

/** A text of others, such as a log line, without what a terminal would obey. */
export function printable(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll('\r\n', '\n')
    .replace(/(?![\n\t])\p{Cc}/gu, '\uFFFD')
}

function cellText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-'
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.replace(/\s*\n\s*/g, ' ')
}

function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let kept = ''
  for (const character of stripVTControlCharacters(text)) {
    if (stringWidth(kept + character) > width - 1) break
    kept += character
  }
  return `${kept}\u2026`
}
