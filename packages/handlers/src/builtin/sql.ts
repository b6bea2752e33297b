import type { Connection, QueryResult } from '@jobu/db'
import { z } from 'zod'
import { cancelledOnAbort } from '../cancelledOnAbort.ts'
import { defineHandler } from '../defineHandler.ts'
import { sqlFailure } from '../sqlFailure.ts'

const LEADING = /^(?:\s+|--[^\n]*|\/\*[\s\S]*?\*\/|\()*/
const READ = /^(?:select|values|table|with)\b/i
/** Anywhere, also in a string: being wrong here only means that the rows are not read through a cursor. */
const NOT_ONE_READ = /\b(?:insert|update|delete|merge|into)\b|;\s*\S/i

type Row = Record<string, unknown>

export const sql = defineHandler({
  name: 'sql',
  description: 'Runs SQL in a transaction',
  params: z.strictObject({
    database: z.string().min(1).default('default').describe('A database of config/database.yaml'),
    statement: z.string().min(1).describe('What to run; $1, $2 ... stand for the values'),
    values: z.array(z.json()).default([]).describe('Values of $1, $2 ...'),
    readonly: z.boolean().default(false).describe('Run in a READ ONLY transaction'),
    max_rows: z.int().min(0).max(100_000).default(1_000).describe('How many rows the result keeps'),
  }),

  async run({ database, statement, values, readonly, max_rows }, ctx) {
    // Outside the transaction, so that this is the pool and not the connection that is to be cancelled.
    const pool = ctx.getConnection(database)
    const work = (tx: Connection) =>
      cancelledOnAbort(ctx, pool, tx, () => query(tx, statement, values, max_rows))
    try {
      if (readonly) return await ctx.transactionalReadonly(work, { database })
      // On jobu's own database the statement and the SUCCESS are one commit: a retry cannot apply it twice.
      if (database === 'default') return await ctx.transaction(work)
      return await ctx.transactional(work, { database })
    } catch (error) {
      ctx.signal.throwIfAborted()
      throw error
    }
  },
})

async function query(tx: Connection, statement: string, values: unknown[], maxRows: number) {
  const body = statement.replace(LEADING, '')
  try {
    if (!READ.test(body) || NOT_ONE_READ.test(body)) {
      const results = [await tx.query(statement, values)].flat() as (QueryResult<Row> & { command: string })[]
      // Several statements without values are several results; the last one speaks for them.
      const { command, rowCount, rows } = results.at(-1)!
      return result(command, rowCount, rows, maxRows)
    }
    // A cursor: rows that are not kept need not fit into the worker's memory.
    await tx.query(`DECLARE jobu_sql NO SCROLL CURSOR FOR ${statement}`, values)
    const { rows } = await tx.query<Row>(`FETCH FORWARD ${maxRows + 1} FROM jobu_sql`)
    // Runs the rest to its end, so that a function called for each row is called for each row, and counts it.
    const rest = rows.length > maxRows ? await tx.query('MOVE FORWARD ALL IN jobu_sql') : null
    await tx.query('CLOSE jobu_sql')
    return result('SELECT', rows.length + (rest?.rowCount ?? 0), rows, maxRows)
  } catch (error) {
    throw sqlFailure(error)
  }
}

function result(command: string, rowCount: number | null, rows: Row[], maxRows: number) {
  return {
    command,
    row_count: rowCount ?? 0,
    rows: rows.slice(0, maxRows).map(jsonSafe),
    truncated: rows.length > maxRows,
  }
}

/** bigint and non-finite numbers as text, bytea as base64, dates as ISO by their own toJSON. */
function jsonSafe(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (Buffer.isBuffer(value)) return value.toString('base64')
  if (Array.isArray(value)) return value.map(jsonSafe)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, jsonSafe(inner)]))
}
