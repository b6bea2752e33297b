import type { Tx } from '../database.ts'
import { settleTasksOf } from './settleTasks.ts'
import { tellExecutionsOf } from './tellChanges.ts'

const text = `
WITH served AS (
  SELECT DISTINCT unnest(handlers) AS name FROM workers
  WHERE status = 'ACTIVE'
), orphaned AS (
  SELECT id, scheduled_time FROM job_executions
  WHERE status = 'PENDING' AND ready_at < now() - $1 * interval '1 second'
    AND (SELECT is_running AND reserved_until IS NULL FROM scheduler_state WHERE scheduler_state.id = 1)
    AND NOT EXISTS (SELECT FROM scheduler_stops WHERE started_at > now() - $1 * interval '1 second')
    AND handler_name NOT IN (SELECT name FROM served)
    AND EXISTS (SELECT FROM workers WHERE status = 'ACTIVE' AND started_at < now() - $1 * interval '1 second')
  LIMIT 1000 FOR UPDATE SKIP LOCKED
), failed AS (
  UPDATE job_executions AS e
  SET status = 'FAILED', finished_at = now(), ready_at = NULL, reason = 'HANDLER_NOT_FOUND',
      error_message = format('handler "%s" not found: no live worker serves it', e.handler_name)
  FROM orphaned AS o WHERE e.id = o.id AND e.scheduled_time = o.scheduled_time
  RETURNING e.id, e.job_id, e.handler_name, e.queue, e.param_source, e.priority, e.scheduled_time, e.status, e.attempt, e.task_run_id
), counted AS (
  INSERT INTO execution_stat_deltas (month, job_id, count, total_change, status, handler_name, queue, param_source, priority)
  SELECT date_trunc('month', scheduled_time, 'UTC') AS month, job_id, count(*), count(*), 'FAILED', handler_name, queue, param_source, priority
  FROM failed GROUP BY month, job_id, handler_name, queue, param_source, priority
), told AS MATERIALIZED (${tellExecutionsOf('failed')}
), advanced AS MATERIALIZED (${settleTasksOf('failed')}
)
SELECT id, (SELECT count(*) FROM told), (SELECT count(*) FROM advanced) FROM failed`

/**
 * Fails executions that have been claimable for `patienceSeconds` under a handler name no live worker has, so that
 * they do not wait for ever unseen. While no worker lives at all, they wait; also while the scheduler is stopped or
 * reserved, when somebody may be replacing the workers.
 *
 * Locks: the rows failed, then the runs of their tasks. Called by: the dispatcher.
 */
export async function failOrphanedHandlers(tx: Tx, patienceSeconds: number): Promise<number[]> {
  const { rows } = await tx.query<{ id: number }>(text, [patienceSeconds])
  return rows.map((row) => row.id)
}
