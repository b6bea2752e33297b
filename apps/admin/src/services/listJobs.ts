import {
  countExecutions,
  type Database,
  type ExecutionFilter,
  type ExecutionKey,
  listExecutions,
  MOST_SORTED,
} from '@jobu/db'
import { z } from 'zod'
import { decodeCursor, encodeCursor } from '../http/cursor.ts'
import { validationError } from '../http/validationError.ts'
import type { jobFilter, ListJobsQuery } from '../schemas/job.ts'
import { pageBody, pageOf, pickFields } from '../schemas/paging.ts'
import { listedJobView } from '../views/jobView.ts'
import type { TypicalDurations } from './typicalDurations.ts'

/** Rows that may be passed over by a page's number; what lies behind them is reached by cursor. */
const MOST_OFFSET = 10_000

/** The years 1 to 9999, in milliseconds. */
const EARLIEST_MS = -62_135_596_800_000
const LATEST_MS = 253_402_300_799_999
/** Scheduled time in milliseconds, id, and how many come before. */
const position = z.tuple([
  z.int().min(EARLIEST_MS).max(LATEST_MS),
  z.int().min(0),
  z.int().min(0).max(Number.MAX_SAFE_INTEGER),
])

/** A page of executions with its total, both of one moment. @throws JobuError VALIDATION_FAILED */
export async function listJobs(database: Database, query: ListJobsQuery, durations: TypicalDurations) {
  const filter = filterOf(query)
  const order = query.order_by.endsWith('scheduled_time') ? 'scheduled_time' : 'id'
  const isDescending = query.order_by.startsWith('-')
  const scope = ['jobs', order, isDescending, filter]
  const page = pageOf(query)
  let after: ExecutionKey | undefined
  if (query.cursor !== undefined) {
    const [time, id, before] = decodeCursor(query.cursor, scope, position)
    after = { id, scheduledTime: new Date(time) }
    page.offset = before
  }
  return database.transactional({ label: 'list jobs', readonly: true, snapshot: true }, async (tx) => {
    const { count, isExact } = await countExecutions(tx, filter)
    if (!after && page.offset + page.limit > MOST_OFFSET) {
      if (isExact && count <= page.offset) return pageBody([], count, page)
      throw validationError([
        {
          field: query.page === undefined ? 'offset' : 'page',
          message: `only the first ${MOST_OFFSET} executions can be paged by number; pass next_cursor of a page as cursor for those that follow`,
          received: query.page ?? query.offset,
        },
      ])
    }
    const { rows, next } = await listExecutions(tx, filter, {
      order,
      isDescending,
      limit: page.limit,
      offset: after ? 0 : page.offset,
      after,
      withPayload: !query.fields || query.fields.some((name) => name === 'params' || name === 'result'),
    })
    if (!rows) {
      throw validationError([
        {
          field: 'order_by',
          message: `can only sort up to ${MOST_SORTED} executions this way, and the filter has more; narrow it, or order by scheduled_time`,
          received: query.order_by,
        },
      ])
    }
    const seen = rows.length === 0 ? 0 : page.offset + rows.length
    const total = Math.max(count, !isExact && next ? seen + 1 : seen)
    const isExpected = !query.fields || query.fields.includes('expected_finish_at')
    const finishes = isExpected ? await durations.expectedFinishes(tx, rows) : undefined
    const items = rows.map((row) => pickFields(listedJobView(row, finishes), query.fields))
    const nextCursor =
      next && encodeCursor(scope, [next.scheduledTime.getTime(), next.id, page.offset + rows.length])
    return pageBody(items, total, page, { nextCursor, isExact })
  })
}

/** What a query, or a bulk action's body, asks for. */
export function filterOf(query: z.output<typeof jobFilter>): ExecutionFilter {
  return {
    jobId: query.cron_id,
    statuses: query.status && [...new Set(query.status)],
    handlerName: query.handler_name,
    queue: query.queue,
    paramSources: query.param_source && [...new Set(query.param_source)],
    priority: query.priority,
    from: query.from_date,
    to: query.to_date,
    q: query.q,
  }
}
