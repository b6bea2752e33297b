import type { Tx } from '../../database.ts'

/** Where in a run of a schedule an execution belongs. */
export interface TaskPlace {
  scheduleId: number
  runId: number
  taskKey: string
  /** Of a `for_each`: which item, from 0; null for a task that is none. */
  item: number | null
}

/** @returns null for a task whose run was deleted. Index: primary keys. Called by: ctx.task. */
export async function taskOf(tx: Tx, taskRunId: number): Promise<TaskPlace | null> {
  const { rows } = await tx.query<TaskPlace>(
    `SELECT r.schedule_id AS "scheduleId", r.id AS "runId", d.key AS "taskKey", nullif(t.item, -1) AS item
     FROM task_runs AS t
     JOIN schedule_runs AS r ON r.id = t.run_id
     JOIN schedule_tasks AS d ON d.version_id = t.version_id AND d.no = t.task_no
     WHERE t.id = $1`,
    [taskRunId],
  )
  return rows[0] ?? null
}
