import type { Tx } from '../../database.ts'

/** A file that a task of a run left, whole. */
export interface RunArtifact {
  id: number
  executionId: number
  attempt: number
  taskKey: string | null
  name: string
  contentType: string
  sizeBytes: number
  sha256: string | null
  createdAt: Date
}

/** What the tasks of a run left, in the order in which it was begun. Index: `artifacts_run_idx`. Called by: the admin API. */
export async function runArtifacts(tx: Tx, runId: number): Promise<RunArtifact[]> {
  const { rows } = await tx.query<RunArtifact>({
    name: 'runArtifacts',
    text: `SELECT a.id, a.execution_id AS "executionId", a.attempt, d.key AS "taskKey", a.name, a.content_type AS "contentType",
        a.size_bytes AS "sizeBytes", a.sha256, a.created_at AS "createdAt"
      FROM artifacts AS a
      LEFT JOIN task_runs AS t ON t.id = a.task_run_id
      LEFT JOIN schedule_tasks AS d ON d.version_id = t.version_id AND d.no = t.task_no
      WHERE a.run_id = $1 AND a.finished_at IS NOT NULL ORDER BY a.id`,
    values: [runId],
  })
  return rows
}
