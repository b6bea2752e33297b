import type { CronLocale } from '@jobu/cron'
import {
  type CronOrder,
  type CronRow,
  cronOrderValue,
  type Database,
  listCrons as findCrons,
  lastRunsOfCrons,
  type Tx,
} from '@jobu/db'
import { decodeCursor, encodeCursor } from '../http/cursor.ts'
import { cronPosition, type ListCronsQuery } from '../schemas/cron.ts'
import { pageBody, pageOf, pickFields } from '../schemas/paging.ts'
import { type CronView, cronView } from '../views/cronView.ts'
import { cronFilterOf } from './cronFilterOf.ts'

/** A page of crons with their last runs. @throws JobuError VALIDATION_FAILED */
export async function listCrons(database: Database, query: ListCronsQuery, locale?: CronLocale) {
  const page = pageOf(query)
  const order = query.order_by.replace('-', '') as CronOrder
  const isDescending = query.order_by.startsWith('-')
  const { is_enabled, q, tag, owner, handler_name, last_status } = query
  const asked = { is_enabled, q, tag, owner, handler_name, last_status }
  const scope = ['crons', order, isDescending, asked]
  const start =
    query.cursor === undefined ? undefined : decodeCursor(query.cursor, scope, cronPosition(order))
  if (start) page.offset = start[2]
  const { filter, isExact } = await cronFilterOf(database, asked)
  const { rows, total } = await findCrons(database, filter, {
    order,
    isDescending,
    limit: page.limit + 1,
    offset: start ? 0 : page.offset,
    after: start && { value: start[0], id: start[1] },
  })
  const shown = rows.slice(0, page.limit)
  const last = rows.length > page.limit ? shown.at(-1) : undefined
  const nextCursor = last
    ? encodeCursor(scope, [cronOrderValue(last, order), last.id, page.offset + shown.length])
    : null
  const items = (await viewsOf(database, shown, locale)).map((view) => pickFields(view, query.fields))
  return pageBody(items, total, page, { nextCursor, isExact })
}

/** Crons with their last runs. */
export async function viewsOf(tx: Tx, rows: CronRow[], locale?: CronLocale): Promise<CronView[]> {
  const last = new Map(
    (
      await lastRunsOfCrons(
        tx,
        rows.map((row) => row.id),
      )
    ).map((run) => [run.jobId, run]),
  )
  return rows.map((row) => cronView(row, last.get(row.id), locale))
}
