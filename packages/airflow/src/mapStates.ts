import type { RunStatus, TaskReason, TaskState, TriggerRule } from '@jobu/db'
import type { AirflowRun, AirflowTask } from './answers.ts'

/** What a run of Airflow is in jobu's words. */
export function runStatusOf(run: AirflowRun, isCancelled: boolean): RunStatus {
  if (run.state === 'queued') return run.startedAt === null ? 'PENDING' : 'RUNNING'
  if (run.state === 'running') return 'RUNNING'
  if (run.state === 'success') return 'SUCCESS'
  // Airflow knows no cancelled run: it is one that was set to failed.
  return isCancelled ? 'CANCELLED' : 'FAILED'
}

export const isActive = (run: AirflowRun): boolean => run.state === 'queued' || run.state === 'running'

/** What a task of Airflow is in jobu's words. */
export function taskStateOf(
  task: AirflowTask,
  rule: TriggerRule,
  isCancelled: boolean,
): { state: TaskState; reason: TaskReason | null } {
  switch (task.state) {
    case 'success':
      return { state: 'SUCCESS', reason: null }
    case 'failed':
      return isCancelled ? { state: 'CANCELLED', reason: 'RUN_CANCELLED' } : { state: 'FAILED', reason: null }
    case 'upstream_failed':
      return { state: 'SKIPPED', reason: 'UPSTREAM_FAILED' }
    case 'skipped':
    case 'removed':
      // Setting a run to failed makes Airflow skip what it has not come to.
      if (isCancelled) return { state: 'CANCELLED', reason: 'RUN_CANCELLED' }
      return { state: 'SKIPPED', reason: rule === 'one_failed' ? 'NOTHING_FAILED' : 'UPSTREAM_SKIPPED' }
    case 'running':
    case 'restarting':
    case 'deferred':
    case 'up_for_reschedule':
      // Something else than an execution of jobu's runs it.
      return { state: 'SUBRUN', reason: null }
    default:
      // Not come to yet, scheduled, queued, or before a retry.
      return { state: 'WAITING', reason: null }
  }
}
