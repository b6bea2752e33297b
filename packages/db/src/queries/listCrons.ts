import type { SQL } from 'drizzle-orm'
import type { Tx } from '../database.ts'
import {
  and,
  arrayContains,
  asc,
  desc,
  eq,
  getTableColumns,
  gt,
  ilike,
  isNull,
  lt,
  or,
  sql,
} from '../drizzle.ts'
import { cronJobs } from '../schema/index.ts'
import type { CronRow } from './crons.ts'
import { plainArray } from './types.ts'

export interface CronFilter {
  isEnabled?: boolean
  /** A part of the name or the description, in any case. */
  q?: string
  /** All of them. */
  tags?: string[]
  owner?: string
  handlerName?: string
  /** Among these crons; such a filter may have thousands. */
  ids?: readonly number[]
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

export type CronOrderValue = string | number | boolean | Date | null

export interface CronPage {
  order: CronOrder
  isDescending: boolean
  limit: number
  offset: number
  /** Begin behind the cron with this value in the order's column. */
  after?: { value: CronOrderValue; id: number } | undefined
}

/** Crons that are not deleted; those without a value in the order's column come last, equal ones by id. */
export async function listCrons(
  tx: Tx,
  filter: CronFilter,
  page: CronPage,
): Promise<{ rows: CronRow[]; total: number }> {
  const where = conditions(filter)
  const direction = page.isDescending ? desc : asc
  const rows = await tx.db
    .select()
    .from(cronJobs)
    .where(and(where, behind(page)))
    .orderBy(sql`${direction(ORDERS[page.order])} NULLS LAST`, direction(cronJobs.id))
    .limit(page.limit)
    .offset(page.offset)
  return { rows, total: await countCrons(tx, filter) }
}

/** How many crons a filter has. */
export async function countCrons(tx: Tx, filter: CronFilter): Promise<number> {
  return tx.db.$count(cronJobs, conditions(filter))
}

/**
 * The crons of a filter with ids above `afterId`, by id, held until the transaction ends.
 *
 * Locks: the rows returned. Index: primary key. Called by: the admin API's bulk actions.
 */
export async function lockCrons(
  tx: Tx,
  filter: CronFilter,
  afterId: number,
  limit: number,
): Promise<CronRow[]> {
  return tx.db
    .select()
    .from(cronJobs)
    .where(and(conditions(filter), gt(cronJobs.id, afterId)))
    .orderBy(asc(cronJobs.id))
    .limit(limit)
    .for('update')
}

/** What `row` has in the order's column. */
export function cronOrderValue(row: CronRow, order: CronOrder): CronOrderValue {
  const [property] = Object.entries(getTableColumns(cronJobs)).find(([, column]) => column === ORDERS[order])!
  return row[property as keyof CronRow] as CronOrderValue
}

function behind({ order, isDescending, after }: CronPage): SQL | undefined {
  if (!after) return undefined
  const column = ORDERS[order]
  const further = isDescending ? lt : gt
  const isNextById = further(cronJobs.id, after.id)
  if (after.value === null) return and(isNull(column), isNextById)
  return or(further(column, after.value), and(eq(column, after.value), isNextById), isNull(column))
}

function conditions(filter: CronFilter): SQL | undefined {
  const pattern = filter.q === undefined ? undefined : `%${filter.q.replace(/[\\%_]/g, '\\$&')}%`
  return and(
    isNull(cronJobs.deletedAt),
    filter.isEnabled === undefined ? undefined : eq(cronJobs.isEnabled, filter.isEnabled),
    pattern === undefined
      ? undefined
      : or(ilike(cronJobs.name, pattern), ilike(cronJobs.description, pattern)),
    filter.tags === undefined ? undefined : arrayContains(cronJobs.tags, filter.tags),
    filter.owner === undefined ? undefined : eq(cronJobs.owner, filter.owner),
    filter.handlerName === undefined ? undefined : eq(cronJobs.handlerName, filter.handlerName),
    filter.ids === undefined ? undefined : sql`${cronJobs.id} = ANY (${plainArray(filter.ids)}::bigint[])`,
  )
}
