import type { Tx } from '../database.ts'

/** So many claimable executions are counted; beyond it the queue is only said to be longer. */
export const MAX_QUEUE_COUNTED = 10_000
/** So many running executions are named, the newest. */
export const MAX_RUNNING_NAMED = 1_000

export interface SchedulerLoad {
  /** Claimable executions, at most `MAX_QUEUE_COUNTED`. */
  queueLength: number
  isQueueExact: boolean
  /** Newest start first. */
  runningIds: number[]
}

// The inner LIMIT bounds what is read, whatever the backlog.
const text = `
SELECT (
  SELECT count(*)::integer FROM (
    SELECT FROM job_executions WHERE status = 'PENDING' AND ready_at IS NOT NULL LIMIT $1 + 1
  ) AS ready
) AS ready, ARRAY(
  SELECT id FROM job_executions WHERE status = 'RUNNING' AND lease_expires_at IS NOT NULL
  ORDER BY started_at DESC, id DESC LIMIT $2
) AS running`

/** What waits to be claimed, and what runs. Index: `job_executions_ready_idx`, `job_executions_lease_idx`. Called by: admin. */
export async function schedulerLoad(tx: Tx): Promise<SchedulerLoad> {
  const { rows } = await tx.query<{ ready: number; running: Array<string | number> }>({
    name: 'schedulerLoad',
    text,
    values: [MAX_QUEUE_COUNTED, MAX_RUNNING_NAMED],
  })
  const { ready, running } = rows[0]!
  return {
    queueLength: Math.min(ready, MAX_QUEUE_COUNTED),
    isQueueExact: ready <= MAX_QUEUE_COUNTED,
    runningIds: running.map(Number),
  }
}
