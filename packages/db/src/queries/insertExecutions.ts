import type { Tx } from '../database.ts'
import type { ParamSource, RetryBackoff } from '../states.ts'
import { CHANNELS } from './channels.ts'
import { tellExecutionsOf } from './tellChanges.ts'
import type { ExecutionKey } from './types.ts'

/** A job to enqueue; what is left out takes the column's default. */
export interface NewExecution {
  handlerName: string
  params?: Record<string, unknown>
  paramSource: ParamSource
  /** Null or left out: now. At most 366 days ahead. */
  scheduledTime?: Date | null
  jobId?: number | null
  priority?: number
  queue?: string
  maxRetry?: number
  retryDelaySeconds?: number
  retryBackoff?: RetryBackoff
  timeoutSeconds?: number | null
}

const text = `
WITH written AS (
  INSERT INTO job_executions (job_id, scheduled_time, run_at, ready_at, waiting_for, param_source, handler_name, params,
    priority, queue, max_retry, retry_delay_seconds, retry_backoff, timeout_seconds)
  SELECT j."jobId", coalesce(j."scheduledTime", now()), coalesce(j."scheduledTime", now()),
    CASE WHEN j."scheduledTime" > now() THEN NULL ELSE now() END,
    CASE WHEN j."scheduledTime" > now() THEN 'time' END::execution_wait,
    j."paramSource"::param_source, j."handlerName", coalesce(j.params, '{}'), coalesce(j.priority, 0), coalesce(j.queue, 'default'),
    coalesce(j."maxRetry", 0), coalesce(j."retryDelaySeconds", 10), coalesce(j."retryBackoff", 'exponential')::retry_backoff, j."timeoutSeconds"
  FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS ("jobId" bigint, "scheduledTime" timestamptz, "paramSource" text, "handlerName" text,
    params jsonb, priority smallint, queue text, "maxRetry" integer, "retryDelaySeconds" integer, "retryBackoff" text, "timeoutSeconds" integer))
    WITH ORDINALITY AS j ("jobId", "scheduledTime", "paramSource", "handlerName", params, priority, queue, "maxRetry", "retryDelaySeconds",
      "retryBackoff", "timeoutSeconds", place)
  ORDER BY j.place
  RETURNING id, scheduled_time, queue, ready_at, status, job_id, handler_name, attempt
), woken AS MATERIALIZED (
  SELECT pg_notify($2, queue) FROM (SELECT DISTINCT queue FROM written WHERE ready_at IS NOT NULL) AS q
  UNION ALL
  SELECT pg_notify($3, '') WHERE EXISTS (SELECT FROM written WHERE ready_at IS NULL)
  UNION ALL${tellExecutionsOf('written')}
)
SELECT id, scheduled_time AS "scheduledTime", (SELECT count(*) FROM woken) AS woken FROM written ORDER BY id`

/**
 * Enqueues jobs, all or none, in one statement: each is claimable at once, or waits for its time.
 *
 * Locks: none but its own inserts. Called by: the admin API.
 *
 * @returns their keys, in the order given
 */
export async function insertExecutions(tx: Tx, jobs: NewExecution[]): Promise<ExecutionKey[]> {
  const { rows } = await tx.query<ExecutionKey>({
    name: 'insertExecutions',
    text,
    values: [JSON.stringify(jobs), CHANNELS.work, CHANNELS.dispatch],
  })
  return rows.map(({ id, scheduledTime }) => ({ id, scheduledTime }))
}
