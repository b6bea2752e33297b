import type { Tx } from '../../database.ts'
import { PLANNED_COLUMNS, type PlannedSchedule } from './lockZonedSchedules.ts'

/**
 * Enabled schedules with an expression that have no next run and are not completed: written by SQL. There are few
 * schedules beside everything else, so all of them are looked at.
 *
 * Locks: the rows returned. Called by: planUnplannedSchedules.
 */
export async function lockUnplannedSchedules(tx: Tx, limit: number): Promise<PlannedSchedule[]> {
  const { rows } = await tx.query<PlannedSchedule>(
    `SELECT ${PLANNED_COLUMNS} FROM schedules
     WHERE is_enabled AND next_run_at IS NULL AND completed_at IS NULL AND cron_expression IS NOT NULL AND engine = 'jobu'
     ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED`,
    [limit],
  )
  return rows
}
