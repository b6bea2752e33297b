import {
  cancelExecutions,
  countExecutions,
  type Database,
  deleteExecutions,
  EXECUTION_STATUSES,
  type ExecutionFilter,
  type ExecutionKey,
  type ExecutionStatus,
  findExecutions,
  findExecutionsById,
  RETRYABLE_STATUSES,
  releaseOverlapWaiters,
  retryExecutions,
  type Tx,
} from '@jobu/db'
import type { Actor } from '../http/actor.ts'
import type { BulkActionBody } from '../schemas/job.ts'
import { filterOf } from './listJobs.ts'
import { BATCH, type BulkPlan, runBulk } from './runBulk.ts'

export type BulkVerb = 'retry' | 'cancel' | 'delete'

/** What each can be done to, and how. */
const ACTIONS: Record<
  BulkVerb,
  { statuses: readonly ExecutionStatus[]; run(tx: Tx, keys: ExecutionKey[], by: string): Promise<number[]> }
> = {
  retry: { statuses: RETRYABLE_STATUSES, run: retryExecutions },
  cancel: { statuses: ['PENDING', 'RUNNING'], run: cancelExecutions },
  delete: { statuses: EXECUTION_STATUSES.filter((status) => status !== 'RUNNING'), run: deleteExecutions },
}

/** How far a call has come: among the ids, or in the list of the filter. */
interface Position {
  offset: number
  after: ExecutionKey | null
}

/** What a call is about; `next` is some of what is to be done, and where the next part of it begins. */
type Plan = Pick<BulkPlan<Position>, 'counts' | 'said'> & {
  next(tx: Tx, from: Position): Promise<{ keys: ExecutionKey[]; next: Position | null }>
}

/**
 * Retries, cancels or deletes executions, oldest first. Those in another status are counted and left alone.
 *
 * @param signal  ends it after the batch at hand: nobody waits for the answer any more
 */
export async function bulkAction(
  database: Database,
  verb: BulkVerb,
  body: BulkActionBody,
  actor: Actor,
  signal: AbortSignal,
) {
  const { counts, said, next } = body.ids
    ? await planIds(database, verb, body.ids)
    : await planFilter(database, verb, body.filter ?? {})
  const plan: BulkPlan<Position> = {
    counts,
    said,
    start: { offset: 0, after: null },
    async run(tx, from) {
      const part = await next(tx, from)
      const ids = part.keys.length > 0 ? await ACTIONS[verb].run(tx, part.keys, actor.name) : []
      if (verb !== 'retry' && ids.length > 0) await releaseOverlapWaiters(tx, null)
      return { found: part.keys.length, changed: ids.length, next: part.next }
    },
  }
  return runBulk(database, plan, { type: 'jobs', verb, isDryRun: body.dry_run ?? false, actor, signal })
}

async function planIds(database: Database, verb: BulkVerb, ids: number[]): Promise<Plan> {
  const found = await findExecutionsById(database, [...new Set(ids)])
  const able = found.filter(({ status }) => ACTIONS[verb].statuses.includes(status))
  return {
    counts: { matched: found.length, able: able.length, isExact: true },
    said: { ids: found.map(({ id }) => id) },
    async next(_, { offset }) {
      const end = offset + BATCH
      return { keys: able.slice(offset, end), next: end < able.length ? { offset: end, after: null } : null }
    },
  }
}

async function planFilter(
  database: Database,
  verb: BulkVerb,
  body: NonNullable<BulkActionBody['filter']>,
): Promise<Plan> {
  const filter = filterOf(body)
  const { statuses } = ACTIONS[verb]
  // What has been done is in another status then, or gone: a further call finds only what is left.
  const able: ExecutionFilter = {
    ...filter,
    statuses: filter.statuses ? statuses.filter((status) => filter.statuses!.includes(status)) : statuses,
  }
  const options = { label: 'count jobs', readonly: true, snapshot: true }
  const [matched, possible] = await database.transactional(options, async (tx) => [
    await countExecutions(tx, filter),
    await countExecutions(tx, able),
  ])
  return {
    counts: {
      matched: Math.max(matched!.count, possible!.count),
      able: possible!.count,
      isExact: matched!.isExact && possible!.isExact,
    },
    said: Object.keys(body).length > 0 ? { filter: body } : { all: true },
    async next(tx, { after }) {
      const found = await findExecutions(tx, able, { isDescending: false, after, wanted: BATCH })
      const last = found.keys.length === BATCH ? found.keys[BATCH - 1]! : found.horizon
      return { keys: found.keys, next: last && { offset: 0, after: last } }
    },
  }
}
