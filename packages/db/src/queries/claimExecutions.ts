import type { Tx } from '../database.ts'
import type { ParamSource } from '../states.ts'
import type { Claim, RetryPolicy } from './types.ts'

/** A stretch of the ready index: one queue, a span of priorities, and since when its rows became ready. */
export interface ClaimRange {
  queue: string
  highestPriority: number
  lowestPriority: number
  /** Rows that became ready earlier are passed over; null for none. */
  readyFrom: Date | null
}

export interface ClaimOptions {
  workerId: string
  leaseMs: number
  limit: number
  /** Tried in this order until `limit` is reached. */
  ranges: ClaimRange[]
  handlers: string[]
  /** Only executions scheduled from here on; null looks into every partition. */
  scheduledFrom: Date | null
}

export interface ClaimedExecution extends Claim, RetryPolicy {
  jobId: number | null
  cronName: string | null
  handlerName: string
  params: Record<string, unknown>
  paramSource: ParamSource
  queue: string
  priority: number
  maxRetry: number
  timeoutSeconds: number | null
  readyAt: Date
  /** How long after it was due this attempt started, by the database's clock. */
  latenessMs: number
  /** Its end lets the next backfilled slot of its cron go. */
  isBackfill: boolean
  /** The task of a schedule's run that it is an execution of. */
  taskRunId: number | null
}

// Why it looks as it does:
// - One statement, so no round trip between choosing and taking, and no transaction to leave open.
// - LATERAL over the ranges: the outer LIMIT stops at the first ranges that fill it, later ones are never read.
// - now() + 1 second: scheduled_time is rounded to milliseconds, so it may lie half of one ahead; the condition is
//   there to leave the future's partitions out of the plan.
// - The row is found again by ctid: it is locked, so it cannot have moved, and a TID fetch costs no index descent.
//   id is there for a plan made while the month was empty: with scheduled_time alone it would walk the primary key.
// - Whether the scheduler runs is read by the statement itself, once, before it touches the queue. A reservation for one
//   execution has a branch of its own: through the queue that execution might stand behind a million others.
// - clock_timestamp(): now() is frozen when the statement starts, so a slow claim would shorten its own lease.
const text = `
WITH open AS MATERIALIZED (
  SELECT found.row_id, found.id, found.scheduled_time, found.ready_at
  FROM unnest($4::text[], $5::smallint[], $6::smallint[], $7::timestamptz[]) AS range (queue, highest, lowest, ready_from),
  LATERAL (
    SELECT ctid AS row_id, id, scheduled_time, ready_at
    FROM job_executions
    WHERE status = 'PENDING' AND ready_at IS NOT NULL
      AND queue = range.queue
      AND priority BETWEEN range.lowest AND range.highest
      AND ready_at >= range.ready_from
      AND scheduled_time >= $8 AND scheduled_time <= now() + interval '1 second'
      AND handler_name = ANY ($9)
    ORDER BY priority DESC, ready_at, id
    LIMIT $3
    FOR UPDATE SKIP LOCKED
  ) AS found
  WHERE (
    SELECT is_running
      AND (reserved_until IS NULL OR NOT jobu_reservation_holds(reserved_until, reserved_for_execution, reserved_for_time))
    FROM scheduler_state WHERE scheduler_state.id = 1
  )
  LIMIT $3
), reserved AS MATERIALIZED (
  SELECT ctid AS row_id, id, scheduled_time, ready_at
  FROM job_executions
  WHERE id = (SELECT reserved_for_execution FROM scheduler_state AS s WHERE s.id = 1 AND s.is_running AND s.reserved_until > now())
    AND scheduled_time = (SELECT reserved_for_time FROM scheduler_state AS s WHERE s.id = 1)
    AND status = 'PENDING' AND ready_at IS NOT NULL AND queue = ANY ($4) AND handler_name = ANY ($9)
    AND scheduled_time >= $8 AND scheduled_time <= now() + interval '1 second'
  FOR UPDATE SKIP LOCKED
), picked AS MATERIALIZED (
  SELECT * FROM open UNION ALL SELECT * FROM reserved
)
UPDATE job_executions AS e
SET status = 'RUNNING', ready_at = NULL, attempt = e.attempt + 1, worker_id = $1,
    started_at = clock_timestamp(), finished_at = NULL, progress_percentage = NULL, current_step = NULL,
    lease_expires_at = clock_timestamp() + $2 * interval '1 millisecond'
FROM picked
WHERE e.ctid = picked.row_id AND e.id = picked.id AND e.scheduled_time = picked.scheduled_time
RETURNING e.id, e.scheduled_time AS "scheduledTime", e.attempt, e.job_id AS "jobId",
  CASE WHEN e.job_id IS NOT NULL THEN (SELECT name FROM cron_jobs WHERE cron_jobs.id = e.job_id) END AS "cronName",
  e.handler_name AS "handlerName", e.params, e.param_source AS "paramSource", e.queue, e.priority,
  e.retry_count AS "retryCount", e.max_retry AS "maxRetry", e.retry_delay_seconds AS "retryDelaySeconds",
  e.retry_backoff AS "retryBackoff", e.timeout_seconds AS "timeoutSeconds", e.backfill_limit IS NOT NULL AS "isBackfill",
  e.task_run_id AS "taskRunId",
  picked.ready_at AS "readyAt",
  least(greatest(date_part('epoch', e.started_at - e.run_at) * 1000, 0), 2147483647)::integer AS "latenessMs"`

/**
 * Takes up to `limit` ready executions for a worker: highest priority first, then the longest ready. None while the
 * scheduler is stopped; while the queue is reserved only the execution it is reserved for.
 *
 * Locks: the rows taken; rows another claim holds are passed over. Index: `job_executions_ready_idx`.
 * Called by: claimLoop.
 *
 * @returns the executions, now RUNNING under a lease of `leaseMs`, each with its new fencing token
 * @see docs/execution-lifecycle.md#claiming
 */
export async function claimExecutions(tx: Tx, options: ClaimOptions): Promise<ClaimedExecution[]> {
  const { ranges } = options
  const { rows } = await tx.query<ClaimedExecution>({
    name: 'claimExecutions',
    text,
    values: [
      options.workerId,
      options.leaseMs,
      options.limit,
      ranges.map((range) => range.queue),
      ranges.map((range) => range.highestPriority),
      ranges.map((range) => range.lowestPriority),
      ranges.map((range) => range.readyFrom ?? '-infinity'),
      options.scheduledFrom ?? '-infinity',
      options.handlers,
    ],
  })
  return rows
}
