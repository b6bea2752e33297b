import { bigint, boolean, check, pgTable, smallint, sql, text, timestamp } from '../drizzle.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/**
 * The one row that every claim and every dispatch reads in its own statement: a stop or a reservation therefore holds
 * from its commit on, whatever a process remembers.
 */
export const schedulerState = pgTable(
  'scheduler_state',
  {
    id: smallint('id').primaryKey().default(1),
    /** False: nothing is claimed and no cron is dispatched. */
    isRunning: boolean('is_running').notNull().default(true),
    changedAt: instant('changed_at').notNull().defaultNow(),
    changedBy: text('changed_by'),
    /** A reservation holds the queue: nothing is claimed, but slots still become PENDING executions. */
    reservedAt: instant('reserved_at'),
    reservedUntil: instant('reserved_until'),
    reservedBy: text('reserved_by'),
    reservationReason: text('reservation_reason'),
    /** The execution the queue is held for, which alone may be claimed; null: none may. */
    reservedForExecution: bigint('reserved_for_execution', { mode: 'number' }),
    reservedForTime: instant('reserved_for_time'),
  },
  () => [
    check('scheduler_state_is_one_row', sql`id = 1`),
    check(
      'scheduler_state_reservation_is_whole',
      sql`num_nulls(reserved_at, reserved_until, reserved_by, reservation_reason) IN (0, 4) AND num_nulls(reserved_for_execution, reserved_for_time) IN (0, 2)`,
    ),
  ],
)
