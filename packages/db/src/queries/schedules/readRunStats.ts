import type { Tx } from '../../database.ts'
import type { RunStatus } from '../../states.ts'

export interface RunStat {
  /** Where the quarter of an hour begins. */
  quarter: Date
  status: RunStatus
  count: number
}

// One statement, one snapshot: a delta is either in the roll-up or still to be folded.
const text = `
SELECT quarter, status, sum(n)::integer AS count
FROM (
  SELECT quarter, status, count AS n FROM schedule_run_stats
  WHERE schedule_id = coalesce($3::bigint, 0) AND quarter >= $1 AND quarter < $2
  UNION ALL
  SELECT quarter, status, change FROM schedule_run_deltas
  WHERE quarter >= $1 AND quarter < $2 AND ($3::bigint IS NULL OR schedule_id = $3)
) AS entry
GROUP BY quarter, status HAVING sum(n) > 0
ORDER BY quarter, status`

/**
 * How many runs have which status, by the quarter of an hour of their scheduled time. Costs the same whatever the history
 * holds.
 *
 * Index: `schedule_run_stats_pkey`, `schedule_run_deltas_quarter_idx`. Called by: admin.
 *
 * @param span  from inclusive, to exclusive; `scheduleId` null: all schedules together
 */
export async function readRunStats(
  tx: Tx,
  { from, to, scheduleId }: { from: Date; to: Date; scheduleId: number | null },
): Promise<RunStat[]> {
  const { rows } = await tx.query<RunStat>({ name: 'readRunStats', text, values: [from, to, scheduleId] })
  return rows
}
