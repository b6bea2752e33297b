/** Rows in aligned columns under their names, for a terminal. */
export function table<R extends Record<string, unknown>>(
  rows: R[],
  columns: readonly (keyof R & string)[],
): string {
  const lines = [[...columns], ...rows.map((row) => columns.map((column) => cell(row[column])))]
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)))
  return lines
    .map(
      (line) =>
        `${line
          .map((text, i) => text.padEnd(widths[i]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '-'
  if (value instanceof Date) return value.toISOString()
  // A name may hold what would move the cursor or colour the screen.
  return String(value).replace(/\p{C}/gu, '?')
}
