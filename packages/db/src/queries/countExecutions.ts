import type { Tx } from '../database.ts'
import { EXECUTION_STATUSES } from '../states.ts'
import { listFacets } from './executionFacets.ts'
import { columnsMatch, type ExecutionFilter } from './executionFilter.ts'
import { facetSource, runningSource, sourcesOf } from './executionSources.ts'
import { findExecutions, spanOf } from './findExecutions.ts'
import { countLanes, countSet } from './readSources.ts'

/** At most so many are counted one by one by their index alone, and so many where each row has to be looked at. */
const MOST_COUNTED = 10_000
const MOST_LOOKED_AT = 5_000
/** Of a search, whose matches are dear to find. */
const MOST_FOUND = 200

export interface Count {
  count: number
  /** False: there are at least so many. */
  isExact: boolean
}

/**
 * How many executions a filter has. What is final is known from the totals and the changes not folded into them yet,
 * exactly and whatever their number, as long as the filter asks for nothing that they do not tell apart (a cron, a
 * time, a text). The rest is counted up to a bound. Call it within the snapshot of the list.
 *
 * Index: as `findExecutions`. Called by: the admin API.
 */
export async function countExecutions(tx: Tx, filter: ExecutionFilter): Promise<Count> {
  const { jobId, from, to, q } = filter
  if (q !== undefined) return countFound(tx, filter)
  if ([jobId, from, to].some((value) => value !== undefined)) return countOneByOne(tx, filter)

  const statuses = filter.statuses ?? EXECUTION_STATUSES
  let count = 0
  let isExact = true
  if (statuses.some((status) => status !== 'PENDING' && status !== 'RUNNING')) {
    count += await readTotal(tx, filter)
  }
  const add = (found: Count) => {
    count += found.count
    isExact &&= found.isExact
  }
  if (statuses.includes('PENDING')) add(await countPending(tx, filter))
  if (statuses.includes('RUNNING')) {
    const source = runningSource(columnsMatch(filter))
    add(bounded(await countSet(tx, source, OPEN, MOST_COUNTED + 1), MOST_COUNTED))
  }
  return { count, isExact }
}

const bounded = (count: number, most: number): Count => ({
  count: Math.min(count, most),
  isExact: count <= most,
})

const OPEN = { from: null, to: null }

async function readTotal(tx: Tx, filter: ExecutionFilter): Promise<number> {
  const match = `($1::text IS NULL OR handler_name = $1) AND ($2::text IS NULL OR queue = $2)
    AND ($3::param_source[] IS NULL OR param_source = ANY ($3)) AND ($4::smallint IS NULL OR priority = $4)
    AND ($5::execution_status[] IS NULL OR status = ANY ($5))`
  const { rows } = await tx.query<{ total: number }>({
    name: 'readExecutionTotal',
    text: `SELECT greatest(0, coalesce((SELECT sum(count) FROM execution_totals WHERE ${match}), 0)
        + coalesce((SELECT sum(total_change) FROM execution_stat_deltas WHERE total_change <> 0 AND ${match}), 0))::bigint AS total`,
    values: [
      filter.handlerName ?? null,
      filter.queue ?? null,
      filter.paramSources ?? null,
      filter.priority ?? null,
      filter.statuses ?? null,
    ],
  })
  return Number(rows[0]!.total)
}

const pendingText = `
SELECT (
  (SELECT count(*) FROM (SELECT FROM job_executions WHERE status = 'PENDING' AND ready_at IS NOT NULL LIMIT $1) AS r)
  + (SELECT count(*) FROM (SELECT FROM job_executions WHERE status = 'PENDING' AND waiting_for = 'time' LIMIT $1) AS t)
  + (SELECT count(*) FROM (SELECT FROM job_executions WHERE status = 'PENDING' AND waiting_for = 'overlap' LIMIT $1) AS o)
  + (SELECT count(*) FROM (
      SELECT FROM job_executions
      WHERE status = 'PENDING' AND status IN ('PENDING', 'RUNNING') AND backfill_limit IS NOT NULL AND waiting_for = 'backfill' LIMIT $1
    ) AS b)
)::integer AS count`

/** Of all of them each index of PENDING ones is counted; of some facets, their entries. */
async function countPending(tx: Tx, filter: ExecutionFilter): Promise<Count> {
  const { statuses: _, ...facetFilter } = filter
  if (Object.values(facetFilter).every((value) => value === undefined)) {
    const { rows } = await tx.query<{ count: number }>({
      name: 'countPending',
      text: pendingText,
      values: [MOST_COUNTED + 1],
    })
    return bounded(rows[0]!.count, MOST_COUNTED)
  }
  const source = facetSource(await listFacets(tx, filter), ['PENDING'])
  const { count } = await countLanes(tx, source, await spanOf(tx, filter), MOST_LOOKED_AT + 1)
  return bounded(count, MOST_LOOKED_AT)
}

async function countOneByOne(tx: Tx, filter: ExecutionFilter): Promise<Count> {
  const span = await spanOf(tx, filter)
  const { lanes, sets } = sourcesOf(filter, filter.jobId === undefined ? await listFacets(tx, filter) : [])
  let count = 0
  const isByIndex = lanes.every((source) => !source.condition && !source.isOrderedById)
  const most = isByIndex ? MOST_COUNTED : MOST_LOOKED_AT
  let left = most + 1
  for (const set of sets) {
    const found = await countSet(tx, set, span, left)
    count += found
    left -= found
  }
  for (const { otherwise, ...first } of lanes) {
    const source = otherwise ?? first
    if (source.count === 0 || left <= 0) continue
    const found = await countLanes(tx, source, span, left)
    count += found.count
    left -= found.lookedAt
  }
  return { count: Math.min(count, most), isExact: left > 0 }
}

async function countFound(tx: Tx, filter: ExecutionFilter): Promise<Count> {
  const { keys, horizon } = await findExecutions(tx, filter, {
    isDescending: true,
    after: null,
    wanted: MOST_FOUND + 1,
  })
  return {
    count: Math.min(keys.length, MOST_FOUND),
    isExact: horizon === null && keys.length <= MOST_FOUND,
  }
}
