import type { TaskDefinition, TaskKind, TriggerRule } from '../../api/scheduleTypes.ts'
import type { Status } from '../status.ts'

/** A task as the graph draws it; `status` and `note` are for those of a run. */
export interface DagTask {
  key: string
  dependsOn: string[]
  kind: TaskKind
  /** Below the key: the handler, the event it waits for. */
  label?: string | undefined
  rule?: TriggerRule | undefined
  hasCondition?: boolean
  isEach?: boolean
  status?: Status | undefined
  /** Beside the status, as a duration or `3/10`. */
  note?: string | undefined
  /** Something about it is wrong. */
  isFaulty?: boolean
}

export function kindOf(task: TaskDefinition): TaskKind {
  if (task.schedule_id !== undefined) return 'schedule'
  if (task.approval) return 'approval'
  return task.wait_for ? 'event' : 'handler'
}

/** A task of a definition, as the graph draws it. */
export const dagTaskOf = (task: TaskDefinition): DagTask => ({
  key: task.key,
  dependsOn: task.depends_on ?? [],
  kind: kindOf(task),
  label: task.handler_name ?? task.wait_for?.event ?? (task.schedule_id ? `#${task.schedule_id}` : undefined),
  rule: task.trigger_rule,
  hasCondition: Boolean(task.condition),
  isEach: task.for_each !== undefined && task.for_each !== null && task.for_each !== '',
})
