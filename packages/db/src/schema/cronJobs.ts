import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  smallint,
  sql,
  text,
  timestamp,
  uniqueIndex,
} from '../drizzle.ts'
import { dayMatch, misfirePolicy, overlapPolicy, retryBackoff } from './enums.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/** A cron job: an expression in a zone, what it runs, and what it promises when things go wrong. */
export const cronJobs = pgTable(
  'cron_jobs',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    name: text('name').notNull(),
    description: text('description'),
    cronExpression: text('cron_expression').notNull(),
    timezone: text('timezone').notNull(),
    dayMatch: dayMatch('day_match').notNull().default('or'),
    handlerName: text('handler_name').notNull(),
    handlerParams: jsonb('handler_params').$type<Record<string, unknown>>().notNull().default({}),
    isEnabled: boolean('is_enabled').notNull().default(true),
    overlapPolicy: overlapPolicy('overlap_policy').notNull().default('skip'),
    maxRetry: integer('max_retry').notNull().default(0),
    retryDelaySeconds: integer('retry_delay_seconds').notNull().default(10),
    retryBackoff: retryBackoff('retry_backoff').notNull().default('exponential'),
    /** Null: no limit. */
    timeoutSeconds: integer('timeout_seconds'),
    priority: smallint('priority').notNull().default(0),
    queue: text('queue').notNull().default('default'),
    misfirePolicy: misfirePolicy('misfire_policy').notNull().default('fire_once'),
    misfireLimit: integer('misfire_limit').notNull().default(100),
    misfireGraceSeconds: integer('misfire_grace_seconds').notNull().default(86_400),
    /** Inclusive. */
    startAt: instant('start_at'),
    /** Exclusive; past it the cron is completed. */
    endAt: instant('end_at'),
    jitterSeconds: integer('jitter_seconds').notNull().default(0),
    maxRuns: integer('max_runs'),
    /** Slots that became runs, skipped ones not counted. */
    runCount: integer('run_count').notNull().default(0),
    pauseAfterFailures: integer('pause_after_failures'),
    tags: text('tags').array().notNull().default([]),
    owner: text('owner'),
    /** The next slot to fire; null while disabled or completed, or not yet computed for a row written by SQL. */
    nextRunAt: instant('next_run_at'),
    completedAt: instant('completed_at'),
    /** Failures before it do not count towards `pause_after_failures`. */
    enabledAt: instant('enabled_at').notNull().defaultNow(),
    /** Why the system disabled it: failures in a row, or an expression that SQL wrote and nobody can parse. */
    disabledReason: text('disabled_reason'),
    version: integer('version').notNull().default(1),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
    /** A deleted cron stays, so that its executions keep their name. */
    deletedAt: instant('deleted_at'),
  },
  (t) => [
    uniqueIndex('cron_jobs_name_key').on(t.name).where(sql`deleted_at IS NULL`),
    index('cron_jobs_due_idx').on(t.nextRunAt).where(sql`is_enabled AND next_run_at IS NOT NULL`),
    index('cron_jobs_unplanned_idx')
      .on(t.id)
      .where(sql`is_enabled AND next_run_at IS NULL AND completed_at IS NULL AND deleted_at IS NULL`),
    // Which queues crons name; nearly all are in the default one, whose existence nobody has to look up.
    index('cron_jobs_queue_idx').on(t.queue).where(sql`queue <> 'default' AND deleted_at IS NULL`),
    check('cron_jobs_deleted_is_disabled', sql`deleted_at IS NULL OR NOT is_enabled`),
    check('cron_jobs_max_retry_range', sql`max_retry BETWEEN 0 AND 1000`),
    check('cron_jobs_retry_delay_range', sql`retry_delay_seconds BETWEEN 0 AND 604800`),
    check('cron_jobs_timeout_positive', sql`timeout_seconds > 0`),
    check('cron_jobs_jitter_not_negative', sql`jitter_seconds >= 0`),
    check('cron_jobs_misfire_limit_range', sql`misfire_limit BETWEEN 1 AND 10000`),
    check('cron_jobs_misfire_grace_not_negative', sql`misfire_grace_seconds >= 0`),
    check('cron_jobs_max_runs_positive', sql`max_runs > 0`),
    check('cron_jobs_pause_after_failures_positive', sql`pause_after_failures > 0`),
    check('cron_jobs_next_run_at_is_finite', sql`isfinite(next_run_at)`),
    check('cron_jobs_window_is_forward', sql`end_at > start_at`),
  ],
)
