import type { Tx } from '../database.ts'
import type { DayMatch, MisfirePolicy, OverlapPolicy } from '../states.ts'

export interface DueCron {
  id: number
  cronExpression: string
  timezone: string
  dayMatch: DayMatch
  overlapPolicy: OverlapPolicy
  misfirePolicy: MisfirePolicy
  misfireLimit: number
  misfireGraceSeconds: number
  endAt: Date | null
  jitterSeconds: number
  /** Runs it may still start; null without `max_runs`. */
  runsLeft: number | null
  /** The oldest slot that is due. */
  nextRunAt: Date
  /** The transaction's time, by the database's clock: the same for all rows. */
  now: Date
}

/** As SQL selects them for `DueCron`. */
export const DUE_CRON_COLUMNS = `id, cron_expression AS "cronExpression", timezone, day_match AS "dayMatch", overlap_policy AS "overlapPolicy",
  misfire_policy AS "misfirePolicy", misfire_limit AS "misfireLimit", misfire_grace_seconds AS "misfireGraceSeconds",
  end_at AS "endAt", jitter_seconds AS "jitterSeconds", max_runs - run_count AS "runsLeft",
  next_run_at AS "nextRunAt", now() AS now`

const text = `
SELECT ${DUE_CRON_COLUMNS}
FROM cron_jobs
WHERE is_enabled AND next_run_at IS NOT NULL AND next_run_at <= now()
  AND (SELECT is_running FROM scheduler_state WHERE scheduler_state.id = 1)
ORDER BY next_run_at
LIMIT $1
FOR UPDATE SKIP LOCKED`

/**
 * Takes due crons, oldest slot first, until the transaction ends. A row under edit, or held by another dispatcher, is
 * passed over; it is found again at the next pass. None while the scheduler is stopped: they stay due.
 *
 * Locks: the rows returned. Index: `cron_jobs_due_idx`. Called by: dispatchDueCrons.
 */
export async function lockDueCrons(tx: Tx, limit: number): Promise<DueCron[]> {
  const { rows } = await tx.query<DueCron>({ name: 'lockDueCrons', text, values: [limit] })
  return rows
}
