import type { Connection } from '@jobu/db'

const BATCH_ROWS = 1_000

export interface Column {
  name: string
  /** The type's id in pg_type. */
  type: number
}

/** Rows as PostgreSQL writes their values down; all batches of a query have the same columns. */
export interface Batch {
  columns: Column[]
  rows: Array<Array<string | null>>
}

const asText = { getTypeParser: () => (text: string) => text }

/**
 * The rows of a query, some at a time, so that only those are in memory. The first batch may be empty: it has the columns.
 *
 * @param form  `json`: one column, each row as a JSON object made by the server
 */
export async function* cursor(
  tx: Connection,
  statement: string,
  values: unknown[],
  form: 'text' | 'json',
): AsyncGenerator<Batch> {
  const query = statement.replace(/[;\s]+$/, '')
  // The line end closes a comment that the query may end with.
  const text = form === 'json' ? `SELECT row_to_json(jobu_row)::text FROM (${query}\n) AS jobu_row` : query
  await tx.query(`DECLARE jobu_report NO SCROLL CURSOR FOR ${text}`, values)
  for (let isFirst = true; ; isFirst = false) {
    const { rows, fields } = await tx.query<Array<string | null>>({
      text: `FETCH FORWARD ${BATCH_ROWS} FROM jobu_report`,
      rowMode: 'array',
      types: asText,
    })
    if (rows.length > 0 || isFirst) {
      yield { columns: fields.map(({ name, dataTypeID }) => ({ name, type: dataTypeID })), rows }
    }
    if (rows.length < BATCH_ROWS) return
  }
}
