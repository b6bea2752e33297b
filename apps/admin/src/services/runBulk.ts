import { amendAudit, type Database, type Tx } from '@jobu/db'
import type { Actor } from '../http/actor.ts'
import { type AuditTarget, audit } from './audit.ts'

/** Rows a transaction changes: few, so that what else wants them waits for milliseconds. */
export const BATCH = 500
/** After how long a call answers with what it has done, in milliseconds; the server ends a statement after 30 s. */
const TIME_LIMIT_MS = 25_000

/** What a call is about; `P` says how far it has come. */
export interface BulkPlan<P> {
  counts: { matched: number; able: number; isExact: boolean }
  /** What was asked for, as the audit log says it. */
  said: Record<string, unknown>
  start: P
  /** Does some of it: how many were found, how many of them changed, and where the next part begins; null at the end. */
  run(tx: Tx, from: P): Promise<{ found: number; changed: number; next: P | null }>
}

/** As the filter or the ids of a request say it. */
export interface BulkRequest {
  type: AuditTarget['type']
  verb: string
  isDryRun: boolean
  actor: Actor
  /** Ends it after the batch at hand: nobody waits for the answer any more. */
  signal: AbortSignal
}

/**
 * Carries a plan out in transactions of a few hundred rows each: none of them locks for long, and what has committed
 * stays whatever happens to the rest. One audit entry a call, whose counts grow with each commit.
 */
export async function runBulk<P>(database: Database, plan: BulkPlan<P>, request: BulkRequest) {
  const { counts, said } = plan
  const { type, verb, isDryRun, actor, signal } = request
  const deadline = performance.now() + TIME_LIMIT_MS
  let [changed, missed] = [0, 0]
  let entry: number | null = null
  let position: P | null = plan.start
  while (!isDryRun && position !== null && !signal.aborted && performance.now() < deadline) {
    const from: P = position
    const done = await database.transactional({ label: `${verb} ${type}` }, async (tx) => {
      const part = await plan.run(tx, from)
      const after = { ...said, changed: changed + part.changed }
      if (entry !== null) await amendAudit(tx, entry, after)
      const isFirst = entry === null && part.changed > 0
      const written = isFirst
        ? await audit(tx, actor, `${type}.${verb}`, { type, id: null }, null, after)
        : entry
      return { ...part, written }
    })
    changed += done.changed
    missed += done.found - done.changed
    entry = done.written
    position = done.next
  }
  // Others act meanwhile, so what was counted first and what was found may differ.
  const able = Math.max(counts.able, changed + missed + (position !== null && !isDryRun ? 1 : 0))
  return {
    dry_run: isDryRun,
    matched: Math.max(counts.matched, able),
    changed,
    skipped: Math.max(0, counts.matched - counts.able) + missed,
    remaining: position === null ? 0 : able - changed - missed,
    is_exact: counts.isExact,
  }
}
