import {
  bigint,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  sql,
  text,
  timestamp,
  uniqueIndex,
} from '../drizzle.ts'
import { executionStatus, executionWait, paramSource, retryBackoff } from './enums.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/**
 * Executions, `PARTITION BY RANGE (scheduled_time)`, one partition a month (drizzle-kit cannot say so; the
 * migration does). Fixed-width columns come first, so that a row carries no padding.
 */
export const jobExecutions = pgTable(
  'job_executions',
  {
    id: bigint('id', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    /** Its cron; null for a job of its own. */
    jobId: bigint('job_id', { mode: 'number' }),
    /** The slot, or the time asked for. */
    scheduledTime: instant('scheduled_time').notNull(),
    /** When this attempt is due: the slot plus jitter, or the end of a backoff. */
    runAt: instant('run_at').notNull(),
    /** Since when it can be claimed; null while it waits. Claims are ordered by it. */
    readyAt: instant('ready_at'),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
    leaseExpiresAt: instant('lease_expires_at'),
    cancelRequestedAt: instant('cancel_requested_at'),
    createdAt: instant('created_at').notNull().defaultNow(),
    status: executionStatus('status').notNull().default('PENDING'),
    waitingFor: executionWait('waiting_for'),
    paramSource: paramSource('param_source').notNull(),
    retryBackoff: retryBackoff('retry_backoff').notNull().default('exponential'),
    /** The fencing token: counts claims. */
    attempt: integer('attempt').notNull().default(0),
    /** Retries used; a drain raises `attempt` but not this. */
    retryCount: integer('retry_count').notNull().default(0),
    maxRetry: integer('max_retry').notNull().default(0),
    retryDelaySeconds: integer('retry_delay_seconds').notNull().default(10),
    timeoutSeconds: integer('timeout_seconds'),
    priority: smallint('priority').notNull().default(0),
    progressPercentage: smallint('progress_percentage'),
    queue: text('queue').notNull().default('default'),
    handlerName: text('handler_name').notNull(),
    params: jsonb('params').$type<Record<string, unknown>>().notNull().default({}),
    workerId: text('worker_id'),
    currentStep: text('current_step'),
    /** A code from `REASONS`: why it was skipped, failed or cancelled. */
    reason: text('reason'),
    errorMessage: text('error_message'),
    /** A success's result; of a skipped execution that stands for many slots: `{first, last, count}`. */
    result: jsonb('result'),
    /** Set on a backfilled slot: how many of its cron's backfilled slots may be active at once. */
    backfillLimit: smallint('backfill_limit'),
    /** The task of a schedule's run that it is an execution of. */
    taskRunId: bigint('task_run_id', { mode: 'number' }),
  },
  (t) => [
    primaryKey({ name: 'job_executions_pkey', columns: [t.id, t.scheduledTime] }),
    uniqueIndex('job_executions_slot_key').on(t.jobId, t.scheduledTime).where(sql`job_id IS NOT NULL`),
    index('job_executions_ready_idx')
      .on(t.queue, t.priority.desc().nullsFirst(), t.readyAt, t.id)
      .where(sql`status = 'PENDING' AND ready_at IS NOT NULL`),
    index('job_executions_waiting_idx').on(t.runAt).where(sql`status = 'PENDING' AND waiting_for = 'time'`),
    index('job_executions_overlap_idx')
      .on(t.jobId)
      .where(sql`status = 'PENDING' AND waiting_for = 'overlap'`),
    index('job_executions_backfill_idx')
      .on(t.jobId, t.waitingFor, t.scheduledTime)
      .where(sql`status IN ('PENDING', 'RUNNING') AND backfill_limit IS NOT NULL`),
    index('job_executions_active_cron_idx')
      .on(t.jobId, t.backfillLimit)
      .where(sql`status IN ('PENDING', 'RUNNING') AND job_id IS NOT NULL`),
    index('job_executions_lease_idx').on(t.leaseExpiresAt).where(sql`status = 'RUNNING'`),
    // The rest is for lists and searches. RUNNING rows are few and left out, so that a claim touches none of it, and
    // settling a success adds one entry.
    index('job_executions_facet_idx')
      .on(sql`jobu_facet(handler_name, queue, param_source, priority)`, t.status, t.scheduledTime, t.id)
      .where(sql`status <> 'RUNNING'`),
    index('job_executions_status_idx')
      .on(t.status, t.scheduledTime, t.id)
      .where(sql`status NOT IN ('PENDING', 'RUNNING', 'SUCCESS')`),
    index('job_executions_cron_status_idx')
      .on(t.jobId, t.status, t.scheduledTime)
      .where(sql`job_id IS NOT NULL AND status NOT IN ('PENDING', 'RUNNING', 'SUCCESS')`),
    index('job_executions_error_idx')
      .using('gin', sql`to_tsvector('simple', left(error_message, 1000))`)
      .where(sql`status IN ('FAILED', 'TIMEOUT')`),
    check(
      'executions_finished_at_matches_status',
      sql`(finished_at IS NOT NULL) = (status NOT IN ('PENDING', 'RUNNING'))`,
    ),
    check('executions_lease_matches_status', sql`(lease_expires_at IS NOT NULL) = (status = 'RUNNING')`),
    check(
      'executions_ready_or_waiting_while_pending',
      sql`CASE WHEN status = 'PENDING' THEN (ready_at IS NOT NULL) <> (waiting_for IS NOT NULL) ELSE waiting_for IS NULL END`,
    ),
    check('executions_running_has_worker', sql`status <> 'RUNNING' OR worker_id IS NOT NULL`),
    check('executions_cancel_only_running', sql`cancel_requested_at IS NULL OR status <> 'PENDING'`),
    check('executions_progress_range', sql`progress_percentage BETWEEN 0 AND 100`),
  ],
)
