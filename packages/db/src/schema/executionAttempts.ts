import { bigint, check, integer, pgTable, primaryKey, sql, text, timestamp } from '../drizzle.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/**
 * Attempts that did not succeed, partitioned like `job_executions`. The one that succeeded is the execution's
 * own row, so that the usual case writes nothing here.
 */
export const executionAttempts = pgTable(
  'execution_attempts',
  {
    executionId: bigint('execution_id', { mode: 'number' }).notNull(),
    scheduledTime: instant('scheduled_time').notNull(),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at').notNull().defaultNow(),
    attempt: integer('attempt').notNull(),
    outcome: text('outcome').notNull(),
    workerId: text('worker_id'),
    reason: text('reason'),
    errorMessage: text('error_message'),
    errorStack: text('error_stack'),
  },
  (t) => [
    primaryKey({ name: 'execution_attempts_pkey', columns: [t.executionId, t.attempt, t.scheduledTime] }),
    check(
      'execution_attempts_outcome_known',
      sql`outcome IN ('SUCCESS', 'FAILED', 'TIMEOUT', 'CANCELLED', 'RELEASED')`,
    ),
  ],
)
