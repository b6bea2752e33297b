import {
  bigint,
  index,
  integer,
  numeric,
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

/** Counts per logarithmic bucket as one number (`jobu_histogram_unit`), for percentiles: adding numbers adds histograms. */
const histograms = {
  durationHistogram: numeric('duration_histogram').notNull(),
  latenessHistogram: numeric('lateness_histogram').notNull(),
}

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
    ...histograms,
  },
  (t) => [
    uniqueIndex('execution_stats_key').on(t.hour, t.jobId, t.handlerName, t.status),
    uniqueIndex('execution_stats_job_key')
      .on(t.jobId, t.hour, t.handlerName, t.status)
      .where(sql`job_id <> 0`),
    // The slowest and the latest of an hour, without looking at the others.
    index('execution_stats_duration_idx')
      .on(t.hour, t.durationMaxMs.desc().nullsFirst(), t.jobId)
      .where(sql`job_id <> 0`),
    index('execution_stats_lateness_idx')
      .on(t.hour, t.latenessMaxMs.desc().nullsFirst(), t.jobId)
      .where(sql`job_id <> 0`),
  ],
)

/**
 * The roll-up without the cron: one row per hour, handler and status, and one of all handlers under the name '', so
 * that a chart over everything costs the same for ten crons and handlers as for a million.
 */
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
    ...histograms,
  },
  (t) => [primaryKey({ name: 'execution_stats_hourly_pkey', columns: [t.handlerName, t.hour, t.status] })],
)

/** How many executions of a cron ended FAILED or TIMEOUT in an hour. Few rows, so the worst of all crons are found quickly. */
export const executionFailuresHourly = pgTable(
  'execution_failures_hourly',
  {
    hour: instant('hour').notNull(),
    jobId: bigint('job_id', { mode: 'number' }).notNull(),
    count: integer('count').notNull(),
  },
  (t) => [primaryKey({ name: 'execution_failures_hourly_pkey', columns: [t.hour, t.jobId] })],
)

/** How many settled ever; outlives everything else. */
export const executionStatsAllTime = pgTable(
  'execution_stats_all_time',
  {
    count: bigint('count', { mode: 'number' }).notNull(),
    status: executionStatus('status').notNull(),
    handlerName: text('handler_name').notNull(),
  },
  (t) => [primaryKey({ name: 'execution_stats_all_time_pkey', columns: [t.handlerName, t.status] })],
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
