import type { Tx } from '../../database.ts'
import { JobuError } from '../../errors.ts'
import type { TaskState } from '../../states.ts'
import { cancelExecutions } from '../executions.ts'
import { type ExecutionKey, instantArray, plainArray } from '../types.ts'
import { lockRun } from './lockRun.ts'
import { resetTasks } from './rerunTasks.ts'

export type Mark = 'SUCCESS' | 'FAILED' | 'SKIPPED'

interface Task {
  id: number
  no: number
  state: TaskState
  isFinal: boolean
  childRunId: number | null
}

const taskText = `
SELECT t.id, t.task_no AS no, t.state, t.finished_at IS NOT NULL AS "isFinal", t.child_run_id AS "childRunId"
FROM task_runs AS t JOIN schedule_tasks AS d ON d.version_id = t.version_id AND d.no = t.task_no
WHERE t.run_id = $1 AND d.key = $2 AND t.item = $3`

// Of a task its own, and where it is a list those of its items; by their keys, as in continueCancels.
const activeText = `
SELECT e.id, e.scheduled_time AS "scheduledTime"
FROM schedule_runs AS r
JOIN schedule_tasks AS d ON d.version_id = r.version_id AND d.key = $2
JOIN task_runs AS t ON t.run_id = r.id AND t.task_no = d.no AND ($3 = -1 OR t.item = $3) AND t.state = 'QUEUED'
CROSS JOIN LATERAL (
  SELECT id, scheduled_time, status FROM job_executions
  WHERE id = t.execution_id AND scheduled_time = t.execution_time OFFSET 0
) AS e
WHERE r.id = $1 AND e.status IN ('PENDING', 'RUNNING') ORDER BY e.id`

/**
 * Says how a task ended, whatever it does. One that is not final ends by that, and what runs of it is cancelled; what the
 * task is another run is cancelled as well (`continueCancels`, after the commit). One that is final changes, and what was
 * skipped after it is judged anew.
 *
 * Locks: its executions that are active, then the run, then its child run. Called by: admin.
 *
 * @param item     -1: the task itself, not an item of its list
 * @param by       who says so
 * @throws JobuError RUN_NOT_FOUND, TASK_NOT_FOUND, RUN_NOT_ACTIVE where it has not started, TASK_STATE where it is so already
 */
export async function markTask(
  tx: Tx,
  runId: number,
  key: string,
  item: number,
  status: Mark,
  by: string,
  comment: string | null = null,
): Promise<void> {
  const held = await lockExecutions(tx, await activeExecutions(tx, runId, key, item))
  const run = await lockRun(tx, runId)
  if (run.status === 'PENDING') throw new JobuError('RUN_NOT_ACTIVE', `Run ${runId} has not started yet`)
  const task = await findTask(tx, runId, key, item)
  const active = await activeExecutions(tx, runId, key, item)
  if (active.some(({ id }) => !held.has(id))) throw releasedMeanwhile(key)
  if (task.state === status)
    throw new JobuError('TASK_STATE', `Task "${key}" of run ${runId} is ${status} already`)

  await writeMark(tx, task, item, status, by, comment)
  if (task.childRunId !== null && task.state === 'SUBRUN') {
    await tx.query('SELECT jobu_cancel_run($1, $2, $3)', [
      task.childRunId,
      'CANCELLED_BY_USER',
      `cancelled by ${by}`,
    ])
  }
  if (!task.isFinal) {
    await tx.query({ name: 'advanceTasks', text: 'SELECT jobu_advance_tasks($1, true)', values: [[task.id]] })
  } else {
    const changed = item === -1 ? task.no : await recountItems(tx, runId, task.no)
    if (changed !== null) {
      await resetTasks(tx, runId, await skippedAfter(tx, runId, run.versionId, changed))
      await tx.query({ name: 'resumeRun', text: 'SELECT jobu_resume_run($1)', values: [runId] })
    }
  }
  if (active.length > 0) await cancelExecutions(tx, active, by)
}

async function findTask(tx: Tx, runId: number, key: string, item: number): Promise<Task> {
  const { rows } = await tx.query<Task>({ name: 'taskToMark', text: taskText, values: [runId, key, item] })
  if (rows[0]) return rows[0]
  const what = item === -1 ? `task "${key}"` : `item ${item} of a task "${key}"`
  throw new JobuError('TASK_NOT_FOUND', `Run ${runId} has no ${what}`)
}

