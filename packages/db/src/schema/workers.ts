import { check, integer, pgTable, sql, text, timestamp } from '../drizzle.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/** Worker processes, live and recent. */
export const workers = pgTable(
  'workers',
  {
    id: text('id').primaryKey(),
    hostname: text('hostname').notNull(),
    pid: integer('pid').notNull(),
    version: text('version').notNull(),
    status: text('status').notNull().default('ACTIVE'),
    queues: text('queues').array().notNull(),
    handlers: text('handlers').array().notNull(),
    poolSize: integer('pool_size').notNull(),
    running: integer('running').notNull().default(0),
    startedAt: instant('started_at').notNull().defaultNow(),
    heartbeatAt: instant('heartbeat_at').notNull().defaultNow(),
    stoppedAt: instant('stopped_at'),
  },
  () => [check('workers_status_known', sql`status IN ('ACTIVE', 'DRAINING', 'STOPPED', 'LOST')`)],
)
