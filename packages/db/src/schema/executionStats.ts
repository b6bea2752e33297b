import {
  bigint,
  integer,
  pgTable,
  primaryKey,
  smallint,
  sql,
  text,
  timestamp,
  uniqueIndex,
} from '../drizzle.ts'
import { executionStatus, paramSource } from './enums.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/**
 * What settled, or ceased to be settled, appended by the transaction that did it and folded into the roll-ups by a
 * dispatcher. One row per batch, month, cron, handler, queue, source, priority and status.
 */
export const executionStatDeltas = pgTable('execution_stat_deltas', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  settledAt: instant('settled_at').notNull().defaultNow(),
  /** First instant, in UTC, of the month of `scheduled_time`. */
  month: instant('month'),
  jobId: bigint('job_id', { mode: 'number' }),
  /** How many settled, for the statistics; 0 where rows were retried or deleted. */
  count: integer('count').notNull(),
  /** By how much the number of rows in this status changed, for the totals: negative for a retry or a deletion. */
  totalChange: integer('total_change').notNull().default(0),
  status: executionStatus('status').notNull(),
  paramSource: paramSource('param_source'),
  priority: smallint('priority'),
  handlerName: text('handler_name').notNull(),
  queue: text('queue'),
  durationsMs: integer('durations_ms').array(),
  latenessMs: integer('lateness_ms').array(),
})

/** The roll-up: one row per hour, cron, handler and status. `job_id` 0 stands for none. */
export const executionStats = pgTable(
  'execution_stats',
  {
    hour: instant('hour').notNull(),
    jobId: bigint('job_id', { mode: 'number' }).notNull(),
    count: bigint('count', { mode: 'number' }).notNull(),
    durationSumMs: bigint('duration_sum_ms', { mode: 'number' }).notNull(),
    durationMaxMs: integer('duration_max_ms').notNull(),
    latenessSumMs: bigint('lateness_sum_ms', { mode: 'number' }).notNull(),
    latenessMaxMs: integer('lateness_max_ms').notNull(),
    status: executionStatus('status').notNull(),
    handlerName: text('handler_name').notNull(),
    /** Counts per logarithmic bucket (`jobu_histogram_bucket`), for percentiles. */
    durationHistogram: integer('duration_histogram').array().notNull(),
    latenessHistogram: integer('lateness_histogram').array().notNull(),
  },
  (t) => [
    uniqueIndex('execution_stats_key').on(t.hour, t.jobId, t.handlerName, t.status),
    uniqueIndex('execution_stats_job_key')
      .on(t.jobId, t.hour, t.handlerName, t.status)
      .where(sql`job_id <> 0`),
  ],
)

/** The roll-up without the cron: one row per hour, handler and status, so that a chart over all crons costs the same for ten as for a million. */
export const executionStatsHourly = pgTable(
  'execution_stats_hourly',
  {
    hour: instant('hour').notNull(),
    count: bigint('count', { mode: 'number' }).notNull(),
    durationSumMs: bigint('duration_sum_ms', { mode: 'number' }).notNull(),
    durationMaxMs: integer('duration_max_ms').notNull(),
    latenessSumMs: bigint('lateness_sum_ms', { mode: 'number' }).notNull(),
    latenessMaxMs: integer('lateness_max_ms').notNull(),
    status: executionStatus('status').notNull(),
    handlerName: text('handler_name').notNull(),
    durationHistogram: integer('duration_histogram').array().notNull(),
    latenessHistogram: integer('lateness_histogram').array().notNull(),
  },
  (t) => [primaryKey({ name: 'execution_stats_hourly_pkey', columns: [t.hour, t.handlerName, t.status] })],
)

/**
 * How many settled executions there are, exactly, together with the deltas not folded yet: what a list shows as its
 * total. By month, so that a dropped month takes its counts along.
 */
export const executionTotals = pgTable(
  'execution_totals',
  {
    month: instant('month').notNull(),
    count: bigint('count', { mode: 'number' }).notNull(),
    status: executionStatus('status').notNull(),
    paramSource: paramSource('param_source').notNull(),
    priority: smallint('priority').notNull(),
    handlerName: text('handler_name').notNull(),
    queue: text('queue').notNull(),
  },
  (t) => [
    primaryKey({
      name: 'execution_totals_pkey',
      columns: [t.month, t.handlerName, t.queue, t.paramSource, t.priority, t.status],
    }),
  ],
)