async function activeExecutions(tx: Tx, runId: number, key: string, item: number): Promise<ExecutionKey[]> {
  const { rows } = await tx.query<ExecutionKey>({
    name: 'executionsToMark',
    text: activeText,
    values: [runId, key, item],
  })
  return rows
}

/** By id: rows are locked as they come out of the sort. */
async function lockExecutions(tx: Tx, keys: ExecutionKey[]): Promise<Set<number>> {
  if (keys.length === 0) return new Set()
  await tx.query({
    name: 'lockExecutions',
    text: `
SELECT FROM unnest($1::bigint[], $2::timestamptz[]) AS k (id, scheduled_time)
JOIN job_executions AS e ON e.id = k.id AND e.scheduled_time = k.scheduled_time ORDER BY e.id FOR UPDATE OF e`,
    values: [plainArray(keys.map(({ id }) => id)), instantArray(keys.map((key) => key.scheduledTime))],
  })
  return new Set(keys.map(({ id }) => id))
}

/** The run is locked by now, too late for further executions; its code has the whole transaction tried again. */
function releasedMeanwhile(key: string): Error {
  return Object.assign(new Error(`task "${key}" was released just now`), { code: '40001' })
}

async function writeMark(
  tx: Tx,
  task: Task,
  item: number,
  status: Mark,
  by: string,
  comment: string | null,
): Promise<void> {
  const said = `marked ${status} by ${by}${comment === null ? '' : `: ${comment}`}`
  // The result of an item is its value.
  const result = status === 'SUCCESS' && item === -1 ? { marked_by: by, comment } : null
  await tx.query({
    name: 'markTask',
    text: `
UPDATE task_runs
SET state = $2, reason = $3, error_message = $4, finished_at = clock_timestamp(), attention_at = NULL,
    result = CASE WHEN item >= 0 THEN result ELSE $5::jsonb END
WHERE id = $1`,
    values: [task.id, status, status === 'SKIPPED' ? 'SKIPPED_BY_USER' : 'MARKED_BY_USER', said, result],
  })
}

/** An item that was final ends otherwise. @returns the number of its task where that is final and changes by it */
async function recountItems(tx: Tx, runId: number, no: number): Promise<number | null> {
  const { rows } = await tx.query<{ isChanged: boolean }>({
    name: 'recountItems',
    text: `
WITH counted AS (
  SELECT count(*) FILTER (WHERE state NOT IN ('SUCCESS', 'SKIPPED')) AS failed
  FROM task_runs WHERE run_id = $1 AND task_no = $2 AND item >= 0 AND finished_at IS NOT NULL
), was AS (
  SELECT id, state, reason FROM task_runs WHERE run_id = $1 AND task_no = $2 AND item = -1
)
UPDATE task_runs AS t
SET items_failed = counted.failed,
    state = CASE
      WHEN was.state = 'SUCCESS' AND was.reason IS NULL AND counted.failed > 0 THEN 'FAILED'
      WHEN was.reason IN ('ITEM_FAILED', 'RUN_CANCELLED') AND counted.failed = 0 AND t.items > 0 THEN 'SUCCESS'
      ELSE t.state
    END::task_state,
    reason = CASE
      WHEN was.state = 'SUCCESS' AND was.reason IS NULL AND counted.failed > 0 THEN 'ITEM_FAILED'
      WHEN was.reason IN ('ITEM_FAILED', 'RUN_CANCELLED') AND counted.failed = 0 AND t.items > 0 THEN NULL
      ELSE t.reason
    END
FROM counted, was WHERE t.id = was.id
RETURNING t.finished_at IS NOT NULL AND t.state <> was.state AS "isChanged"`,
    values: [runId, no],
  })
  return rows[0]!.isChanged ? no : null
}

/** What was skipped after a task because of how others ended, and after that; what a person skipped stays. */
async function skippedAfter(tx: Tx, runId: number, versionId: number, no: number): Promise<number[]> {
  const { rows } = await tx.query<{ no: number }>({
    name: 'skippedAfter',
    text: `
WITH RECURSIVE after AS (
  SELECT $3::integer AS no
  UNION
  SELECT t.task_no FROM after AS a
  JOIN schedule_edges AS e ON e.version_id = $2 AND e.parent_no = a.no
  JOIN task_runs AS t ON t.run_id = $1 AND t.task_no = e.child_no AND t.item = -1
  WHERE t.state = 'SKIPPED' AND t.reason <> 'SKIPPED_BY_USER'
)
SELECT no FROM after WHERE no <> $3`,
    values: [runId, versionId, no],
  })
  return rows.map((row) => row.no)
}
