import { check, integer, pgTable, sql, text, timestamp } from '../drizzle.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/** Dispatcher processes, live and recent. */
export const dispatchers = pgTable(
  'dispatchers',
  {
    id: text('id').primaryKey(),
    hostname: text('hostname').notNull(),
    pid: integer('pid').notNull(),
    version: text('version').notNull(),
    status: text('status').notNull().default('ACTIVE'),
    startedAt: instant('started_at').notNull().defaultNow(),
    heartbeatAt: instant('heartbeat_at').notNull().defaultNow(),
    stoppedAt: instant('stopped_at'),
  },
  () => [check('dispatchers_status_known', sql`status IN ('ACTIVE', 'STOPPED', 'LOST')`)],
)
