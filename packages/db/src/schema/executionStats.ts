import { bigint, integer, pgTable, sql, text, timestamp, uniqueIndex } from '../drizzle.ts'
import { executionStatus } from './enums.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/**
 * What settled, appended by the transaction that settled it and folded into `execution_stats` by a dispatcher.
 * One row per settled batch, cron, handler and status.
 */
export const executionStatDeltas = pgTable('execution_stat_deltas', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  settledAt: instant('settled_at').notNull().defaultNow(),
  jobId: bigint('job_id', { mode: 'number' }),
  count: integer('count').notNull(),
  status: executionStatus('status').notNull(),
  handlerName: text('handler_name').notNull(),
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
