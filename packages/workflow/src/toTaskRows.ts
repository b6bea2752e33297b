import type { RetryBackoff, TaskKind, TriggerRule } from '@jobu/db'
import { hasTemplate } from './expressions/template.ts'
import { graphOf } from './graph.ts'
import type { TaskDefinition } from './taskSchema.ts'

/** A row of `schedule_tasks`, without its version. */
export interface TaskRow {
  no: number
  parents: number
  maxRetry: number
  retryDelaySeconds: number
  timeoutSeconds: number | null
  kind: TaskKind
  triggerRule: TriggerRule
  retryBackoff: RetryBackoff
  priority: number
  isDecided: boolean
  key: string
  queue: string
  handlerName: string | null
  params: Record<string, unknown>
  spec: TaskSpec
}

/** What only a decision needs; what a task does not have is left out. */
export interface TaskSpec extends Record<string, unknown> {
  condition?: string
  for_each?: string | unknown[]
  schedule_id?: number
  approval?: { role: 'operator' | 'admin'; message?: string | null; deadline_seconds?: number | null }
  wait_for?: { event: string; deadline_seconds?: number | null }
}

/** A row of `schedule_edges`, without its version. */
export interface EdgeRow {
  parentNo: number
  childNo: number
}

/** What kind of task it is; one of another engine's operators counts as a handler's. */
export function kindOf(task: Pick<TaskDefinition, 'schedule_id' | 'approval' | 'wait_for'>): TaskKind {
  if (task.schedule_id !== undefined) return 'schedule'
  if (task.approval !== undefined) return 'approval'
  return task.wait_for === undefined ? 'handler' : 'event'
}

/** Tasks that `checkTasks` finds no fault with, in the form the engine releases them from. */
export function toTaskRows(tasks: readonly TaskDefinition[]): { tasks: TaskRow[]; edges: EdgeRow[] } {
  const { parents } = graphOf(tasks)
  return {
    tasks: tasks.map((task, no) => taskRow(task, no, parents[no]!.length)),
    edges: parents.flatMap((places, childNo) => places.map((parentNo) => ({ parentNo, childNo }))),
  }
}

function taskRow(task: TaskDefinition, no: number, parents: number): TaskRow {
  const kind = kindOf(task)
  const spec: TaskSpec = {}
  if (task.condition !== null) spec.condition = task.condition
  if (task.for_each !== null) spec.for_each = task.for_each
  if (task.schedule_id !== undefined) spec.schedule_id = task.schedule_id
  if (task.approval !== undefined) spec.approval = task.approval
  if (task.wait_for !== undefined) spec.wait_for = task.wait_for
  return {
    no,
    parents,
    maxRetry: task.max_retry,
    retryDelaySeconds: task.retry_delay_seconds,
    timeoutSeconds: task.timeout_seconds,
    kind,
    triggerRule: task.trigger_rule,
    retryBackoff: task.retry_backoff,
    priority: task.priority,
    isDecided: Object.keys(spec).length > 0 || hasTemplate(task.params),
    key: task.key,
    queue: task.queue,
    handlerName: kind === 'handler' ? (task.handler_name ?? task.operator!) : null,
    params: task.params,
    spec,
  }
}
