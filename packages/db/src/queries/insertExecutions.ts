import type { Tx } from '../database.ts'
import type { ParamSource, RetryBackoff } from '../states.ts'
import { CHANNELS } from './channels.ts'
import type { NewAuditEntry } from './recordAudit.ts'
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

/** The entry of the audit log for what is enqueued; of one job it gets the id, of several how many and which. */
export type EnqueueAudit = Pick<
  NewAuditEntry,
  | 'actorKind'
  | 'actorName'
  | 'actorId'
  | 'requestId'
  | 'address'
  | 'action'
  | 'targetType'
  | 'targetName'
  | 'after'
>

const textOf = (audited: string) => `
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
)${audited}
SELECT id, scheduled_time AS "scheduledTime", (SELECT count(*) FROM woken) AS woken FROM written ORDER BY id`

const text = textOf('')
// In the same statement, so that POST /jobs makes no further round trip.
const auditedText = textOf(`, audited AS (
  INSERT INTO audit_log (actor_kind, actor_name, actor_id, request_id, address, action, target_type, target_name, target_id, after)
  SELECT $4::text, $5::text, $6::bigint, $7::text, $8::text, $9::text, $10::text, $11::text, CASE WHEN $10 = 'job' THEN min(id)::text END,
    $12::jsonb || CASE WHEN $10 = 'job' THEN '{}' ELSE jsonb_build_object('count', count(*), 'first_id', min(id), 'last_id', max(id)) END
  FROM written
)`)

/**
 * Enqueues jobs, all or none, in one statement: each is claimable at once, or waits for its time.
 *
 * Locks: none but its own inserts. Called by: the admin API.
 *
 * @param audit  written to the audit log with them
 * @returns their keys, in the order given
 */
export async function insertExecutions(
  tx: Tx,
  jobs: NewExecution[],
  audit?: EnqueueAudit,
): Promise<ExecutionKey[]> {
  const values: unknown[] = [JSON.stringify(jobs), CHANNELS.work, CHANNELS.dispatch]
  if (audit) {
    values.push(audit.actorKind, audit.actorName, audit.actorId, audit.requestId, audit.address, audit.action)
    values.push(audit.targetType, audit.targetName, audit.after ?? {})
  }
  const { rows } = await tx.query<ExecutionKey>({
    name: audit ? 'insertExecutionsAudited' : 'insertExecutions',
    text: audit ? auditedText : text,
    values,
  })
  return rows.map(({ id, scheduledTime }) => ({ id, scheduledTime }))
}
