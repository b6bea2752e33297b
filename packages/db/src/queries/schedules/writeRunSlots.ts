import type { Tx } from '../../database.ts'
import type { Reason } from '../../states.ts'
import { instantArray, plainArray, sparseArray } from '../types.ts'

/** One due instant of a schedule and its verdict. */
export interface RunSlot {
  scheduleId: number
  slot: Date
  /** It starts only when nothing else of its schedule is active. */
  isExclusive: boolean
  /** Set: the run is CANCELLED from the start, and this is why. */
  skipped: { reason: Reason; message: string } | null
}

/** Where a schedule stands after its due slots. */
export interface ScheduleAdvance {
  scheduleId: number
  /** Null: it will not fire again and is completed. */
  nextRunAt: Date | null
  /** Set: the row cannot be scheduled (SQL wrote it) and is disabled for this reason. */
  disabledReason: string | null
}

/** Changes told one by one by a statement. */
const MOST_TOLD = 200

const text = `
WITH slot AS (
  SELECT * FROM unnest($1::bigint[], $2::timestamptz[], $3::boolean[], $4::text[], $5::text[])
    AS s (schedule_id, slot, is_exclusive, reason, message)
), written AS (
  INSERT INTO schedule_runs (schedule_id, version_id, scheduled_time, status, finished_at, trigger, is_exclusive, reason, error_message)
  SELECT s.schedule_id, d.version_id, s.slot, CASE WHEN s.reason IS NULL THEN 'PENDING' ELSE 'CANCELLED' END::run_status,
    CASE WHEN s.reason IS NOT NULL THEN clock_timestamp() END, 'cron', s.is_exclusive, s.reason, s.message
  FROM slot AS s JOIN schedules AS d ON d.id = s.schedule_id
  ON CONFLICT (schedule_id, scheduled_time) WHERE trigger = 'cron' DO NOTHING
  RETURNING id, schedule_id, status
), advanced AS (
  UPDATE schedules AS d
  SET next_run_at = a.next_run_at, disabled_reason = a.disabled_reason,
      completed_at = CASE WHEN a.next_run_at IS NULL AND a.disabled_reason IS NULL AND (d.cron_expression IS NOT NULL OR d.frequency IS NOT NULL)
        THEN now() END
  FROM unnest($6::bigint[], $7::timestamptz[], $8::text[]) AS a (schedule_id, next_run_at, disabled_reason)
  WHERE d.id = a.schedule_id
  RETURNING d.id, d.title, d.is_enabled, d.next_run_at
), told AS MATERIALIZED (
  SELECT jobu_tell('schedule', (SELECT json_agg(json_build_object('id', id, 'action', 'dispatch', 'title', left(title, 255),
    'is_enabled', is_enabled, 'next_run_at', jobu_iso(next_run_at))) FROM (SELECT * FROM advanced LIMIT ${MOST_TOLD}) AS first))
  UNION ALL
  SELECT jobu_tell('run', (SELECT json_agg(json_build_object('id', id, 'schedule_id', schedule_id, 'status', status))
    FROM (SELECT * FROM written LIMIT ${MOST_TOLD}) AS first))
)
SELECT (count(*) FILTER (WHERE status = 'PENDING'))::integer AS created, (count(*) FILTER (WHERE status = 'CANCELLED'))::integer AS skipped,
  coalesce(array_agg(DISTINCT schedule_id) FILTER (WHERE status = 'PENDING'), '{}') AS "scheduleIds", (SELECT count(*) FROM told) FROM written`

/**
 * Turns verdicts into runs and moves their schedules on, in one transaction. A slot that already has a run is left alone.
 *
 * Locks: inserts; the schedules, which the caller holds already. Index: `schedule_runs_slot_key`, primary key.
 * Called by: dispatchDueSchedules.
 *
 * @returns how many runs wait to start, and of which schedules; how many slots were skipped
 */
export async function writeRunSlots(
  tx: Tx,
  slots: RunSlot[],
  advances: ScheduleAdvance[],
): Promise<{ created: number; skipped: number; scheduleIds: number[] }> {
  // Apart, since naming the column wakes every dispatcher (schedules_changed), and a usual fire must not.
  const disabled = advances.filter((one) => one.disabledReason !== null)
  if (disabled.length > 0) {
    await tx.query(
      'UPDATE schedules SET is_enabled = false, updated_at = now() WHERE id = ANY ($1::bigint[])',
      [plainArray(disabled.map((one) => one.scheduleId))],
    )
  }
  const { rows } = await tx.query<{ created: number; skipped: number; scheduleIds: Array<number | string> }>({
    name: 'writeRunSlots',
    text,
    values: [
      plainArray(slots.map((one) => one.scheduleId)),
      instantArray(slots.map((one) => one.slot)),
      slots.map((one) => one.isExclusive),
      sparseArray(slots.map((one) => one.skipped?.reason ?? null)),
      sparseArray(slots.map((one) => one.skipped?.message ?? null)),
      plainArray(advances.map((one) => one.scheduleId)),
      instantArray(advances.map((one) => one.nextRunAt)),
      sparseArray(advances.map((one) => one.disabledReason)),
    ],
  })
  const { created, skipped, scheduleIds } = rows[0]!
  return { created, skipped, scheduleIds: scheduleIds.map(Number) }
}
