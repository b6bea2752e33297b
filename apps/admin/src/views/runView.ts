import type { ArtifactRow, LogRow, RunRow, RunTaskRow, TaskCount, TaskItemRow } from '@jobu/db'
import type { TASK_WAITS } from '../schemas/scheduleRunAnswer.ts'
import { artifactView } from '../services/artifactService.ts'
import { logView } from './jobView.ts'
import { durationMs } from './scheduleView.ts'

type Wait = (typeof TASK_WAITS)[number]

/** A run as the API shows it in lists: without its tasks. */
export function runView(row: RunRow, counts: readonly TaskCount[]) {
  const taskCounts = { PENDING: 0, RUNNING: 0, SUCCESS: 0, FAILED: 0, TIMEOUT: 0, CANCELLED: 0, SKIPPED: 0 }
  for (const { status, count } of counts) taskCounts[status] += count
  return {
    id: row.id,
    run_id: row.id,
    schedule_id: row.scheduleId,
    schedule_title: row.scheduleTitle,
    version: row.version,
    status: row.status,
    trigger: row.trigger,
    params: row.params,
    scheduled_time: row.scheduledTime,
    created_at: row.createdAt,
    started_at: row.startedAt,
    finished_at: row.finishedAt,
    duration_ms: durationMs(row),
    round: row.round,
    created_by: row.createdBy,
    reason: row.reason,
    error_message: row.errorMessage,
    parent:
      row.parentRunId === null
        ? null
        : {
            schedule_id: row.parentScheduleId!,
            run_id: row.parentRunId,
            task_key: row.parentTaskKey!,
          },
    external_run_id: row.externalRunId,
    task_counts: taskCounts,
  }
}
export type RunItem = ReturnType<typeof runView>

/** What a task shows beside its row. */
export interface TaskDetails {
  trace: string | null
  logs: readonly LogRow[]
  artifacts: readonly ArtifactRow[]
  /** Of each number the key. */
  keys: readonly string[]
}

export function runTaskView(row: RunTaskRow, { trace, logs, artifacts, keys }: TaskDetails) {
  const approval = row.spec.approval as { role?: 'operator' | 'admin'; message?: string | null } | undefined
  const hasFailed = row.status === 'FAILED' || row.status === 'TIMEOUT'
  return {
    key: row.key,
    kind: row.kind,
    handler_name: row.handlerName,
    depends_on: row.parents.map((no) => keys[no]!),
    trigger_rule: row.triggerRule,
    queue: row.queue,
    priority: row.priority,
    ...taskFields(row),
    error: hasFailed ? { message: row.errorMessage, trace } : null,
    items:
      row.spec.for_each === undefined
        ? null
        : { total: row.items, left: row.itemsLeft, failed: row.itemsFailed },
    approval: approval
      ? {
          role: approval.role ?? ('operator' as const),
          message: approval.message ?? null,
          deadline_at: row.deadlineAt,
        }
      : null,
    artifacts: artifacts.map(artifactView),
    logs: logs.map(logView),
  }
}
export type RunTaskView = ReturnType<typeof runTaskView>

/** An item of a task's list. */
export function taskItemView(row: TaskItemRow) {
  return { item: row.item, value: row.value, ...taskFields(row) }
}

function taskFields(task: RunTaskRow) {
  const row = task.engineFacts === null ? task : withFacts(task, task.engineFacts)
  return {
    status: row.status,
    waiting_for: waitOf(row),
    reason: row.reason,
    execution_id: row.executionId,
    attempts: row.attempts,
    created_at: row.createdAt,
    started_at: row.startedAt,
    finished_at: row.finishedAt,
    duration_ms: durationMs(row),
    error_message: row.errorMessage,
    result: row.result,
    progress_percentage: row.progressPercentage,
    current_step: row.currentStep,
    worker_id: row.workerId,
    executions: [...row.earlierExecutions, ...(row.executionId === null ? [] : [row.executionId])],
    child_run: row.childRunId === null ? null : { schedule_id: row.childScheduleId!, run_id: row.childRunId },
  }
}

/** What another engine says of a task that it ran. */
function withFacts(row: RunTaskRow, facts: Record<string, unknown>): RunTaskRow {
  return {
    ...row,
    attempts: Number(facts.attempts ?? 0),
    startedAt: typeof facts.started_at === 'string' ? new Date(facts.started_at) : null,
    workerId: typeof facts.hostname === 'string' ? facts.hostname : null,
  }
}

function waitOf({ state, status, kind }: RunTaskRow): Wait | null {
  if (state === 'WAITING') return 'upstream'
  if (state === 'DECIDING') return 'decision'
  if (state === 'AWAITING') return kind === 'event' ? 'event' : 'approval'
  return state === 'QUEUED' && status === 'PENDING' ? 'worker' : null
}
