import type { Tx } from '../../database.ts'
import { ARTIFACT_COLUMNS, type ArtifactRow } from './artifactRows.ts'

/**
 * What the tasks before a task left: of each only what the attempt that succeeded left; of a `for_each` that of each item.
 * In the order of tasks, items and names.
 *
 * Index: primary keys, `task_runs_task_key`, `artifacts_name_key`. Called by: ctx.artifacts.
 *
 * @param taskKey  only this task's; null: of all that come before it
 */
export async function artifactsBefore(
  tx: Tx,
  taskRunId: number,
  taskKey: string | null,
): Promise<ArtifactRow[]> {
  const { rows } = await tx.query<ArtifactRow>(
    `WITH RECURSIVE before (version_id, no) AS (
       SELECT e.version_id, e.parent_no
       FROM task_runs AS t JOIN schedule_edges AS e ON e.version_id = t.version_id AND e.child_no = t.task_no WHERE t.id = $1
       UNION
       SELECT e.version_id, e.parent_no
       FROM before AS b JOIN schedule_edges AS e ON e.version_id = b.version_id AND e.child_no = b.no
     )
     SELECT ${ARTIFACT_COLUMNS}
     FROM before AS b
     JOIN schedule_tasks AS d ON d.version_id = b.version_id AND d.no = b.no AND ($2::text IS NULL OR d.key = $2)
     JOIN task_runs AS t ON t.run_id = (SELECT run_id FROM task_runs WHERE id = $1) AND t.task_no = b.no AND t.state = 'SUCCESS'
     JOIN job_executions AS e ON e.id = t.execution_id AND e.scheduled_time = t.execution_time AND e.status = 'SUCCESS'
     JOIN artifacts AS a ON a.execution_id = e.id AND a.attempt = e.attempt AND a.finished_at IS NOT NULL
     ORDER BY t.task_no, t.item, a.name, a.id`,
    [taskRunId, taskKey],
  )
  return rows
}
