import { stringify } from 'csv-stringify/sync'
import type { Batch } from './cursor.ts'
import { isoInstant, type Kind, kindOf } from './values.ts'

/** What spreadsheets take for the beginning of a formula, full-width forms included. */
const FORMULA = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/

/** The rows as CSV (RFC 4180, UTF-8), with a line of column names. */
export async function* csvOf(
  batches: AsyncIterable<Batch>,
  { escape_formulas: isEscaping, bom }: { escape_formulas: boolean; bom: boolean },
): AsyncGenerator<string> {
  const safe = (text: string) => (isEscaping && FORMULA.test(text) ? `'${text}` : text)
  const write = (rows: string[][]) => stringify(rows, { record_delimiter: 'windows' })
  let kinds: Kind[] | undefined
  for await (const { columns, rows } of batches) {
    if (!kinds) {
      kinds = columns.map(({ type }) => kindOf(type))
      yield (bom ? '\uFEFF' : '') + write([columns.map(({ name }) => safe(name))])
    }
    yield write(rows.map((row) => row.map((value, at) => cell(value, kinds![at]!, safe))))
  }
}

function cell(value: string | null, kind: Kind, safe: (text: string) => string): string {
  if (value === null) return ''
  if (kind === 'text') return safe(value)
  if (kind === 'boolean') return value === 't' ? 'true' : 'false'
  return kind === 'timestamptz' ? isoInstant(value) : value
}
