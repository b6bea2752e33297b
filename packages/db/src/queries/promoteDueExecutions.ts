import type { Tx } from '../database.ts'
import { CHANNELS } from './channels.ts'
import { tellExecutionsOf } from './tellChanges.ts'

const text = `
WITH due AS MATERIALIZED (
  SELECT id, scheduled_time FROM job_executions
  WHERE status = 'PENDING' AND waiting_for = 'time' AND run_at <= now()
  ORDER BY run_at LIMIT $1 FOR UPDATE SKIP LOCKED
), promoted AS (
  UPDATE job_executions AS e
  SET ready_at = CASE WHEN e.backfill_limit IS NULL THEN now() END,
      waiting_for = CASE WHEN e.backfill_limit IS NOT NULL THEN 'backfill' END::execution_wait
  FROM due WHERE e.id = due.id AND e.scheduled_time = due.scheduled_time
  RETURNING e.id, e.status, e.job_id, e.handler_name, e.queue, e.attempt, e.ready_at
), woken AS MATERIALIZED (
  SELECT pg_notify($2, queue) FROM (SELECT DISTINCT queue FROM promoted WHERE ready_at IS NOT NULL) AS q
  UNION ALL${tellExecutionsOf('promoted')}
)
SELECT count(*)::integer AS count, (SELECT count(*) FROM woken) AS woken FROM promoted`

/**
 * Makes executions whose time has come claimable: deferred jobs, and retries whose backoff is over. Keeping them
 * apart until then is what makes a million future jobs cost a claim nothing. A backfilled one waits for its turn again.
 *
 * Locks: the rows promoted. Index: `job_executions_waiting_idx`. Called by: dispatchLoop.
 *
 * @returns how many; fewer than `limit` means no more are due
 */
export async function promoteDueExecutions(tx: Tx, limit: number): Promise<number> {
  const { rows } = await tx.query<{ count: number }>({
    name: 'promoteDueExecutions',
    text,
    values: [limit, CHANNELS.work],
  })
  return rows[0]!.count
}
