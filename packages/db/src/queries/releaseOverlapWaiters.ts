import type { Tx } from '../database.ts'
import { CHANNELS } from './channels.ts'
import { tellExecutionsOf } from './tellChanges.ts'
import { plainArray } from './types.ts'

const text = `
WITH free AS MATERIALIZED (
  SELECT DISTINCT ON (e.job_id) e.id, e.scheduled_time
  FROM job_executions AS e
  WHERE e.status = 'PENDING' AND e.waiting_for = 'overlap' AND ($1::bigint[] IS NULL OR e.job_id = ANY ($1))
    AND NOT EXISTS (
      SELECT FROM job_executions AS other
      WHERE other.job_id = e.job_id AND other.status IN ('PENDING', 'RUNNING') AND other.job_id IS NOT NULL
        AND other.waiting_for IS DISTINCT FROM 'overlap' AND (other.backfill_limit IS NULL OR other.status = 'RUNNING')
    )
  ORDER BY e.job_id, e.scheduled_time
), released AS (
  UPDATE job_executions AS e
  SET waiting_for = CASE WHEN e.run_at > now() THEN 'time' END::execution_wait,
      ready_at = CASE WHEN e.run_at <= now() THEN now() END
  FROM free WHERE e.id = free.id AND e.scheduled_time = free.scheduled_time AND e.status = 'PENDING' AND e.waiting_for = 'overlap'
  RETURNING e.id, e.status, e.job_id, e.handler_name, e.queue, e.attempt
), woken AS MATERIALIZED (
  SELECT pg_notify($2, queue) FROM (SELECT DISTINCT queue FROM released) AS q
  UNION ALL${tellExecutionsOf('released')}
)
SELECT count(*)::integer AS count, (SELECT count(*) FROM woken) AS woken FROM released`

/**
 * Lets a slot that waited for an earlier execution of its cron (`buffer_one`, `replace`) go once that one is final.
 * Backfilled slots that do not run yet come after it.
 *
 * Locks: the rows released. Index: `job_executions_overlap_idx`, usually empty. Called by: the worker after it
 * settled executions of crons, the dispatcher after it fired and from time to time.
 *
 * @param jobIds  only these crons; null for all
 */
export async function releaseOverlapWaiters(tx: Tx, jobIds: number[] | null): Promise<number> {
  const { rows } = await tx.query<{ count: number }>({
    name: 'releaseOverlapWaiters',
    text,
    values: [jobIds && plainArray(jobIds), CHANNELS.work],
  })
  return rows[0]!.count
}
