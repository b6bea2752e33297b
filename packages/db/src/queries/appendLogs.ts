import type { Tx } from '../database.ts'
import { type Claim, instantArray, plainArray } from './types.ts'

export interface LogLine extends Claim {
  /** Counts from 1 within the attempt. */
  line: number
  loggedAt: Date
  level: 'debug' | 'info' | 'warn' | 'error'
  message: string
  fields: Record<string, unknown> | null
}

// ON CONFLICT: a batch whose commit was not confirmed is written again.
const text = `
INSERT INTO execution_logs (execution_id, scheduled_time, attempt, line, logged_at, level, message, fields)
SELECT * FROM unnest($1::bigint[], $2::timestamptz[], $3::integer[], $4::integer[], $5::timestamptz[], $6::text[], $7::text[], $8::jsonb[])
ON CONFLICT DO NOTHING`

/** Stores lines that handlers logged. Called by: the worker's reporter, once per interval for all. */
export async function appendLogs(tx: Tx, lines: LogLine[]): Promise<void> {
  await tx.query({
    name: 'appendLogs',
    text,
    values: [
      plainArray(lines.map((one) => one.id)),
      instantArray(lines.map((one) => one.scheduledTime)),
      plainArray(lines.map((one) => one.attempt)),
      plainArray(lines.map((one) => one.line)),
      instantArray(lines.map((one) => one.loggedAt)),
      lines.map((one) => one.level),
      lines.map((one) => one.message.replaceAll('\0', '\\0')),
      lines.map((one) => one.fields && storableJson(JSON.stringify(one.fields))),
    ],
  })
}

// jsonb knows neither NUL nor half a surrogate pair: their escapes are kept as text. Escapes are read one after the
// other, so that an escaped backslash before "u0000" stays what it is.
function storableJson(json: string): string {
  return json.replace(/\\(u0000|ud[89a-f]..|.)/g, (text, what: string) =>
    what.length > 1 ? `\\${text}` : text,
  )
}
