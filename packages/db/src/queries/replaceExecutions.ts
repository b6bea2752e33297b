import type { Tx } from '../database.ts'
import { CHANNELS } from './channels.ts'
import { tellExecutionsOf } from './tellChanges.ts'
import { instantArray, plainArray } from './types.ts'

// told stands in the condition, which is read where nothing runs as well.
// One UPDATE for both: a row that is claimed while this waits for it must be found RUNNING, not overlooked.
const text = `
WITH changed AS (
  UPDATE job_executions AS e
  SET status = CASE WHEN status = 'PENDING' THEN 'CANCELLED' ELSE status END,
      finished_at = CASE WHEN status = 'PENDING' THEN now() END, ready_at = NULL, waiting_for = NULL, reason = 'REPLACED',
      cancel_requested_at = CASE WHEN status = 'RUNNING' THEN coalesce(cancel_requested_at, now()) END,
      error_message = CASE WHEN status = 'PENDING' THEN 'replaced by a newer slot before it started (overlap_policy replace)' ELSE 'replaced by a newer slot (overlap_policy replace)' END
  FROM unnest($1::bigint[], $3::timestamptz[]) AS newer (job_id, slot)
  WHERE e.job_id = newer.job_id AND e.job_id IS NOT NULL AND e.status IN ('PENDING', 'RUNNING')
    AND e.scheduled_time <> newer.slot AND e.scheduled_time <= now() + interval '1 second' AND e.backfill_limit IS NULL
  RETURNING e.id, e.job_id, e.handler_name, e.queue, e.param_source, e.priority, e.scheduled_time, e.status, e.attempt
), counted AS (
  INSERT INTO execution_stat_deltas (month, job_id, count, total_change, status, handler_name, queue, param_source, priority)
  SELECT date_trunc('month', scheduled_time, 'UTC') AS month, job_id, count(*), count(*), 'CANCELLED', handler_name, queue, param_source, priority
  FROM changed WHERE status = 'CANCELLED' GROUP BY month, job_id, handler_name, queue, param_source, priority
), told AS MATERIALIZED (
  SELECT pg_notify($2, id::text) FROM changed WHERE status = 'RUNNING'
  UNION ALL${tellExecutionsOf('changed')}
)
SELECT DISTINCT job_id AS "jobId" FROM changed WHERE status = 'RUNNING' AND (SELECT count(*) FROM told) >= 0`

/**
 * Makes room for a newer slot (`overlap_policy` replace): what waits is cancelled, what runs is asked to stop.
 * Backfilled slots are left alone.
 *
 * Locks: the active rows of these crons. Index: `job_executions_active_cron_idx`. Called by: dispatchDueCrons.
 *
 * @param newer  the slots to make room for; one that has its row already, from a backfill, keeps it
 * @returns the crons of which something still runs: their new slot waits for it
 */
export async function replaceExecutions(
  tx: Tx,
  newer: Array<{ jobId: number; slot: Date }>,
): Promise<number[]> {
  if (newer.length === 0) return []
  const { rows } = await tx.query<{ jobId: number }>({
    name: 'replaceExecutions',
    text,
    values: [
      plainArray(newer.map((one) => one.jobId)),
      CHANNELS.cancel,
      instantArray(newer.map((one) => one.slot)),
    ],
  })
  return rows.map((row) => row.jobId)
}
