import type { Tx } from '../database.ts'
import { and, asc, desc, eq, sql } from '../drizzle.ts'
import { JobuError } from '../errors.ts'
import { cronJobs, executionAttempts, executionLogs, jobExecutions } from '../schema/index.ts'
import { RETRYABLE_STATUSES, type Reason } from '../states.ts'
import { CHANNELS } from './channels.ts'
import { settleTasksOf } from './settleTasks.ts'
import { tellExecutionsOf } from './tellChanges.ts'
import { type ExecutionKey, inLockOrder, instantArray, plainArray } from './types.ts'

export type ExecutionRow = typeof jobExecutions.$inferSelect & { cronName: string | null }
export type AttemptRow = typeof executionAttempts.$inferSelect
export type LogRow = typeof executionLogs.$inferSelect

const columns = {
  id: jobExecutions.id,
  scheduledTime: jobExecutions.scheduledTime,
  row: jobExecutions,
  cronName: cronJobs.name,
}

/** @throws JobuError JOB_NOT_FOUND */
export async function getExecution(tx: Tx, id: number): Promise<ExecutionRow> {
  const [found] = await tx.db
    .select(columns)
    .from(jobExecutions)
    .leftJoin(cronJobs, eq(cronJobs.id, jobExecutions.jobId))
    .where(eq(jobExecutions.id, sql.placeholder('id')))
    // Prepared: planning over every partition takes three times as long as looking.
    .prepare('getExecution')
    .execute({ id })
  if (!found) throw new JobuError('JOB_NOT_FOUND', `Job with id ${id} not found`)
  return { ...found.row, cronName: found.cronName }
}

/** Attempts that did not succeed, oldest first. */
export async function listAttempts(tx: Tx, key: ExecutionKey): Promise<AttemptRow[]> {
  return tx.db
    .select()
    .from(executionAttempts)
    .where(
      and(eq(executionAttempts.executionId, key.id), eq(executionAttempts.scheduledTime, key.scheduledTime)),
    )
    .orderBy(asc(executionAttempts.attempt))
}

/** The last `limit` lines, oldest first. */
export async function lastLogs(tx: Tx, key: ExecutionKey, limit: number): Promise<LogRow[]> {
  const rows = await tx.db
    .select()
    .from(executionLogs)
    .where(and(eq(executionLogs.executionId, key.id), eq(executionLogs.scheduledTime, key.scheduledTime)))
    .orderBy(desc(executionLogs.attempt), desc(executionLogs.line))
    .limit(limit)
  return rows.reverse()
}

/**
 * Cancels: what is PENDING is CANCELLED at once, what is RUNNING is asked to stop and told through NOTIFY.
 *
 * Locks: the rows given, then the runs of their tasks. Called by: admin.
 *
 * @param by  who asked, for the message
 * @returns the ids that were PENDING or RUNNING; others are unchanged
 */
export async function cancelExecutions(
  tx: Tx,
  keys: ExecutionKey[],
  by: string,
  reason: Reason = 'CANCELLED_BY_USER',
): Promise<number[]> {
  const ordered = inLockOrder(keys)
  const { rows } = await tx.query<{ id: number }>(
    `WITH changed AS (
       UPDATE job_executions AS e
       SET status = CASE WHEN status = 'PENDING' THEN 'CANCELLED' ELSE status END,
           finished_at = CASE WHEN status = 'PENDING' THEN now() END,
           ready_at = NULL, waiting_for = NULL,
           cancel_requested_at = CASE WHEN status = 'RUNNING' THEN coalesce(cancel_requested_at, now()) END,
           reason = $5, error_message = 'cancelled by ' || $3
       FROM unnest($1::bigint[], $2::timestamptz[]) AS k (id, scheduled_time)
       WHERE e.id = k.id AND e.scheduled_time = k.scheduled_time AND e.status IN ('PENDING', 'RUNNING')
       RETURNING e.id, e.job_id, e.handler_name, e.queue, e.param_source, e.priority, e.scheduled_time, e.status, e.attempt,
         e.task_run_id
     ), counted AS (
       INSERT INTO execution_stat_deltas (month, job_id, count, total_change, status, handler_name, queue, param_source, priority)
       SELECT date_trunc('month', scheduled_time, 'UTC') AS month, job_id, count(*), count(*), 'CANCELLED', handler_name, queue, param_source, priority
       FROM changed WHERE status = 'CANCELLED' GROUP BY month, job_id, handler_name, queue, param_source, priority
     ), told AS MATERIALIZED (
       SELECT pg_notify($4, id::text) FROM changed WHERE status = 'RUNNING'
       UNION ALL${tellExecutionsOf('changed')}
     ), ended AS (
       SELECT * FROM changed WHERE status = 'CANCELLED'
     ), advanced AS MATERIALIZED (${settleTasksOf('ended')}
     )
     SELECT id, (SELECT count(*) FROM told), (SELECT count(*) FROM advanced) FROM changed`,
    [
      plainArray(ordered.map((k) => k.id)),
      instantArray(ordered.map((k) => k.scheduledTime)),
      by,
      CHANNELS.cancel,
      reason,
    ],
  )
  return rows.map((row) => row.id)
}

/**
 * Brings FAILED, TIMEOUT and CANCELLED executions back to PENDING; one whose time is still ahead waits for it, and a
 * backfilled one for its turn. Those of tasks stay: their run gives the task a new one (`rerunTasks`).
 *
 * Locks: the rows given. Called by: admin.
 *
 * @returns the ids brought back; others were in another status
 */
