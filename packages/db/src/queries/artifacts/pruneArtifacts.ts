import type { Tx } from '../../database.ts'

/** How long one that is not whole is left alone, should its attempt not be found to run, in hours. */
const UNFINISHED_HOURS = 1

/**
 * Deletes up to `limit` artifacts: those past retention whose execution is gone with its month, and what attempts left
 * that ended in the middle of writing. Their chunks go with them.
 *
 * Locks: the rows it deletes, passing over those another dispatcher deletes. Index: `artifacts_time_idx`,
 * `artifacts_unfinished_idx`. Called by: the dispatcher's retention.
 *
 * @returns how many it deleted
 */
export async function pruneArtifacts(tx: Tx, retentionDays: number, limit: number): Promise<number> {
  const { rowCount } = await tx.query(
    `WITH expired AS (
       SELECT a.id FROM artifacts AS a
       WHERE a.scheduled_time < now() - $1 * interval '1 day'
         AND NOT EXISTS (SELECT FROM job_executions AS e WHERE e.id = a.execution_id AND e.scheduled_time = a.scheduled_time)
       LIMIT $2 FOR UPDATE SKIP LOCKED
     ), unfinished AS (
       SELECT a.id FROM artifacts AS a
       WHERE a.finished_at IS NULL AND a.created_at < now() - $3 * interval '1 hour'
         AND NOT EXISTS (
           SELECT FROM job_executions AS e
           WHERE e.id = a.execution_id AND e.scheduled_time = a.scheduled_time AND e.attempt = a.attempt AND e.status = 'RUNNING')
       LIMIT $2 FOR UPDATE SKIP LOCKED
     )
     DELETE FROM artifacts WHERE id IN (SELECT id FROM expired UNION SELECT id FROM unfinished LIMIT $2)`,
    [retentionDays, limit, UNFINISHED_HOURS],
  )
  return rowCount ?? 0
}
