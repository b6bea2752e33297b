import type { Tx } from '../../database.ts'
import { JobuError } from '../../errors.ts'
import type { TaskState } from '../../states.ts'
import { lockRun } from './lockRun.ts'

/** The tasks that failed or were not run because of that, or all, or one; each with those after it. */
export type Rerun = { from: 'failed' | 'all' } | { task: string }

interface Chosen {
  no: number
  key: string
  state: TaskState
  /** Something of it runs, though the task may have been marked final meanwhile. */
  isActive: boolean
}

// What comes after a chosen task is judged anew, so it must be chosen as well, unless it only waits. Chosen tasks come as an
// array, edges and executions by their keys (OFFSET 0): the planner does not know how many tasks are chosen, nor how many a
// run has that was made a moment ago, and would compare each with each.
const chosenText = `
WITH RECURSIVE chosen AS (
  SELECT t.task_no AS no FROM task_runs AS t
  WHERE t.run_id = $1 AND t.item = -1 AND CASE
    WHEN $3::text IS NOT NULL THEN t.task_no = (SELECT no FROM schedule_tasks WHERE version_id = $2 AND key = $3)
    WHEN $4 THEN true
    ELSE t.state IN ('FAILED', 'TIMEOUT', 'CANCELLED') OR t.state = 'SKIPPED' AND t.reason = 'UPSTREAM_FAILED'
  END
  UNION
  SELECT e.child_no FROM chosen AS c
  CROSS JOIN LATERAL (SELECT child_no FROM schedule_edges WHERE version_id = $2 AND parent_no = c.no OFFSET 0) AS e
)
SELECT t.task_no AS no, (SELECT key FROM schedule_tasks WHERE version_id = $2 AND no = t.task_no) AS key, t.state,
  EXISTS (
    SELECT FROM task_runs AS i CROSS JOIN LATERAL (
      SELECT status FROM job_executions WHERE id = i.execution_id AND scheduled_time = i.execution_time OFFSET 0
    ) AS e
    WHERE i.run_id = t.run_id AND i.task_no = t.task_no AND e.status IN ('PENDING', 'RUNNING')
  ) AS "isActive"
FROM task_runs AS t
WHERE t.run_id = $1 AND t.task_no = ANY (ARRAY (SELECT no FROM chosen)) AND t.item = -1
ORDER BY t.task_no`

/** States of a task in which a rerun would run it a second time beside the first. */
const ACTIVE: readonly TaskState[] = ['DECIDING', 'QUEUED', 'EXPANDED', 'AWAITING', 'SUBRUN']

/**
 * Runs tasks of a run again, and what comes after them; a run that has ended goes on. What succeeded and does not come after
 * one of them stays as it is. A run that was cancelled or skipped before it started is started. `max_active_runs` does not
 * hold a rerun back.
 *
 * Locks: the run. Called by: admin.
 *
 * @throws JobuError RUN_NOT_FOUND, TASK_NOT_FOUND; TASK_NOT_RERUNNABLE, naming the tasks that are active
 */
export async function rerunTasks(tx: Tx, runId: number, rerun: Rerun, _by: string): Promise<void> {
  const run = await lockRun(tx, runId)
  if (run.trigger === 'external' || run.externalRunId !== null) {
    throw new JobuError(
      'TASK_NOT_RERUNNABLE',
      `Run ${runId} is another engine's, which has to run its tasks again`,
    )
  }
  if (run.isCancelling) {
    throw new JobuError(
      'TASK_NOT_RERUNNABLE',
      `Run ${runId} is being cancelled; rerun it once it is CANCELLED`,
    )
  }
  const task = 'task' in rerun ? rerun.task : null
  const { rows: chosen } = await tx.query<Chosen>({
    name: 'tasksToRerun',
    text: chosenText,
    values: [runId, run.versionId, task, 'from' in rerun && rerun.from === 'all'],
  })
  if (chosen.length === 0) {
    if (await startAgain(tx, runId, task)) return
    if (task !== null) throw new JobuError('TASK_NOT_FOUND', `Run ${runId} has no task "${task}"`)
    throw new JobuError('TASK_NOT_RERUNNABLE', `Nothing of run ${runId} has failed`)
  }
  const active = chosen.filter(({ state, isActive }) => isActive || ACTIVE.includes(state))
  if (active.length > 0) {
    throw new JobuError(
      'TASK_NOT_RERUNNABLE',
      `Not all of what is to run again has ended: ${active.map(({ key, state }) => `${key} (${state})`).join(', ')}`,
    )
  }
  if (chosen.every(({ state }) => state === 'WAITING')) {
    throw new JobuError('TASK_NOT_RERUNNABLE', `Task "${task}" of run ${runId} has not run yet`)
  }
  await resetTasks(
    tx,
    runId,
    chosen.map(({ no }) => no),
  )
  await tx.query({
    name: 'rerunRun',
    text: `UPDATE schedule_runs SET round = round + 1, reason = NULL, error_message = NULL WHERE id = $1`,
    values: [runId],
  })
  await tx.query({ name: 'resumeRun', text: 'SELECT jobu_resume_run($1)', values: [runId] })
}

/**
 * Has tasks wait anew, as if they had never run; their executions become earlier ones, their items go. To be followed by
 * `jobu_resume_run`, which counts and judges.
 */
export async function resetTasks(tx: Tx, runId: number, nos: number[]): Promise<void> {
  await tx.query({
    name: 'deleteItems',
    text: 'DELETE FROM task_runs WHERE run_id = $1 AND task_no = ANY ($2::integer[]) AND item >= 0',
    values: [runId, nos],
  })
  await tx.query({
    name: 'resetTasks',
    text: `
UPDATE task_runs
SET state = 'WAITING', finished_at = NULL, attention_at = NULL, reason = NULL, error_message = NULL, result = NULL,
    items = 0, items_left = 0, items_failed = 0, child_run_id = NULL, execution_id = NULL, execution_time = NULL,
    earlier_executions = CASE WHEN execution_id IS NULL THEN earlier_executions ELSE earlier_executions || execution_id END
WHERE run_id = $1 AND task_no = ANY ($2::integer[]) AND item = -1`,
    values: [runId, nos],
  })
}

/** A run without tasks has never started: a slot that was skipped, or one cancelled while it was PENDING. */
async function startAgain(tx: Tx, runId: number, task: string | null): Promise<boolean> {
  if (task !== null) return false
  const { rowCount } = await tx.query({
    name: 'startAgain',
    text: `
UPDATE schedule_runs SET status = 'PENDING', finished_at = NULL, cancel_requested_at = NULL, follow_up_at = NULL, reason = NULL,
  error_message = NULL, round = round + 1
WHERE id = $1 AND started_at IS NULL AND status = 'CANCELLED'`,
    values: [runId],
  })
  if (rowCount === 0) return false
  await tx.query({
    name: 'startRuns',
    text: 'SELECT cardinality(jobu_start_runs($1::bigint[])) AS count',
    values: [[runId]],
  })
  return true
}
