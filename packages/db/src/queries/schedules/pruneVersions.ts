import type { Tx } from '../../database.ts'

// A run has the version that was the newest when it was made, so one that was followed by another within retention may
// still be somebody's and is not looked at.
const text = `
WITH unused AS (
  SELECT v.id FROM schedule_versions AS v JOIN schedules AS s ON s.id = v.schedule_id
  WHERE v.id IS DISTINCT FROM s.version_id
    AND EXISTS (
      SELECT FROM schedule_versions AS n
      WHERE n.schedule_id = v.schedule_id AND n.version = v.version + 1 AND n.created_at < now() - $1 * interval '1 day'
    )
    AND NOT EXISTS (SELECT FROM schedule_runs AS r WHERE r.schedule_id = v.schedule_id AND r.version_id = v.id)
  ORDER BY v.id LIMIT $2 FOR UPDATE OF v SKIP LOCKED
), tasks AS (
  DELETE FROM schedule_tasks WHERE version_id = ANY (ARRAY (SELECT id FROM unused))
), edges AS (
  DELETE FROM schedule_edges WHERE version_id = ANY (ARRAY (SELECT id FROM unused))
), versions AS (
  DELETE FROM schedule_versions WHERE id = ANY (ARRAY (SELECT id FROM unused)) RETURNING id
)
SELECT count(*)::integer AS deleted FROM versions`

/**
 * Deletes versions of schedules that a newer one followed before retention, and that no run has any more.
 *
 * Locks: the rows deleted. Index: `schedule_versions_version_key`, `schedule_runs_list_idx`. Called by: the dispatcher.
 *
 * @returns how many it deleted
 */
export async function pruneVersions(tx: Tx, retentionDays: number, limit: number): Promise<number> {
  const { rows } = await tx.query<{ deleted: number }>(text, [retentionDays, limit])
  return rows[0]!.deleted
}
