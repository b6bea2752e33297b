import type { Tx } from '../database.ts'
import type { AttemptOutcome, ExecutionStatus, Reason } from '../states.ts'
import { CHANNELS } from './channels.ts'
import { settleTasksOf } from './settleTasks.ts'
import { type Claim, inLockOrder, instantArray, plainArray } from './types.ts'

export interface Failure extends Claim {
  outcome: Exclude<AttemptOutcome, 'SUCCESS'>
  reason: Reason
  message: string
  stack: string | null
  /** Pause before the next attempt, should one be left; null: none, whatever `max_retry` says. */
  retryDelayMs: number | null
}

// "Again" is decided here, from the row, not by the caller: a cancel that was asked for meanwhile wins over a retry,
// and RELEASED (a drain) goes back without costing one.
const text = `
WITH failure AS (
  SELECT * FROM unnest($1::bigint[], $2::timestamptz[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[])
    AS f (id, scheduled_time, attempt, outcome, reason, message, stack, retry_delay_ms)
), held AS (
  SELECT e.id, e.scheduled_time, e.started_at, e.worker_id, e.run_at, f.attempt, f.reason, f.message, f.stack, f.retry_delay_ms,
    CASE WHEN e.cancel_requested_at IS NOT NULL THEN 'CANCELLED' ELSE f.outcome END AS outcome,
    CASE
      WHEN e.cancel_requested_at IS NOT NULL OR f.outcome = 'CANCELLED' THEN false
      WHEN f.outcome = 'RELEASED' THEN true
      ELSE f.retry_delay_ms IS NOT NULL AND e.retry_count < e.max_retry
    END AS again
  FROM job_executions AS e JOIN failure AS f ON e.id = f.id AND e.scheduled_time = f.scheduled_time AND e.attempt = f.attempt
  WHERE e.lease_expires_at IS NOT NULL
  FOR UPDATE OF e
), done AS (
  UPDATE job_executions AS e
  SET status = CASE WHEN h.again THEN 'PENDING' ELSE h.outcome END::execution_status,
      lease_expires_at = NULL, cancel_requested_at = NULL,
      finished_at = CASE WHEN NOT h.again THEN clock_timestamp() END,
      retry_count = e.retry_count + (h.again AND h.outcome <> 'RELEASED')::integer,
      run_at = CASE WHEN h.again AND h.outcome <> 'RELEASED' THEN clock_timestamp() + h.retry_delay_ms * interval '1 millisecond' ELSE e.run_at END,
      ready_at = CASE WHEN h.again AND (h.outcome = 'RELEASED' OR h.retry_delay_ms = 0) AND e.backfill_limit IS NULL THEN now() END,
      waiting_for = CASE
        WHEN h.again AND h.outcome <> 'RELEASED' AND h.retry_delay_ms > 0 THEN 'time'
        WHEN h.again AND e.backfill_limit IS NOT NULL THEN 'backfill'
      END::execution_wait,
      worker_id = CASE WHEN NOT h.again THEN e.worker_id END,
      reason = coalesce(CASE WHEN e.cancel_requested_at IS NOT NULL THEN e.reason END, h.reason),
      -- Who asked for the cancel is on the row already.
      error_message = CASE WHEN e.cancel_requested_at IS NOT NULL THEN coalesce(e.error_message, h.message) ELSE h.message END
  FROM held AS h
  WHERE e.id = h.id AND e.scheduled_time = h.scheduled_time
  RETURNING e.id, e.job_id, e.handler_name, e.status, e.queue, e.param_source, e.priority, e.scheduled_time, e.run_at, h.started_at,
    e.finished_at, h.run_at AS due_at, e.ready_at, e.waiting_for, e.task_run_id
), attempted AS (
  INSERT INTO execution_attempts (execution_id, scheduled_time, attempt, outcome, worker_id, started_at, finished_at, reason, error_message, error_stack)
  SELECT id, scheduled_time, attempt, outcome, worker_id, started_at, clock_timestamp(), reason, message, stack FROM held
), counted AS (
  INSERT INTO execution_stat_deltas (settled_at, month, job_id, count, total_change, status, handler_name, queue, param_source, priority,
    durations_ms, lateness_ms)
  SELECT clock_timestamp(), date_trunc('month', scheduled_time, 'UTC') AS month, job_id, count(*), count(*), status, handler_name, queue,
    param_source, priority,
    array_agg(least(date_part('epoch', finished_at - started_at) * 1000, 2147483647)::integer),
    array_agg(least(greatest(date_part('epoch', started_at - due_at) * 1000, 0), 2147483647)::integer)
  FROM done WHERE finished_at IS NOT NULL GROUP BY month, job_id, status, handler_name, queue, param_source, priority
), woken AS MATERIALIZED (
  SELECT pg_notify($9, queue) FROM (SELECT DISTINCT queue FROM done WHERE ready_at IS NOT NULL) AS q
  UNION ALL
  SELECT pg_notify($10, '') WHERE EXISTS (SELECT FROM done WHERE waiting_for = 'time')
), ended AS (
  SELECT * FROM done WHERE finished_at IS NOT NULL
), advanced AS MATERIALIZED (${settleTasksOf('ended')}
)
SELECT id, status, (SELECT count(*) FROM woken) AS woken, (SELECT count(*) FROM advanced) AS advanced FROM done`

/**
 * Ends attempts that did not succeed, those still held: back to PENDING where a retry is left (or a drain gave the
 * execution back), otherwise final. Keeps each attempt with its error, and moves the tasks on that they are executions of.
 *
 * Locks: the rows given, then the runs of their tasks. Index: primary key. Called by: completer, reaper, drain.
 *
 * @returns what became of each; an id missing from them was taken over by a newer attempt and is unchanged
 * @see docs/execution-lifecycle.md#settling
 */
export async function failExecutions(
  tx: Tx,
  failures: Failure[],
): Promise<Array<{ id: number; status: ExecutionStatus }>> {
  const ordered = inLockOrder(failures)
  const { rows } = await tx.query<{ id: number; status: ExecutionStatus }>({
    name: 'failExecutions',
    text,
    values: [
      plainArray(ordered.map((one) => one.id)),
      instantArray(ordered.map((one) => one.scheduledTime)),
      plainArray(ordered.map((one) => one.attempt)),
      ordered.map((one) => one.outcome),
      ordered.map((one) => one.reason),
      ordered.map((one) => clean(one.message)),
      ordered.map((one) => (one.stack === null ? null : clean(one.stack))),
      plainArray(ordered.map((one) => one.retryDelayMs)),
      CHANNELS.work,
      CHANNELS.dispatch,
    ],
  })
  return rows.map(({ id, status }) => ({ id, status }))
}

const MAX_ERROR_CHARACTERS = 16_384

// An error's text is whatever a handler threw: PostgreSQL stores no NUL, and a page of it is enough to act on.
function clean(text: string): string {
  const safe = text.replaceAll('\0', '\\0')
  return safe.length > MAX_ERROR_CHARACTERS ? `${safe.slice(0, MAX_ERROR_CHARACTERS)} [cut]` : safe
}
