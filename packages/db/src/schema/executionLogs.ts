import { bigint, integer, jsonb, pgTable, primaryKey, text, timestamp } from '../drizzle.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/** Lines a handler logged, partitioned like `job_executions`; bounded per attempt by the worker. */
export const executionLogs = pgTable(
  'execution_logs',
  {
    executionId: bigint('execution_id', { mode: 'number' }).notNull(),
    scheduledTime: instant('scheduled_time').notNull(),
    loggedAt: instant('logged_at').notNull(),
    attempt: integer('attempt').notNull(),
    line: integer('line').notNull(),
    level: text('level').notNull(),
    message: text('message').notNull(),
    fields: jsonb('fields').$type<Record<string, unknown>>(),
  },
  (t) => [
    primaryKey({ name: 'execution_logs_pkey', columns: [t.executionId, t.attempt, t.line, t.scheduledTime] }),
  ],
)
