import {
  amendAudit,
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
import { audit } from './audit.ts'
import { filterOf } from './listJobs.ts'

/** Executions a transaction changes: few, so that what else wants their rows waits for milliseconds. */
const BATCH = 500
/** After how long a call answers with what it has done, in milliseconds; the server ends a statement after 30 s. */
const TIME_LIMIT_MS = 25_000

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

/** What a call is about. */
interface Plan {
  counts: { matched: number; able: number; isExact: boolean }
  /** What was asked for, as the audit log says it. */
  said: Record<string, unknown>
  /** Some of what is to be done, and where the next part of it begins; null at the end. */
  next(tx: Tx, from: Position): Promise<{ keys: ExecutionKey[]; next: Position | null }>
}

/**
 * Retries, cancels or deletes executions, oldest first, in transactions of a few hundred each: none of them locks for
 * long, and what has committed stays whatever happens to the rest. Those in another status are counted and left alone.
 * One audit entry a call, whose counts grow with each commit.
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
  const plan = body.ids
    ? await planIds(database, verb, body.ids)
    : await planFilter(database, verb, body.filter ?? {})
  const { counts, said } = plan
  const isDryRun = body.dry_run ?? false
  const deadline = performance.now() + TIME_LIMIT_MS
  let [changed, missed] = [0, 0]
  let entry: number | null = null
  let position: Position | null = { offset: 0, after: null }
  while (!isDryRun && position && !signal.aborted && performance.now() < deadline) {
    const from: Position = position
    const done = await database.transactional({ label: `${verb} jobs` }, async (tx) => {
      const { keys, next } = await plan.next(tx, from)
      const ids = keys.length > 0 ? await ACTIONS[verb].run(tx, keys, actor.name) : []
      if (verb !== 'retry' && ids.length > 0) await releaseOverlapWaiters(tx, null)
      const after = { ...said, changed: changed + ids.length }
      if (entry !== null) await amendAudit(tx, entry, after)
      const isFirst = entry === null && ids.length > 0
      const written = isFirst
        ? await audit(tx, actor, `jobs.${verb}`, { type: 'jobs', id: null }, null, after)
        : entry
      return { changed: ids.length, missed: keys.length - ids.length, next, written }
    })
    changed += done.changed
    missed += done.missed
    entry = done.written
    position = done.next
  }
  // Others act meanwhile, so what was counted first and what was found may differ.
  const able = Math.max(counts.able, changed + missed + (position && !isDryRun ? 1 : 0))
  return {
    dry_run: isDryRun,
    matched: Math.max(counts.matched, able),
    changed,
    skipped: Math.max(0, counts.matched - counts.able) + missed,
    remaining: position ? able - changed - missed : 0,
    is_exact: counts.isExact,
  }
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
