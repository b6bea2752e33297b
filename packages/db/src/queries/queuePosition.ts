import type { Tx } from '../database.ts'

/** So many executions are counted; before more of them one is only said to stand behind at least so many. */
export const MAX_AHEAD_COUNTED = 10_000

// Two stretches of the ready index, each a range of it: an OR of both would walk the whole queue.
const text = `
SELECT count(*)::integer AS ahead FROM (
  (SELECT FROM job_executions
   WHERE status = 'PENDING' AND ready_at IS NOT NULL AND queue = $1 AND priority > $2 LIMIT $5 + 1)
  UNION ALL
  (SELECT FROM job_executions
   WHERE status = 'PENDING' AND ready_at IS NOT NULL AND queue = $1 AND priority = $2 AND (ready_at, id) < ($3, $4) LIMIT $5 + 1)
) AS ahead`

/**
 * How many claimable executions a worker takes from the same queue before this one.
 *
 * Index: `job_executions_ready_idx`. Called by: admin.
 */
export async function queuePosition(
  tx: Tx,
  row: { id: number; queue: string; priority: number; readyAt: Date },
): Promise<{ ahead: number; isExact: boolean }> {
  const { rows } = await tx.query<{ ahead: number }>({
    name: 'queuePosition',
    text,
    values: [row.queue, row.priority, row.readyAt, row.id, MAX_AHEAD_COUNTED],
  })
  const { ahead } = rows[0]!
  return { ahead: Math.min(ahead, MAX_AHEAD_COUNTED), isExact: ahead <= MAX_AHEAD_COUNTED }
}
