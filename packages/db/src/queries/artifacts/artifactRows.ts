/** A file that an attempt left, whole. */
export interface ArtifactRow {
  id: number
  executionId: number
  attempt: number
  /** Of the task that left it; null where its execution is no task's. */
  taskKey: string | null
  name: string
  contentType: string
  sizeBytes: number
  /** Hexadecimal. */
  sha256: string
  createdAt: Date
}

/** The columns of an `ArtifactRow`, of `artifacts AS a`. */
export const ARTIFACT_COLUMNS = `a.id, a.execution_id AS "executionId", a.attempt, a.name, a.content_type AS "contentType",
  a.size_bytes AS "sizeBytes", a.sha256, a.created_at AS "createdAt",
  (SELECT d.key FROM task_runs AS t JOIN schedule_tasks AS d ON d.version_id = t.version_id AND d.no = t.task_no
   WHERE t.id = a.task_run_id) AS "taskKey"`
