import type { Connection } from '@jobu/db'
import { z } from 'zod'
import { cancelledOnAbort } from '../cancelledOnAbort.ts'
import type { HandlerContext } from '../context.ts'
import { defineHandler } from '../defineHandler.ts'
import { csvOf } from '../report/csvOf.ts'
import { type Batch, cursor } from '../report/cursor.ts'
import { jsonOf } from '../report/jsonOf.ts'
import { xlsxOf } from '../report/xlsxOf.ts'
import { sqlFailure } from '../sqlFailure.ts'

const FORMATS = ['xlsx', 'csv', 'json'] as const

export const report = defineHandler({
  name: 'report',
  description: 'Writes the rows of a query to an XLSX, CSV or JSON artifact',
  params: z
    .strictObject({
      database: z.string().min(1).default('default').describe('A database of config/database.yaml'),
      sql: z.string().min(1).describe('One query; $1, $2 ... stand for the params. It cannot write'),
      params: z.array(z.json()).default([]).describe('Values of $1, $2 ...'),
      name: z.string().min(1).max(255).describe('Name of the artifact, such as report.xlsx'),
      format: z.enum(FORMATS).optional().describe('Default: by the name'),
      timezone: z
        .string()
        .refine(isTimezone, 'expected an IANA time zone such as Asia/Seoul')
        .default('UTC')
        .describe('The zone in which instants are written'),
      sheet: z
        .string()
        .regex(
          /^(?!')[^[\]*?/\\:]{1,25}(?<!')$/,
          "expected up to 25 characters without [ ] * ? / \\ : nor ' at an end",
        )
        .default('Report')
        .describe('Name of the sheet, of an XLSX'),
      escape_formulas: z
        .boolean()
        .default(true)
        .describe("Begin text that a spreadsheet would take for a formula with ', in a CSV"),
      bom: z
        .boolean()
        .default(false)
        .describe('Begin a CSV with a mark by which Excel knows that it is UTF-8'),
      skip_empty: z.boolean().default(false).describe('Leave no artifact where there are no rows'),
    })
    .refine((params) => formatOf(params) !== undefined, {
      path: ['format'],
      message: `expected one of ${FORMATS.join(', ')}, or a name that ends so`,
    }),

  async run({ database, sql, params, ...options }, ctx) {
    const format = formatOf(options)!
    const { name, skip_empty: isSkippedEmpty } = options
    const pool = ctx.getConnection(database)
    const write = async (tx: Connection) => {
      await tx.query(
        `SELECT set_config('TimeZone', $1, true), set_config('cursor_tuple_fraction', '1', true)`,
        [options.timezone],
      )
      const counted = { rows: 0 }
      const batches = count(cursor(tx, sql, params, format === 'json' ? 'json' : 'text'), counted, ctx)
      const first = await batches.next()
      if (first.done || (isSkippedEmpty && first.value.rows.length === 0)) {
        return { artifact: null, rows: 0, size_bytes: 0 }
      }
      const all = startingWith(first.value, batches)
      const content =
        format === 'xlsx' ? xlsxOf(all, options) : format === 'csv' ? csvOf(all, options) : jsonOf(all)
      // Not in this transaction, which is read-only and may be of another database: artifacts have their own connections.
      const artifact = await ctx.artifacts.write(name, content)
      return { artifact: name, rows: counted.rows, size_bytes: artifact.sizeBytes }
    }
    const work = (tx: Connection) => cancelledOnAbort(ctx, pool, tx, () => write(tx))
    try {
      return await ctx.transactionalReadonly(work, { database })
    } catch (error) {
      ctx.signal.throwIfAborted()
      throw error
    }
  },
})

async function* count(
  batches: AsyncIterable<Batch>,
  counted: { rows: number },
  ctx: HandlerContext,
): AsyncGenerator<Batch, void> {
  try {
    for await (const batch of batches) {
      counted.rows += batch.rows.length
      ctx.progress(0, `${counted.rows} rows`)
      yield batch
    }
  } catch (error) {
    throw sqlFailure(error)
  }
}

async function* startingWith<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first
  yield* rest
}

function formatOf(params: {
  format?: (typeof FORMATS)[number] | undefined
  name: string
}): (typeof FORMATS)[number] | undefined {
  return params.format ?? FORMATS.find((format) => params.name.toLowerCase().endsWith(`.${format}`))
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
