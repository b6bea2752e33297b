import type { Tx } from '../database.ts'
import { tellExecutionsOf } from './tellChanges.ts'
import { type ExecutionKey, instantArray } from './types.ts'

export interface Backfill {
  jobId: number
  slots: Date[]
  /** Instead of the cron's own. */
  params: Record<string, unknown> | null
  /** How many may be active at once. */
  limit: number
}

const text = `
WITH written AS (
  INSERT INTO job_executions (job_id, scheduled_time, run_at, waiting_for, param_source, handler_name, params, queue, priority,
    max_retry, retry_delay_seconds, retry_backoff, timeout_seconds, backfill_limit)
  SELECT c.id, s.slot, now(), 'backfill', 'cron', c.handler_name, coalesce($3::jsonb, c.handler_params), c.queue,
    greatest(c.priority - 1, -32768), c.max_retry, c.retry_delay_seconds, c.retry_backoff, c.timeout_seconds, $4
  FROM cron_jobs AS c, unnest($2::timestamptz[]) WITH ORDINALITY AS s (slot, place)
  WHERE c.id = $1
  ORDER BY s.place
  ON CONFLICT (job_id, scheduled_time) WHERE job_id IS NOT NULL DO NOTHING
  RETURNING id, scheduled_time, status, job_id, handler_name, queue, attempt
), told AS MATERIALIZED (${tellExecutionsOf('written')}
)
SELECT id, scheduled_time AS "scheduledTime", (SELECT count(*) FROM told) AS told FROM written ORDER BY id`

/**
 * Writes past slots of a cron that have no row yet; they wait for their turn, at a priority just below the cron's.
 *
 * Locks: none but its own inserts. Index: `job_executions_slot_key`. Called by: admin, which releases the first of them
 * in the same transaction.
 *
 * @returns the keys of those written, oldest first
 */
export async function insertBackfill(
  tx: Tx,
  { jobId, slots, params, limit }: Backfill,
): Promise<ExecutionKey[]> {
  const { rows } = await tx.query<ExecutionKey>(text, [
    jobId,
    instantArray(slots),
    params && JSON.stringify(params),
    limit,
  ])
  return rows.map(({ id, scheduledTime }) => ({ id, scheduledTime }))
}
