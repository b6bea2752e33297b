import type { Tx } from '../database.ts'
import { EXECUTION_STATUSES, type ExecutionStatus } from '../states.ts'

const text = `
SELECT status, sum(count) AS count FROM (
  SELECT status, count FROM execution_stats_hourly
  UNION ALL
  SELECT status, count FROM execution_stat_deltas
) AS settled GROUP BY status`

/** How many executions ended in each status since the first one, from the roll-up and what is not folded yet. */
export async function cumulativeStats(tx: Tx): Promise<Record<ExecutionStatus, number>> {
  const { rows } = await tx.query<{ status: ExecutionStatus; count: string }>({
    name: 'cumulativeStats',
    text,
  })
  const counts = Object.fromEntries(EXECUTION_STATUSES.map((status) => [status, 0]))
  for (const { status, count } of rows) counts[status] = Number(count)
  return counts as Record<ExecutionStatus, number>
}
