import { bigint, pgTable, sql, text, timestamp, uniqueIndex } from '../drizzle.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/** When the scheduler was stopped, and by whom; written by the trigger `scheduler_state_changed`. */
export const schedulerStops = pgTable(
  'scheduler_stops',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    stoppedAt: instant('stopped_at').notNull(),
    /** Null: it is still stopped. */
    startedAt: instant('started_at'),
    stoppedBy: text('stopped_by'),
    startedBy: text('started_by'),
  },
  () => [
    uniqueIndex('scheduler_stops_open_key').on(sql`(started_at IS NULL)`).where(sql`started_at IS NULL`),
  ],
)
