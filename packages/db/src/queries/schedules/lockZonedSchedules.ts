import type { Tx } from '../../database.ts'
import type { DayMatch } from '../../states.ts'

/** What of a schedule its next run follows from. */
export interface PlannedSchedule {
  id: number
  cronExpression: string
  timezone: string
  dayMatch: DayMatch
  startDate: Date | null
  endDate: Date | null
  /** By the database's clock. */
  now: Date
}

export const PLANNED_COLUMNS = `id, cron_expression AS "cronExpression", timezone, day_match AS "dayMatch", start_date AS "startDate",
  end_date AS "endDate", now() AS now`

/**
 * Zoned schedules after `afterId`, to compute their next run anew when the zone data has changed.
 *
 * Locks: the rows returned. Index: primary key. Called by: replanSchedules.
 */
export async function lockZonedSchedules(tx: Tx, afterId: number, limit: number): Promise<PlannedSchedule[]> {
  const { rows } = await tx.query<PlannedSchedule>(
    `SELECT ${PLANNED_COLUMNS} FROM schedules
     WHERE is_enabled AND next_run_at > now() AND timezone <> 'UTC' AND cron_expression IS NOT NULL AND engine = 'jobu' AND id > $1
     ORDER BY id LIMIT $2 FOR UPDATE`,
    [afterId, limit],
  )
  return rows
}
