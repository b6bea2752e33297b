import type { Tx } from '../../database.ts'
import type { DayMatch, Frequency, MisfirePolicy, OverlapPolicy } from '../../states.ts'

export interface DueSchedule {
  id: number
  /** Null where SQL wrote a schedule without tasks. */
  versionId: number | null
  /** Null: it fires once, at `nextRunAt`. */
  cronExpression: string | null
  frequency: Frequency | null
  timezone: string
  dayMatch: DayMatch
  overlapPolicy: OverlapPolicy
  misfirePolicy: MisfirePolicy
  misfireLimit: number
  misfireGraceSeconds: number
  endDate: Date | null
  /** The oldest slot that is due. */
  nextRunAt: Date
  /** The transaction's time, by the database's clock: the same for all rows. */
  now: Date
}

const text = `
SELECT id, version_id AS "versionId", cron_expression AS "cronExpression", frequency, timezone, day_match AS "dayMatch",
  overlap_policy AS "overlapPolicy", misfire_policy AS "misfirePolicy", misfire_limit AS "misfireLimit",
  misfire_grace_seconds AS "misfireGraceSeconds", end_date AS "endDate", next_run_at AS "nextRunAt", now() AS now
FROM schedules
WHERE is_enabled AND next_run_at IS NOT NULL AND next_run_at <= now() AND engine = 'jobu'
  AND (SELECT is_running FROM scheduler_state WHERE scheduler_state.id = 1)
ORDER BY next_run_at
LIMIT $1
FOR UPDATE SKIP LOCKED`

/**
 * Takes due schedules of jobu's own engine, oldest slot first, until the transaction ends. One under edit, or held by
 * another dispatcher, is passed over; it is found again at the next pass. None while the scheduler is stopped.
 *
 * Locks: the rows returned. Index: `schedules_due_idx`. Called by: dispatchDueSchedules.
 */
export async function lockDueSchedules(tx: Tx, limit: number): Promise<DueSchedule[]> {
  const { rows } = await tx.query<DueSchedule>({ name: 'lockDueSchedules', text, values: [limit] })
  return rows
}
