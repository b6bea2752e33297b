import type { Tx } from '../../database.ts'
import { instantArray, plainArray, sparseArray } from '../types.ts'
import type { ScheduleAdvance } from './writeRunSlots.ts'

/**
 * Sets when schedules run next; one without a next run is completed, one with a reason is disabled.
 *
 * Locks: the rows. Index: primary key. Called by: planSchedules.
 */
export async function setScheduleRuns(tx: Tx, plans: ScheduleAdvance[]): Promise<void> {
  if (plans.length === 0) return
  await tx.query(
    `UPDATE schedules AS s
     SET next_run_at = p.next_run_at, is_enabled = s.is_enabled AND p.reason IS NULL, disabled_reason = p.reason,
         completed_at = CASE WHEN p.next_run_at IS NULL AND p.reason IS NULL THEN now() END
     FROM unnest($1::bigint[], $2::timestamptz[], $3::text[]) AS p (id, next_run_at, reason) WHERE s.id = p.id`,
    [
      plainArray(plans.map((plan) => plan.scheduleId)),
      instantArray(plans.map((plan) => plan.nextRunAt)),
      sparseArray(plans.map((plan) => plan.disabledReason)),
    ],
  )
}
