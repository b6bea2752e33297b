import type { Tx } from '../database.ts'
import { CHANNELS } from './channels.ts'
import { plainArray } from './types.ts'

const text = `
WITH cancelled AS (
  UPDATE job_executions
  SET status = 'CANCELLED', finished_at = now(), ready_at = NULL, waiting_for = NULL, reason = 'REPLACED',
      error_message = 'replaced by a newer slot before it started (overlap_policy replace)'
  WHERE job_id = ANY ($1::bigint[]) AND job_id IS NOT NULL AND status = 'PENDING' AND scheduled_time <= now() + interval '1 second'
  RETURNING job_id, handler_name
), asked AS (
  UPDATE job_executions SET cancel_requested_at = coalesce(cancel_requested_at, now()), reason = 'REPLACED'
  WHERE job_id = ANY ($1::bigint[]) AND job_id IS NOT NULL AND status = 'RUNNING' AND scheduled_time <= now() + interval '1 second'
  RETURNING id, job_id
), counted AS (
  INSERT INTO execution_stat_deltas (job_id, count, status, handler_name)
  SELECT job_id, count(*), 'CANCELLED', handler_name FROM cancelled GROUP BY job_id, handler_name
), told AS MATERIALIZED (
  SELECT pg_notify($2, id::text) FROM asked
)
SELECT DISTINCT job_id AS "jobId", (SELECT count(*) FROM told) AS told FROM asked`

/**
 * Makes room for a newer slot (`overlap_policy` replace): what waits is cancelled, what runs is asked to stop.
 *
 * Locks: the active rows of these crons. Index: `job_executions_active_cron_idx`. Called by: dispatchDueCrons.
 *
 * @returns the crons of which something still runs: their new slot waits for it
 */
export async function replaceExecutions(tx: Tx, jobIds: number[]): Promise<number[]> {
  if (jobIds.length === 0) return []
  const { rows } = await tx.query<{ jobId: number }>({
    name: 'replaceExecutions',
    text,
    values: [plainArray(jobIds), CHANNELS.cancel],
  })
  return rows.map((row) => row.jobId)
}
