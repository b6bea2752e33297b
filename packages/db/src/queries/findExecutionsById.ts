import type { Tx } from '../database.ts'
import type { ExecutionStatus } from '../states.ts'
import { type ExecutionKey, plainArray } from './types.ts'

/** The keys and statuses of executions of which only the ids are known, oldest id first. Index: primary key, in every month. */
export async function findExecutionsById(
  tx: Tx,
  ids: readonly number[],
): Promise<Array<ExecutionKey & { status: ExecutionStatus }>> {
  const { rows } = await tx.query<ExecutionKey & { status: ExecutionStatus }>({
    name: 'findExecutionsById',
    text: `SELECT id, scheduled_time AS "scheduledTime", status FROM job_executions WHERE id = ANY ($1::bigint[])`,
    values: [plainArray(ids)],
  })
  return rows.sort((a, b) => a.id - b.id)
}
