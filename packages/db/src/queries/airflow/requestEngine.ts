import type { Tx } from '../../database.ts'
import { JobuError } from '../../errors.ts'
import type { RunStatus } from '../../states.ts'
import { wakeEngine } from './finishEngineSync.ts'

interface Found {
  schedule_id: number
  external_run_id: string | null
  status: RunStatus
}

async function lock(tx: Tx, runId: number): Promise<Found> {
  const text =
    'SELECT schedule_id, external_run_id, status FROM schedule_runs WHERE id = $1 FOR NO KEY UPDATE'
  const { rows } = await tx.query<Found>({ name: 'requestEngine.lock', text, values: [runId] })
  if (!rows[0]) throw new JobuError('RUN_NOT_FOUND', `There is no run ${runId}`)
  return rows[0]
}

const tell = (tx: Tx, runId: number) =>
  tx.query({
    name: 'requestEngine.tell',
    text: `SELECT jobu_tell('run', json_build_array(json_build_object('id', id, 'schedule_id', schedule_id, 'status', status)))
           FROM schedule_runs WHERE id = $1`,
    values: [runId],
  })

/**
 * Asks the other engine to end a run. One it does not have yet ends at once.
 *
 * Locks: the run, then the schedule. Index: primary key. Called by: admin.
 *
 * @throws JobuError RUN_NOT_FOUND, RUN_NOT_ACTIVE
 */
export async function requestEngineCancel(tx: Tx, runId: number): Promise<void> {
  const run = await lock(tx, runId)
  if (run.status !== 'PENDING' && run.status !== 'RUNNING')
    throw new JobuError('RUN_NOT_ACTIVE', `The run is ${run.status}`)
  await tx.query({
    name: 'requestEngineCancel',
    text: `
UPDATE schedule_runs
SET cancel_requested_at = now(), reason = CASE WHEN reason = 'RERUN' THEN NULL ELSE reason END,
    status = CASE WHEN external_run_id IS NULL THEN 'CANCELLED' ELSE status END,
    finished_at = CASE WHEN external_run_id IS NULL THEN now() END,
    follow_up_at = CASE WHEN external_run_id IS NULL THEN now() END
WHERE id = $1`,
    values: [runId],
  })
  await tell(tx, runId)
  await wakeEngine(tx, run.schedule_id)
}

const FAILED = `t.state IN ('FAILED', 'TIMEOUT', 'CANCELLED') OR (t.state = 'SKIPPED' AND t.reason = 'UPSTREAM_FAILED')`
const resetTasks = `
WITH RECURSIVE chosen AS (
  SELECT t.task_no FROM task_runs AS t JOIN schedule_tasks AS d ON d.version_id = t.version_id AND d.no = t.task_no
  WHERE t.run_id = $1 AND t.item = -1 AND CASE WHEN $3::text IS NOT NULL THEN d.key = $3 ELSE $2 = 'all' OR ${FAILED} END
  UNION
  SELECT e.child_no FROM chosen AS c
  JOIN schedule_runs AS r ON r.id = $1 JOIN schedule_edges AS e ON e.version_id = r.version_id AND e.parent_no = c.task_no
), reset AS (
  UPDATE task_runs AS t SET state = 'WAITING', reason = NULL, finished_at = NULL, error_message = NULL
  FROM chosen AS c WHERE t.run_id = $1 AND t.item = -1 AND t.task_no = c.task_no
  RETURNING t.id
)
SELECT count(*)::integer AS n FROM reset`

/**
 * Asks the other engine to run tasks of a run that has ended again, and all that come after them.
 *
 * Locks: the run, then the schedule. Index: primary keys. Called by: admin.
 *
 * @param what.task  its key, and from there; otherwise `from`
 * @throws JobuError RUN_NOT_FOUND, TASK_NOT_RERUNNABLE, TASK_NOT_FOUND
 */
export async function requestEngineRerun(
  tx: Tx,
  runId: number,
  what: { from: 'failed' | 'all' } | { task: string },
): Promise<void> {
  const run = await lock(tx, runId)
  if (run.status === 'PENDING' || run.status === 'RUNNING')
    throw new JobuError('TASK_NOT_RERUNNABLE', `The run is ${run.status}`)
  if (run.external_run_id === null)
    throw new JobuError('TASK_NOT_RERUNNABLE', 'The run never came to Airflow; start another one')
  const { rows } = await tx.query<{ n: number }>({
    name: 'requestEngineRerun.tasks',
    text: resetTasks,
    values: [runId, 'from' in what ? what.from : null, 'task' in what ? what.task : null],
  })
  if (rows[0]!.n === 0) {
    if ('task' in what) throw new JobuError('TASK_NOT_FOUND', `The run has no task ${what.task}`)
    throw new JobuError('TASK_NOT_RERUNNABLE', 'No task of the run failed')
  }
  await tx.query({
    name: 'requestEngineRerun',
    text: `
UPDATE schedule_runs
SET status = 'PENDING', reason = 'RERUN', round = round + 1, finished_at = NULL, follow_up_at = NULL, cancel_requested_at = NULL,
    error_message = NULL, tasks_left = $2
WHERE id = $1`,
    values: [runId, rows[0]!.n],
  })
  await tell(tx, runId)
  await wakeEngine(tx, run.schedule_id)
}
