import type { Tx } from '../database.ts'

/** How many executions each of these workers holds now. Index: `job_executions_lease_idx`. Called by: admin. */
export async function runningPerWorker(tx: Tx, workerIds: string[]): Promise<Map<string, number>> {
  if (workerIds.length === 0) return new Map()
  const { rows } = await tx.query<{ workerId: string; count: number }>({
    name: 'runningPerWorker',
    text: `SELECT worker_id AS "workerId", count(*)::integer AS count FROM job_executions
      WHERE status = 'RUNNING' AND lease_expires_at IS NOT NULL AND worker_id = ANY ($1) GROUP BY worker_id`,
    values: [workerIds],
  })
  return new Map(rows.map(({ workerId, count }) => [workerId, count]))
}
