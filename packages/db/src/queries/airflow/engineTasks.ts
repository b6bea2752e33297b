import type { Tx } from '../../database.ts'
import type { RetryBackoff, TriggerRule } from '../../states.ts'

/** A task of a version, for another engine. */
export interface EngineTask {
  key: string
  operator: string | null
  handlerName: string | null
  params: Record<string, unknown>
  dependsOn: string[]
  triggerRule: TriggerRule
  maxRetry: number
  retryDelaySeconds: number
  retryBackoff: RetryBackoff
  timeoutSeconds: number | null
  priority: number
  queue: string
}

const tasksText = `
SELECT d.no, d.key, v.definition -> 'tasks' -> d.no ->> 'operator' AS operator, d.handler_name AS "handlerName", d.params,
  d.trigger_rule AS "triggerRule", d.max_retry AS "maxRetry", d.retry_delay_seconds AS "retryDelaySeconds",
  d.retry_backoff AS "retryBackoff", d.timeout_seconds AS "timeoutSeconds", d.priority, d.queue
FROM schedule_tasks AS d JOIN schedule_versions AS v ON v.id = d.version_id
WHERE d.version_id = $1 ORDER BY d.no`
// All at once: looked for task by task, each would read every edge of the version.
const edgesText = `
SELECT parent_no AS "parentNo", child_no AS "childNo" FROM schedule_edges WHERE version_id = $1 ORDER BY parent_no`

/** The tasks of a version in the order given. Index: primary keys. Called by: the dispatcher's AirflowSync. */
export async function engineTasks(tx: Tx, versionId: number): Promise<EngineTask[]> {
  const { rows } = await tx.query<EngineTask & { no: number }>(tasksText, [versionId])
  const { rows: edges } = await tx.query<{ parentNo: number; childNo: number }>(edgesText, [versionId])
  const tasks = rows.map(({ no: _, ...task }): EngineTask => ({ ...task, dependsOn: [] }))
  for (const { parentNo, childNo } of edges) tasks[childNo]!.dependsOn.push(tasks[parentNo]!.key)
  return tasks
}
