import type { Tx } from '../database.ts'

/** Running executions looked at: more than any installation's workers hold, and bounded. */
const MAX_LOOKED_AT = 50_000

const text = `
SELECT worker_id AS "workerId", array_agg(id ORDER BY id) AS ids
FROM (
  SELECT worker_id, id, row_number() OVER (PARTITION BY worker_id ORDER BY id) AS place
  FROM (SELECT worker_id, id FROM job_executions WHERE status = 'RUNNING' LIMIT ${MAX_LOOKED_AT}) AS running
  WHERE worker_id = ANY ($1)
) AS held
WHERE place <= $2
GROUP BY worker_id`

/**
 * The executions that workers hold now, of each the first `limit` by id; a worker that holds none is missing.
 *
 * Index: `job_executions_lease_idx`, which has what runs and nothing else. Called by: the admin API.
 */
export async function executionsHeldBy(
  tx: Tx,
  workerIds: string[],
  limit: number,
): Promise<Map<string, number[]>> {
  if (workerIds.length === 0) return new Map()
  const { rows } = await tx.query<{ workerId: string; ids: Array<number | string> }>({
    name: 'executionsHeldBy',
    text,
    values: [workerIds, limit],
  })
  return new Map(rows.map(({ workerId, ids }) => [workerId, ids.map(Number)]))
}
