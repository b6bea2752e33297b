import type { Tx } from '../database.ts'
import type { ParamSource, RetryBackoff } from '../states.ts'
import { CHANNELS } from './channels.ts'
import type { NewAuditEntry } from './recordAudit.ts'
import { tellExecutionsOf } from './tellChanges.ts'
import { type ExecutionKey, instantArray, plainArray } from './types.ts'

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

// The jobs come as one array a column, and the params as one JSON array: half of what reading them as records takes.
const textOf = (audited: string) => `
WITH written AS (
  INSERT INTO job_executions (job_id, scheduled_time, run_at, ready_at, waiting_for, param_source, handler_name, params,
    priority, queue, max_retry, retry_delay_seconds, retry_backoff, timeout_seconds)
  SELECT j.job_id, coalesce(j.scheduled_time, now()), coalesce(j.scheduled_time, now()),
    CASE WHEN j.scheduled_time > now() THEN NULL ELSE now() END,
    CASE WHEN j.scheduled_time > now() THEN 'time' END::execution_wait,
    j.param_source, j.handler_name, j.params, coalesce(j.priority, 0), coalesce(j.queue, 'default'), coalesce(j.max_retry, 0),
    coalesce(j.retry_delay_seconds, 10), coalesce(j.retry_backoff, 'exponential')::retry_backoff, j.timeout_seconds
  FROM ROWS FROM (unnest($3::text[]), unnest($4::param_source[]), jsonb_array_elements($5::jsonb), unnest($6::bigint[]),
      unnest($7::timestamptz[]), unnest($8::smallint[]), unnest($9::text[]), unnest($10::integer[]), unnest($11::integer[]),
      unnest($12::retry_backoff[]), unnest($13::integer[])) WITH ORDINALITY
    AS j (handler_name, param_source, params, job_id, scheduled_time, priority, queue, max_retry, retry_delay_seconds, retry_backoff,
      timeout_seconds, place)
  ORDER BY j.place
  RETURNING id, scheduled_time, queue, ready_at, status, job_id, handler_name, attempt
), woken AS MATERIALIZED (
  SELECT pg_notify($1, queue) FROM (SELECT DISTINCT queue FROM written WHERE ready_at IS NOT NULL) AS q
  UNION ALL
  SELECT pg_notify($2, '') WHERE EXISTS (SELECT FROM written WHERE ready_at IS NULL)
  UNION ALL${tellExecutionsOf('written')}
)${audited}
SELECT id, scheduled_time AS "scheduledTime", (SELECT count(*) FROM woken) AS woken FROM written ORDER BY id`

const text = textOf('')
// In the same statement, so that POST /jobs makes no further round trip.
const auditedText = textOf(`, audited AS (
  INSERT INTO audit_log (actor_kind, actor_name, actor_id, request_id, address, action, target_type, target_name, target_id, after)
  SELECT $14::text, $15::text, $16::bigint, $17::text, $18::text, $19::text, $20::text, $21::text, CASE WHEN $20 = 'job' THEN min(id)::text END,
    $22::jsonb || CASE WHEN $20 = 'job' THEN '{}' ELSE jsonb_build_object('count', count(*), 'first_id', min(id), 'last_id', max(id)) END
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
  const values: unknown[] = [CHANNELS.work, CHANNELS.dispatch, ...columnsOf(jobs)]
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

/** Of a column that no job says anything of the array is empty: the server then takes nulls. */
function columnsOf(jobs: NewExecution[]): unknown[] {
  const column = <T>(
    read: (job: NewExecution) => T | null | undefined,
    toArray: (values: Array<T | null>) => unknown,
  ) => {
    const values = jobs.map((job) => read(job) ?? null)
    return values.every((value) => value === null) ? '{}' : toArray(values)
  }
  const texts = (values: Array<string | null>) => values
  return [
    jobs.map((job) => job.handlerName),
    jobs.map((job) => job.paramSource),
    `[${jobs.map((job) => JSON.stringify(job.params ?? {})).join(',')}]`,
    column((job) => job.jobId, plainArray),
    column((job) => job.scheduledTime, instantArray),
    column((job) => job.priority, plainArray),
    column((job) => job.queue, texts),
    column((job) => job.maxRetry, plainArray),
    column((job) => job.retryDelaySeconds, plainArray),
    column((job) => job.retryBackoff, texts),
    column((job) => job.timeoutSeconds, plainArray),
  ]
}
