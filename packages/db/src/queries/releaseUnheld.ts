import type { Tx } from '../database.ts'
import { CHANNELS } from './channels.ts'
import { tellExecutionsOf } from './tellChanges.ts'
import { plainArray } from './types.ts'

const text = `
WITH released AS (
  UPDATE job_executions
  SET status = CASE WHEN cancel_requested_at IS NULL THEN 'PENDING' ELSE 'CANCELLED' END::execution_status,
      ready_at = CASE WHEN cancel_requested_at IS NULL THEN now() END,
      finished_at = CASE WHEN cancel_requested_at IS NOT NULL THEN now() END,
      lease_expires_at = NULL, cancel_requested_at = NULL, worker_id = NULL
  WHERE status = 'RUNNING' AND worker_id = $1 AND id <> ALL ($2::bigint[])
  RETURNING id, job_id, handler_name, queue, param_source, priority, scheduled_time, status, attempt
), counted AS (
  INSERT INTO execution_stat_deltas (month, job_id, count, total_change, status, handler_name, queue, param_source, priority)
  SELECT date_trunc('month', scheduled_time, 'UTC') AS month, job_id, count(*), count(*), 'CANCELLED', handler_name, queue, param_source, priority
  FROM released WHERE status = 'CANCELLED' GROUP BY month, job_id, handler_name, queue, param_source, priority
), woken AS MATERIALIZED (
  SELECT pg_notify($3, queue) FROM (SELECT DISTINCT queue FROM released WHERE status = 'PENDING') AS q
  UNION ALL${tellExecutionsOf('released')}
)
SELECT id, (SELECT count(*) FROM woken) FROM released`

/**
 * Gives back what a worker owns in the database but not in memory: a claim that committed while its connection
 * broke, so that the answer never came. Nothing of it ran, so it costs no retry; what
 * somebody asked to cancel meanwhile is CANCELLED.
 *
 * Locks: the rows released. Index: `job_executions_lease_idx`. Called by: claimLoop, after a claim failed.
 *
 * @returns the ids given back
 */
export async function releaseUnheld(tx: Tx, workerId: string, heldIds: number[]): Promise<number[]> {
  const { rows } = await tx.query<{ id: number }>(text, [workerId, plainArray(heldIds), CHANNELS.work])
  return rows.map((row) => row.id)
}
