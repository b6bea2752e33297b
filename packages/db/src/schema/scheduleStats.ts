import { bigint, check, index, integer, pgTable, primaryKey, sql, timestamp } from '../drizzle.ts'
import { runStatus } from './enums.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/**
 * Runs by the quarter of an hour of their `scheduled_time` and by status, for calendars in any time zone.
 * `schedule_id` 0 stands for all schedules together.
 */
export const scheduleRunStats = pgTable(
  'schedule_run_stats',
  {
    quarter: instant('quarter').notNull(),
    scheduleId: bigint('schedule_id', { mode: 'number' }).notNull(),
    count: integer('count').notNull(),
    status: runStatus('status').notNull(),
  },
  (t) => [
    primaryKey({ name: 'schedule_run_stats_pkey', columns: [t.scheduleId, t.quarter, t.status] }),
    check('schedule_run_stats_count_not_negative', sql`count >= 0`),
  ],
)

/** Changes of status not yet folded into `schedule_run_stats`, written by a trigger on `schedule_runs`. */
export const scheduleRunDeltas = pgTable(
  'schedule_run_deltas',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    quarter: instant('quarter').notNull(),
    scheduleId: bigint('schedule_id', { mode: 'number' }).notNull(),
    change: integer('change').notNull(),
    status: runStatus('status').notNull(),
  },
  (t) => [index('schedule_run_deltas_quarter_idx').on(t.quarter)],
)
