import type { Tx } from '../../database.ts'
import { plainArray } from '../types.ts'

/**
 * Makes decided tasks QUEUED, each with an execution of its own.
 *
 * Locks: none but its own rows; the caller holds their runs. Index: primary key. Called by: decideDueTasks.
 *
 * @param tasks  `params`: JSON text
 * @returns the queues in which something has become claimable; they are not notified yet
 */
export async function queueTasks(tx: Tx, tasks: Array<{ id: number; params: string }>): Promise<string[]> {
  if (tasks.length === 0) return []
  const ids = plainArray(tasks.map((task) => task.id))
  await tx.query({
    name: 'queueTasks',
    text: `
UPDATE task_runs
SET state = 'QUEUED', attention_at = NULL, execution_id = nextval('job_executions_id_seq'), execution_time = clock_timestamp()
WHERE id = ANY ($1::bigint[])`,
    values: [ids],
  })
  const { rows } = await tx.query<{ queues: string[] }>({
    name: 'queueTasks.enqueue',
    text: 'SELECT jobu_enqueue_tasks($1::bigint[], $2::jsonb) AS queues',
    values: [ids, `[${tasks.map((task) => task.params).join(',')}]`],
  })
  return rows[0]!.queues
}
