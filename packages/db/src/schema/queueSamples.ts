import { bigint, integer, pgTable, primaryKey, text, timestamp } from '../drizzle.ts'

/** What a queue held at a full minute. A queue without a row had nothing then, if `minute_samples` has that minute. */
export const queueSamples = pgTable(
  'queue_samples',
  {
    at: timestamp('at', { withTimezone: true, precision: 3 }).notNull(),
    /** Null: nothing was ready. */
    oldestReadyMs: bigint('oldest_ready_ms', { mode: 'number' }),
    ready: integer('ready').notNull(),
    running: integer('running').notNull(),
    queue: text('queue').notNull(),
  },
  (t) => [primaryKey({ name: 'queue_samples_pkey', columns: [t.at, t.queue] })],
)
