import type { Tx } from '../database.ts'
import { EXECUTION_STATUSES, type ExecutionStatus } from '../states.ts'
import { UNFOLDED } from './unfoldedDeltas.ts'

/** A table expression: how many have settled in each status. */
export const SETTLED_EVER = `
SELECT status, sum(count)::bigint AS count FROM (
  SELECT status, count FROM execution_stats_all_time
  UNION ALL
  SELECT status, count FROM ${UNFOLDED} AS delta
) AS entry GROUP BY status`

/**
 * How many executions have settled in each status, ever: retention takes nothing away. A skipped one that stands for
 * several slots counts as so many; one that was retried counts again when it settles again.
 *
 * Cost: one row per handler and status, and what is not folded yet. Called by: the admin API.
 */
export async function cumulativeStats(tx: Tx): Promise<Record<ExecutionStatus, number>> {
  const { rows } = await tx.query<{ status: ExecutionStatus; count: number | string }>({
    name: 'cumulativeStats',
    text: SETTLED_EVER,
  })
  const counts = Object.fromEntries(EXECUTION_STATUSES.map((status) => [status, 0]))
  for (const { status, count } of rows) counts[status] = Number(count)
  return counts as Record<ExecutionStatus, number>
}
