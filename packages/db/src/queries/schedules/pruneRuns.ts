import type { Tx } from '../../database.ts'
import { lockRunStats } from './lockRunStats.ts'

/** The setting that says from when on every run is there: the statistics of earlier ones cannot be counted anew. */
export const RUNS_KEPT_FROM = 'schedule_runs_kept_from'

// Up to a full quarter of an hour: the statistics count by these.
const cutoffText = `
SELECT date_bin('15 minutes', now() - $1 * interval '1 day', '2000-01-01 00:00:00Z') AS cutoff`

const text = `
WITH old AS (
  SELECT id FROM schedule_runs
  WHERE scheduled_time < $1 AND finished_at < $1 AND follow_up_at IS NULL
  ORDER BY scheduled_time, id LIMIT $2 FOR UPDATE SKIP LOCKED
), tasks AS (
  DELETE FROM task_runs WHERE run_id = ANY (ARRAY (SELECT id FROM old))
), runs AS (
  DELETE FROM schedule_runs WHERE id = ANY (ARRAY (SELECT id FROM old)) RETURNING id
)
SELECT count(*)::integer AS deleted FROM runs`

/**
 * Deletes the oldest runs that are past retention, with their tasks; their statistics stay. One that somebody holds, or that
 * something still follows from, is left for later.
 *
 * Locks: the rows deleted, and the right to write the statistics. Index: `schedule_runs_time_idx`, `task_runs_task_key`.
 * Called by: the dispatcher.
 *
 * @returns how many runs it deleted; fewer than `limit`: none are left
 */
export async function pruneRuns(tx: Tx, retentionDays: number, limit: number): Promise<number> {
  // A rebuild that had read the setting before would count what is no longer there.
  await lockRunStats(tx, true)
  const { rows: found } = await tx.query<{ cutoff: Date }>(cutoffText, [retentionDays])
  const { rows } = await tx.query<{ deleted: number }>(text, [found[0]!.cutoff, limit])
  if (rows[0]!.deleted > 0) {
    await tx.query(
      `INSERT INTO settings AS s (key, value) VALUES ($1, to_jsonb($2::timestamptz))
       ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()
       WHERE (s.value #>> '{}')::timestamptz < (excluded.value #>> '{}')::timestamptz`,
      [RUNS_KEPT_FROM, found[0]!.cutoff],
    )
  }
  return rows[0]!.deleted
}
