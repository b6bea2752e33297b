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

const text = `
SELECT d.key, v.definition -> 'tasks' -> d.no ->> 'operator' AS operator, d.handler_name AS "handlerName", d.params,
  ARRAY (SELECT p.key FROM schedule_edges AS e JOIN schedule_tasks AS p ON p.version_id = e.version_id AND p.no = e.parent_no
    WHERE e.version_id = d.version_id AND e.child_no = d.no ORDER BY p.no) AS "dependsOn",
  d.trigger_rule AS "triggerRule", d.max_retry AS "maxRetry", d.retry_delay_seconds AS "retryDelaySeconds",
  d.retry_backoff AS "retryBackoff", d.timeout_seconds AS "timeoutSeconds", d.priority, d.queue
FROM schedule_tasks AS d JOIN schedule_versions AS v ON v.id = d.version_id
WHERE d.version_id = $1 ORDER BY d.no`

/** The tasks of a version in the order given. Index: primary keys. Called by: the dispatcher's AirflowSync. */
export async function engineTasks(tx: Tx, versionId: number): Promise<EngineTask[]> {
  return (await tx.query<EngineTask>({ name: 'engineTasks', text, values: [versionId] })).rows
}
