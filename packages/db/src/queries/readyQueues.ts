import type { Tx } from '../database.ts'

// A loose index scan: each step jumps to the next distinct queue, so a million ready rows in one queue cost one step.
const text = `
WITH RECURSIVE queues AS (
  (SELECT queue FROM job_executions WHERE status = 'PENDING' AND ready_at IS NOT NULL ORDER BY queue LIMIT 1)
  UNION ALL
  SELECT (
    SELECT e.queue FROM job_executions AS e
    WHERE e.status = 'PENDING' AND e.ready_at IS NOT NULL AND e.queue > queues.queue
    ORDER BY e.queue LIMIT 1
  )
  FROM queues WHERE queues.queue IS NOT NULL
)
SELECT queue FROM queues WHERE queue IS NOT NULL`

/** The queues that hold claimable executions. Index: `job_executions_ready_idx`. Called by: a worker that serves all queues. */
export async function readyQueues(tx: Tx): Promise<string[]> {
  const { rows } = await tx.query<{ queue: string }>({ name: 'readyQueues', text })
  return rows.map((row) => row.queue)
}
