import type { Tx } from '../database.ts'
import { getTableColumns } from '../drizzle.ts'
import { jobExecutions } from '../schema/index.ts'
import type { ExecutionFilter } from './executionFilter.ts'
import type { ExecutionRow } from './executions.ts'
import { findExecutions } from './findExecutions.ts'
import { type ExecutionKey, instantArray, plainArray } from './types.ts'

/** What executions can be ordered by; equal ones by id. Ids are given in the order in which executions are made. */
export const EXECUTION_ORDERS = ['scheduled_time', 'id'] as const
export type ExecutionOrder = (typeof EXECUTION_ORDERS)[number]

/** Of a filter's executions so many can be sorted by what no index has together with it. */
export const MOST_SORTED = 10_000

export interface ExecutionPage {
  order: ExecutionOrder
  isDescending: boolean
  limit: number
  offset: number
  /** Begin behind this one; then `offset` is 0. */
  after?: ExecutionKey | undefined
  /** False leaves `params` and `result` out (null), which may be large. */
  withPayload?: boolean | undefined
}

/**
 * A page of executions, and behind which one the next page begins; null at the end. Call it within one snapshot.
 *
 * Reads about as many index entries as the page has rows, whatever the table holds; see `findExecutions`.
 *
 * @returns `rows` null where the order is by id and the filter has more than `MOST_SORTED` executions
 */
export async function listExecutions(
  tx: Tx,
  filter: ExecutionFilter,
  page: ExecutionPage,
): Promise<{ rows: ExecutionRow[] | null; next: ExecutionKey | null }> {
  const wanted = page.offset + page.limit + 1
  const found =
    page.order === 'id'
      ? await findById(tx, filter, page, wanted)
      : await findExecutions(tx, filter, {
          isDescending: page.isDescending,
          after: page.after ?? null,
          wanted,
        })
  if (!found) return { rows: null, next: null }
  const { keys, horizon } = found
  const shown = keys.slice(page.offset, page.offset + page.limit)
  return {
    rows: await readExecutions(tx, shown, page.withPayload ?? true),
    next: keys.length === wanted ? keys[wanted - 2]! : horizon,
  }
}

/** By id without a filter the primary key is in order; with one, all its executions are sorted, where they are few. */
async function findById(
  tx: Tx,
  filter: ExecutionFilter,
  { isDescending, after }: ExecutionPage,
  wanted: number,
): Promise<{ keys: ExecutionKey[]; horizon: null } | null> {
  const isRestricted = Object.values(filter).some((value) => value !== undefined)
  const afterId = after?.id ?? (isDescending ? Number.MAX_SAFE_INTEGER : -1)
  if (!isRestricted) {
    const [sign, direction] = isDescending ? ['<', 'DESC'] : ['>', 'ASC']
    const { rows } = await tx.query<ExecutionKey>({
      name: `executionsById${direction}`,
      text: `SELECT id, scheduled_time AS "scheduledTime" FROM job_executions WHERE id ${sign} $1 ORDER BY id ${direction} LIMIT $2`,
      values: [afterId, wanted],
    })
    return { keys: rows, horizon: null }
  }
  const all = await findExecutions(tx, filter, {
    isDescending: true,
    after: null,
    wanted: MOST_SORTED + 1,
  })
  if (all.horizon || all.keys.length > MOST_SORTED) return null
  const sign = isDescending ? -1 : 1
  const keys = all.keys
    .filter(({ id }) => (id - afterId) * sign > 0)
    .sort((a, b) => (a.id - b.id) * sign)
    .slice(0, wanted)
  return { keys, horizon: null }
}

const columns = Object.entries(getTableColumns(jobExecutions))
  .map(([property, { name }]) =>
    name === 'params' || name === 'result'
      ? `CASE WHEN $3 THEN e.${name} END AS "${property}"`
      : `e.${name} AS "${property}"`,
  )
  .join(', ')

/** Whole rows, in the keys' order. Index: primary key. */
async function readExecutions(
  tx: Tx,
  keys: readonly ExecutionKey[],
  withPayload: boolean,
): Promise<ExecutionRow[]> {
  if (keys.length === 0) return []
  const { rows } = await tx.query<ExecutionRow>({
    name: 'readExecutions',
    text: `SELECT ${columns}, c.name AS "cronName"
      FROM unnest($1::bigint[], $2::timestamptz[]) WITH ORDINALITY AS k (id, scheduled_time, place)
      JOIN job_executions AS e ON e.id = k.id AND e.scheduled_time = k.scheduled_time
      LEFT JOIN cron_jobs AS c ON c.id = e.job_id
      ORDER BY k.place`,
    values: [
      plainArray(keys.map((key) => key.id)),
      instantArray(keys.map((key) => key.scheduledTime)),
      withPayload,
    ],
  })
  return rows
}
