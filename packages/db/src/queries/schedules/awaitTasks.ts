import type { Tx } from '../../database.ts'
import { plainArray } from '../types.ts'

/**
 * Makes decided tasks AWAITING: a person's approval, or an event.
 *
 * Locks: none but its own rows; the caller holds their runs. Index: primary key. Called by: decideDueTasks.
 *
 * @param tasks  `deadlineSeconds` null: for ever; `result`: what is awaited, `{event}`
 */
export async function awaitTasks(
  tx: Tx,
  tasks: Array<{ id: number; deadlineSeconds: number | null; result: { event: string } | null }>,
): Promise<void> {
  if (tasks.length === 0) return
  await tx.query({
    name: 'awaitTasks',
    text: `
UPDATE task_runs AS t
SET state = 'AWAITING', attention_at = clock_timestamp() + a.seconds * interval '1 second', result = nullif(a.result, 'null')
FROM ROWS FROM (unnest($1::bigint[]), unnest($2::integer[]), jsonb_array_elements($3::jsonb)) AS a (id, seconds, result)
WHERE t.id = a.id`,
    values: [
      plainArray(tasks.map((task) => task.id)),
      plainArray(tasks.map((task) => task.deadlineSeconds)),
      JSON.stringify(tasks.map((task) => task.result)),
    ],
  })
}
