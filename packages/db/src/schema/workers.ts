import { sql } from 'drizzle-orm'
import { check, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core'

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
