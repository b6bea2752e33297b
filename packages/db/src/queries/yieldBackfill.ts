import type { Tx } from '../database.ts'
import { plainArray } from './types.ts'

// One UPDATE for both: a row that is claimed while this waits for it must be found RUNNING, not overlooked.
const text = `
WITH yielded AS (
  UPDATE job_executions AS e
  SET ready_at = NULL, waiting_for = CASE WHEN e.status = 'PENDING' THEN 'backfill' END::execution_wait
  WHERE e.job_id = ANY ($1::bigint[]) AND e.status IN ('PENDING', 'RUNNING') AND e.backfill_limit IS NOT NULL
    AND e.waiting_for IS DISTINCT FROM 'backfill'
    AND EXISTS (SELECT FROM job_executions WHERE status IN ('PENDING', 'RUNNING') AND backfill_limit IS NOT NULL)
  RETURNING e.job_id, e.status
)
SELECT DISTINCT job_id AS "jobId" FROM yielded WHERE status = 'RUNNING'`

/**
 * Gives regular slots of crons that refuse overlap the right of way: their backfilled slots that could start go back to
 * waiting. What runs already is left to end.
 *
 * Locks: the active backfilled rows of these crons. Index: `job_executions_backfill_idx`; while nothing is backfilled one
 * look into it is all. Called by: dispatchDueCrons.
 *
 * @returns the crons of which a backfilled slot runs: their new slot waits for it
 */
export async function yieldBackfill(tx: Tx, jobIds: number[]): Promise<number[]> {
  if (jobIds.length === 0) return []
  const { rows } = await tx.query<{ jobId: number }>({
    name: 'yieldBackfill',
    text,
    values: [plainArray(jobIds)],
  })
  return rows.map((row) => row.jobId)
}
