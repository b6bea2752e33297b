import type { SQL } from 'drizzle-orm'
import type { Tx } from '../database.ts'
import { and, arrayContains, asc, desc, eq, ilike, isNull, or, sql } from '../drizzle.ts'
import { cronJobs } from '../schema/index.ts'
import type { CronRow } from './crons.ts'

export interface CronFilter {
  isEnabled?: boolean
  /** A part of the name or the description, in any case. */
  q?: string
  tag?: string
  handlerName?: string
}

const ORDERS = {
  id: cronJobs.id,
  name: cronJobs.name,
  handler_name: cronJobs.handlerName,
  is_enabled: cronJobs.isEnabled,
  priority: cronJobs.priority,
  next_run_at: cronJobs.nextRunAt,
  created_at: cronJobs.createdAt,
  updated_at: cronJobs.updatedAt,
}
export type CronOrder = keyof typeof ORDERS
/** What crons can be ordered by. */
export const CRON_ORDERS = Object.keys(ORDERS) as CronOrder[]

/** Crons that are not deleted; those without a value in the order's column come last, equal ones by id. */
export async function listCrons(
  tx: Tx,
  filter: CronFilter,
  page: { order: CronOrder; isDescending: boolean; limit: number; offset: number },
): Promise<{ rows: CronRow[]; total: number }> {
  const where = conditions(filter)
  const direction = page.isDescending ? desc : asc
  const rows = await tx.db
    .select()
    .from(cronJobs)
    .where(where)
    .orderBy(sql`${direction(ORDERS[page.order])} NULLS LAST`, direction(cronJobs.id))
    .limit(page.limit)
    .offset(page.offset)
  return { rows, total: await tx.db.$count(cronJobs, where) }
}

function conditions(filter: CronFilter): SQL | undefined {
  const pattern = filter.q === undefined ? undefined : `%${filter.q.replace(/[\\%_]/g, '\\$&')}%`
  return and(
    isNull(cronJobs.deletedAt),
    filter.isEnabled === undefined ? undefined : eq(cronJobs.isEnabled, filter.isEnabled),
    pattern === undefined
      ? undefined
      : or(ilike(cronJobs.name, pattern), ilike(cronJobs.description, pattern)),
    filter.tag === undefined ? undefined : arrayContains(cronJobs.tags, [filter.tag]),
    filter.handlerName === undefined ? undefined : eq(cronJobs.handlerName, filter.handlerName),
  )
}
