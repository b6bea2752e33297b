import { bigint, pgTable, text, timestamp } from '../drizzle.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/** One row per `idempotency_key`: a unique index on the partitioned executions could not be global. */
export const idempotencyKeys = pgTable('idempotency_keys', {
  key: text('key').primaryKey(),
  /** SHA-256 of the request, to tell a repeat from another request under the same key. */
  requestHash: text('request_hash').notNull(),
  executionId: bigint('execution_id', { mode: 'number' }).notNull(),
  scheduledTime: instant('scheduled_time').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
})
