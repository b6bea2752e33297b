import type { Tx } from '../../database.ts'
import { lockRunStats } from './lockRunStats.ts'

// Deltas of a run become visible in the order of their ids, so what is folded never falls below zero; should a row have been
// changed by hand, greatest() keeps the others going, and a rebuild corrects it.
const text = `
WITH taken AS (
  DELETE FROM schedule_run_deltas WHERE id IN (SELECT id FROM schedule_run_deltas ORDER BY id LIMIT $1)
  RETURNING quarter, schedule_id, status, change
), summed AS MATERIALIZED (
  SELECT quarter, coalesce(schedule_id, 0) AS schedule_id, status, sum(change)::integer AS change
  FROM taken GROUP BY GROUPING SETS ((quarter, schedule_id, status), (quarter, status)) HAVING sum(change) <> 0
), updated AS (
  UPDATE schedule_run_stats AS s SET count = greatest(s.count + n.change, 0)
  FROM summed AS n WHERE s.schedule_id = n.schedule_id AND s.quarter = n.quarter AND s.status = n.status
  RETURNING s.schedule_id, s.quarter, s.status
), inserted AS (
  INSERT INTO schedule_run_stats (quarter, schedule_id, status, count)
  SELECT quarter, schedule_id, status, change FROM summed AS n
  WHERE change > 0 AND NOT EXISTS (
    SELECT FROM schedule_run_stats AS s WHERE s.schedule_id = n.schedule_id AND s.quarter = n.quarter AND s.status = n.status
  )
)
SELECT count(*)::integer AS folded FROM taken`

/**
 * Folds changes of runs into their statistics, by schedule and for all of them together (`schedule_id` 0). Deltas are
 * written in the transaction that changes a run and deleted here, so each counts once whatever dies between.
 *
 * Locks: the right to write the statistics; where another has it, nothing is folded. Called by: the dispatcher.
 *
 * @returns how many deltas were folded
 */
export async function foldRunStats(tx: Tx, limit: number): Promise<number> {
  if (!(await lockRunStats(tx, false))) return 0
  const { rows } = await tx.query<{ folded: number }>({ name: 'foldRunStats', text, values: [limit] })
  return rows[0]!.folded
}
