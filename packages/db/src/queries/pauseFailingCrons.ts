import type { Tx } from '../database.ts'
import { plainArray } from './types.ts'

const text = `
UPDATE cron_jobs AS c
SET is_enabled = false, next_run_at = NULL, updated_at = now(), version = c.version + 1,
    disabled_reason = format('paused after %s failures in a row', c.pause_after_failures)
WHERE c.id = ANY ($1::bigint[]) AND c.is_enabled AND c.pause_after_failures IS NOT NULL
  AND (
    SELECT count(*) FILTER (WHERE last.status IN ('FAILED', 'TIMEOUT'))
    FROM (
      SELECT e.status FROM job_executions AS e
      WHERE e.job_id = c.id AND e.job_id IS NOT NULL AND e.status IN ('SUCCESS', 'FAILED', 'TIMEOUT')
        AND e.scheduled_time >= c.enabled_at - c.misfire_grace_seconds * interval '1 second' AND e.finished_at >= c.enabled_at
        AND e.backfill_limit IS NULL
      ORDER BY e.scheduled_time DESC LIMIT c.pause_after_failures
    ) AS last
  ) = c.pause_after_failures
RETURNING c.id`

/**
 * Disables crons whose last `pause_after_failures` executions, retries included, all failed since they were enabled.
 * A failed backfill says nothing about the slots of today.
 *
 * Locks: the crons disabled. Index: `job_executions_slot_key`. Called by: the dispatcher, for crons that just failed.
 */
export async function pauseFailingCrons(tx: Tx, jobIds: number[]): Promise<number[]> {
  if (jobIds.length === 0) return []
  const { rows } = await tx.query<{ id: number }>(text, [plainArray(jobIds)])
  return rows.map((row) => row.id)
}