export async function retryExecutions(tx: Tx, keys: ExecutionKey[]): Promise<number[]> {
  const { rows } = await tx.query<{ id: number }>(
    `WITH final AS (
       SELECT e.id, e.scheduled_time, e.status
       FROM job_executions AS e JOIN unnest($1::bigint[], $2::timestamptz[]) AS k (id, scheduled_time)
         ON e.id = k.id AND e.scheduled_time = k.scheduled_time
       WHERE e.status::text = ANY ($3) AND e.task_run_id IS NULL
       FOR UPDATE OF e
     ), changed AS (
       UPDATE job_executions AS e
       SET status = 'PENDING', retry_count = retry_count + (attempt > 0)::integer, finished_at = NULL, started_at = NULL,
           cancel_requested_at = NULL, worker_id = NULL, error_message = NULL, reason = NULL, result = NULL,
           progress_percentage = NULL, current_step = NULL,
           run_at = greatest(e.scheduled_time, now()),
           ready_at = CASE WHEN e.scheduled_time <= now() AND e.backfill_limit IS NULL THEN now() END,
           waiting_for = CASE WHEN e.backfill_limit IS NOT NULL THEN 'backfill' WHEN e.scheduled_time > now() THEN 'time' END::execution_wait
       FROM final WHERE e.id = final.id AND e.scheduled_time = final.scheduled_time
       RETURNING e.id, e.status, e.attempt, e.job_id, e.handler_name, e.queue, e.param_source, e.priority, e.scheduled_time, e.ready_at, final.status AS was
     ), uncounted AS (
       INSERT INTO execution_stat_deltas (month, job_id, count, total_change, status, handler_name, queue, param_source, priority)
       SELECT date_trunc('month', scheduled_time, 'UTC') AS month, job_id, 0, -count(*), was, handler_name, queue, param_source, priority
       FROM changed GROUP BY month, job_id, was, handler_name, queue, param_source, priority
     ), woken AS MATERIALIZED (
       SELECT pg_notify($4, queue) FROM (SELECT DISTINCT queue FROM changed WHERE ready_at IS NOT NULL) AS q
       UNION ALL
       SELECT pg_notify($5, '') WHERE EXISTS (SELECT FROM changed WHERE ready_at IS NULL)
       UNION ALL${tellExecutionsOf('changed')}
     )
     SELECT id, (SELECT count(*) FROM woken) FROM changed`,
    [
      plainArray(keys.map((k) => k.id)),
      instantArray(keys.map((k) => k.scheduledTime)),
      RETRYABLE_STATUSES,
      CHANNELS.work,
      CHANNELS.dispatch,
    ],
  )
  return rows.map((row) => row.id)
}

/** Deletes executions with their attempts, logs and artifacts; one that is RUNNING stays, and a task's while it is PENDING. @returns the ids deleted */
export async function deleteExecutions(tx: Tx, keys: ExecutionKey[]): Promise<number[]> {
  const { rows } = await tx.query<{ id: number }>(
    `WITH gone AS (
       DELETE FROM job_executions AS e USING unnest($1::bigint[], $2::timestamptz[]) AS k (id, scheduled_time)
       WHERE e.id = k.id AND e.scheduled_time = k.scheduled_time AND e.status <> 'RUNNING'
         AND (e.status <> 'PENDING' OR e.task_run_id IS NULL)
       RETURNING e.id, e.scheduled_time, e.job_id, e.handler_name, e.queue, e.param_source, e.priority, e.status, e.attempt
     ), uncounted AS (
       INSERT INTO execution_stat_deltas (month, job_id, count, total_change, status, handler_name, queue, param_source, priority)
       SELECT date_trunc('month', scheduled_time, 'UTC') AS month, job_id, 0, -count(*), status, handler_name, queue, param_source, priority
       FROM gone WHERE status <> 'PENDING' GROUP BY month, job_id, status, handler_name, queue, param_source, priority
     ), attempts AS (
       DELETE FROM execution_attempts AS a USING gone WHERE a.execution_id = gone.id AND a.scheduled_time = gone.scheduled_time
     ), told AS MATERIALIZED (${tellExecutionsOf('gone', true)}
     ), files AS (
       DELETE FROM artifacts AS f USING gone WHERE f.execution_id = gone.id
     ), logs AS (
       DELETE FROM execution_logs AS l USING gone WHERE l.execution_id = gone.id AND l.scheduled_time = gone.scheduled_time
     )
     SELECT id, (SELECT count(*) FROM told) FROM gone`,
    [plainArray(keys.map((k) => k.id)), instantArray(keys.map((k) => k.scheduledTime))],
  )
  return rows.map((row) => row.id)
}

/** Cancels what deleted crons left unfinished. Index: `job_executions_active_cron_idx`. */
export async function cancelExecutionsOfCrons(tx: Tx, jobIds: readonly number[], by: string): Promise<void> {
  const { rows: active } = await tx.query<ExecutionKey>(
    `SELECT id, scheduled_time AS "scheduledTime" FROM job_executions
     WHERE job_id = ANY ($1::bigint[]) AND job_id IS NOT NULL AND status IN ('PENDING', 'RUNNING')`,
    [plainArray(jobIds)],
  )
  if (active.length > 0) await cancelExecutions(tx, active, by, 'CRON_DELETED')
}
