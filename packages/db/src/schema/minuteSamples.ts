import { bigint, integer, numeric, pgTable, timestamp } from '../drizzle.ts'

/**
 * How things stood at a full minute, for charts by the minute: taken once by whichever dispatcher comes first. Where none
 * ran there is no row.
 */
export const minuteSamples = pgTable('minute_samples', {
  at: timestamp('at', { withTimezone: true, precision: 3 }).primaryKey(),
  /** How many had settled ever: what settled in between is the difference of two samples. */
  success: bigint('success', { mode: 'number' }).notNull(),
  failed: bigint('failed', { mode: 'number' }).notNull(),
  timeout: bigint('timeout', { mode: 'number' }).notNull(),
  cancelled: bigint('cancelled', { mode: 'number' }).notNull(),
  skipped: bigint('skipped', { mode: 'number' }).notNull(),
  /** Over all queues; null: nothing was ready. */
  oldestReadyMs: bigint('oldest_ready_ms', { mode: 'number' }),
  ready: integer('ready').notNull(),
  running: integer('running').notNull(),
  /** Of what had settled in the hour that the minute before lies in (`jobu_histogram_unit`). */
  latenessHistogram: numeric('lateness_histogram').notNull(),
})
