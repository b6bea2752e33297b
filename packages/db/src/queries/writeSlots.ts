import type { Tx } from '../database.ts'
import type { Reason, Wait } from '../states.ts'
import { CHANNELS } from './channels.ts'
import { tellExecutionsOf } from './tellChanges.ts'
import { instantArray, plainArray, sparseArray } from './types.ts'

/** One due instant of a cron and its verdict. */
export interface Slot {
  jobId: number
  slot: Date
  /** Slot plus jitter. */
  runAt: Date
  /** A PENDING slot that must wait says for what. */
  waitingFor: Wait | null
  /** Set: the slot is SKIPPED, and this is why. */
  skipped: { reason: Reason; message: string; covers?: { first: Date; last: Date; count: number } } | null
}

/** Where a cron stands after its due slots. */
export interface CronAdvance {
  jobId: number
  /** Null: it will not fire again and is completed. */
  nextRunAt: Date | null
  /** Slots that became runs. */
  fired: number
  /** Set: the row cannot be scheduled (SQL wrote it) and is disabled for this reason. */
  disabledReason: string | null
}

const text = `
WITH slot AS (
  SELECT * FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[], $4::execution_wait[], $5::text[], $6::text[], $7::jsonb[])
    AS s (job_id, slot, run_at, waiting_for, reason, message, covers)
), written AS (
  INSERT INTO job_executions (job_id, scheduled_time, run_at, ready_at, waiting_for, status, finished_at, param_source,
    handler_name, params, queue, priority, max_retry, retry_delay_seconds, retry_backoff, timeout_seconds, reason, error_message, result)
  SELECT s.job_id, s.slot, s.run_at,
    CASE WHEN s.reason IS NULL AND s.waiting_for IS NULL THEN now() END, s.waiting_for,
    CASE WHEN s.reason IS NULL THEN 'PENDING' ELSE 'SKIPPED' END::execution_status,
    CASE WHEN s.reason IS NOT NULL THEN now() END,
    'cron', c.handler_name, c.handler_params, c.queue, c.priority, c.max_retry, c.retry_delay_seconds, c.retry_backoff,
    c.timeout_seconds, s.reason, s.message, s.covers
  FROM slot AS s JOIN cron_jobs AS c ON c.id = s.job_id
  ON CONFLICT (job_id, scheduled_time) WHERE job_id IS NOT NULL DO NOTHING
  RETURNING id, attempt, job_id, handler_name, status, queue, param_source, priority, scheduled_time, waiting_for, result
), advanced AS (
  UPDATE cron_jobs AS c
  SET next_run_at = a.next_run_at, run_count = c.run_count + a.fired,
      completed_at = CASE WHEN a.next_run_at IS NULL AND a.disabled_reason IS NULL THEN now() END,
      disabled_reason = a.disabled_reason
  FROM unnest($8::bigint[], $9::timestamptz[], $10::integer[], $11::text[]) AS a (job_id, next_run_at, fired, disabled_reason)
  WHERE c.id = a.job_id
), counted AS (
  -- One row may stand for many slots: the statistics count the slots, the totals the rows.
  INSERT INTO execution_stat_deltas (month, job_id, count, total_change, status, handler_name, queue, param_source, priority)
  SELECT date_trunc('month', scheduled_time, 'UTC') AS month, job_id, sum(coalesce((result ->> 'count')::integer, 1)), count(*), 'SKIPPED',
    handler_name, queue, param_source, priority
  FROM written WHERE status = 'SKIPPED' GROUP BY month, job_id, handler_name, queue, param_source, priority
), woken AS MATERIALIZED (
  SELECT pg_notify($12, queue) FROM (SELECT DISTINCT queue FROM written WHERE status = 'PENDING' AND waiting_for IS NULL) AS q
  UNION ALL${tellExecutionsOf('written')}
)
SELECT (count(*) FILTER (WHERE status = 'PENDING'))::integer AS fired, (count(*) FILTER (WHERE status = 'SKIPPED'))::integer AS skipped,
  (SELECT count(*) FROM woken) FROM written`

/**
 * Turns verdicts into executions and moves their crons on, in one transaction. A slot that already has a row (a
 * backfill made it) is left alone.
 *
 * Locks: inserts; the cron rows, which the caller holds already. Index: `job_executions_slot_key`, cron primary key.
 * Called by: dispatchDueCrons.
 */
export async function writeSlots(
  tx: Tx,
  slots: Slot[],
  advances: CronAdvance[],
): Promise<{ fired: number; skipped: number }> {
  // Apart, since naming the column wakes every dispatcher (cron_jobs_changed), and a usual fire must not. First, so that
  // the cron's history keeps the slot it stopped at.
  const disabled = advances.filter((one) => one.disabledReason !== null)
  if (disabled.length > 0) {
    await tx.query(
      'UPDATE cron_jobs SET is_enabled = false, version = version + 1, updated_at = now() WHERE id = ANY ($1::bigint[])',
      [plainArray(disabled.map((one) => one.jobId))],
    )
  }
  const { rows } = await tx.query<{ fired: number; skipped: number }>({
    name: 'writeSlots',
    text,
    values: [
      plainArray(slots.map((one) => one.jobId)),
      instantArray(slots.map((one) => one.slot)),
      instantArray(slots.map((one) => one.runAt)),
      sparseArray(slots.map((one) => one.waitingFor)),
      sparseArray(slots.map((one) => one.skipped?.reason ?? null)),
      sparseArray(slots.map((one) => one.skipped?.message ?? null)),
      sparseArray(slots.map((one) => one.skipped?.covers ?? null)),
      plainArray(advances.map((one) => one.jobId)),
      instantArray(advances.map((one) => one.nextRunAt)),
      plainArray(advances.map((one) => one.fired)),
      sparseArray(advances.map((one) => one.disabledReason)),
      CHANNELS.work,
    ],
  })
  return { fired: rows[0]!.fired, skipped: rows[0]!.skipped }
}
