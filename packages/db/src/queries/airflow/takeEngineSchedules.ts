import type { Tx } from '../../database.ts'
import type { EngineState } from './engineState.ts'

/** A schedule taken for one look at it in its engine. */
export interface TakenSchedule {
  id: number
  title: string
  description: string | null
  owner: string | null
  tags: string[]
  /** It runs in another engine no longer: deleted, or taken back by jobu. */
  isGone: boolean
  isDeleted: boolean
  state: EngineState | null
  versionId: number
  cronExpression: string | null
  isOnce: boolean
  timezone: string
  startDate: Date | null
  endDate: Date | null
  isEnabled: boolean
  maxActiveRuns: number
  /** The lease; whoever finishes the look names it. */
  leasedUntil: Date
  now: Date
}

const text = `
WITH due AS (
  SELECT id FROM schedules
  WHERE engine_sync_at <= now() AND coalesce((engine_state ->> 'leased_until')::timestamptz, '-infinity') <= now()
  ORDER BY engine_sync_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
), lease AS (
  SELECT date_trunc('milliseconds', now() + $2 * interval '1 second') AS until
)
UPDATE schedules AS s
SET engine_sync_at = lease.until,
    engine_state = coalesce(s.engine_state, '{}') || jsonb_build_object('leased_until', lease.until)
FROM due, lease WHERE s.id = due.id
RETURNING s.id, s.title, s.description, s.owner, s.tags, s.engine <> 'airflow' OR s.deleted_at IS NOT NULL AS "isGone",
  s.deleted_at IS NOT NULL AS "isDeleted",
  CASE WHEN s.engine_state ? 'state' THEN s.engine_state - 'leased_until' END AS state, s.version_id AS "versionId",
  s.cron_expression AS "cronExpression", s.frequency = 'once' AND s.cron_expression IS NULL AS "isOnce", s.timezone,
  s.start_date AS "startDate", s.end_date AS "endDate", s.is_enabled AND s.completed_at IS NULL AS "isEnabled",
  -- Airflow has no other way to keep a run from beginning beside another.
  CASE s.overlap_policy WHEN 'allow' THEN s.max_active_runs ELSE 1 END AS "maxActiveRuns",
  lease.until AS "leasedUntil", now() AS now`

/**
 * Takes schedules whose engine is to be looked at, under a lease: what the engine is asked is asked in no transaction. One
 * that is asked for anew meanwhile (`wakeEngine`) is taken again once the lease is given back.
 *
 * Locks: the schedules taken. Index: schedules_engine_idx. Called by: the dispatcher's AirflowLoop.
 */
export async function takeEngineSchedules(
  tx: Tx,
  { limit, leaseSeconds }: { limit: number; leaseSeconds: number },
): Promise<TakenSchedule[]> {
  const values = [limit, leaseSeconds]
  const { rows } = await tx.query<TakenSchedule>({ name: 'takeEngineSchedules', text, values })
  return rows.map((row) => ({ ...row, isOnce: row.isOnce ?? false }))
}

/** How long until the next one is due, in milliseconds; null: there is none. Index: schedules_engine_idx. */
export async function nextEngineSync(tx: Tx): Promise<number | null> {
  const { rows } = await tx.query<{ ms: number | null }>({
    name: 'nextEngineSync',
    text: `SELECT ceil(extract(epoch FROM min(greatest(engine_sync_at, (engine_state ->> 'leased_until')::timestamptz)) - now()) * 1000)::float8 AS ms
           FROM schedules WHERE engine_sync_at IS NOT NULL`,
  })
  return rows[0]!.ms
}
