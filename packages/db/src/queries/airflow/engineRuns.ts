import type { Tx } from '../../database.ts'
import type { RunStatus, TriggerRule } from '../../states.ts'

/** A run as jobu has it, of a schedule that runs in another engine. */
export interface EngineRun {
  id: number
  versionId: number
  externalRunId: string | null
  status: RunStatus
  /** `RERUN`: what of it is to run again is not told to the engine yet. */
  reason: string | null
  scheduledTime: Date
  finishedAt: Date | null
  cancelRequestedAt: Date | null
  params: Record<string, unknown>
}

const columns = `id, version_id AS "versionId", external_run_id AS "externalRunId", status, reason,
  scheduled_time AS "scheduledTime", finished_at AS "finishedAt", cancel_requested_at AS "cancelRequestedAt", params`

/** Runs that have not ended, oldest first. Index: schedule_runs_active_idx. Called by: the dispatcher's AirflowSync. */
export async function activeEngineRuns(tx: Tx, scheduleId: number): Promise<EngineRun[]> {
  const { rows } = await tx.query<EngineRun>({
    name: 'activeEngineRuns',
    text: `SELECT ${columns} FROM schedule_runs WHERE schedule_id = $1 AND status IN ('PENDING', 'RUNNING') ORDER BY id`,
    values: [scheduleId],
  })
  return rows
}

/**
 * Those runs by their ids in the other engine, or by their own where the engine has them under an id that jobu gave and
 * a crash kept jobu from noting so. Index: schedule_runs_external_key, primary key. Called by: the dispatcher's AirflowSync.
 */
export async function findEngineRuns(
  tx: Tx,
  scheduleId: number,
  { externalRunIds, ids }: { externalRunIds: string[]; ids: number[] },
): Promise<EngineRun[]> {
  const { rows } = await tx.query<EngineRun>({
    name: 'findEngineRuns',
    text: `SELECT ${columns} FROM schedule_runs WHERE schedule_id = $1 AND external_run_id = ANY ($2::text[])
           UNION ALL SELECT ${columns} FROM schedule_runs WHERE schedule_id = $1 AND id = ANY ($3::bigint[]) AND external_run_id IS NULL`,
    values: [scheduleId, externalRunIds, ids],
  })
  return rows
}

/** The tasks that a rerun waits for the engine to clear. Index: task_runs_task_key. */
export async function tasksToRerun(tx: Tx, runId: number): Promise<string[]> {
  const { rows } = await tx.query<{ key: string }>({
    name: 'tasksToRerun',
    text: `SELECT d.key FROM task_runs AS t JOIN schedule_tasks AS d ON d.version_id = t.version_id AND d.no = t.task_no
           WHERE t.run_id = $1 AND t.item = -1 AND t.state = 'WAITING' ORDER BY t.task_no`,
    values: [runId],
  })
  return rows.map(({ key }) => key)
}

/** The trigger rules of a version's tasks by key. Index: primary key. */
export async function engineTaskRules(tx: Tx, versionId: number): Promise<Map<string, TriggerRule>> {
  const { rows } = await tx.query<{ key: string; rule: TriggerRule }>({
    name: 'engineTaskRules',
    text: 'SELECT key, trigger_rule AS rule FROM schedule_tasks WHERE version_id = $1',
    values: [versionId],
  })
  return new Map(rows.map(({ key, rule }) => [key, rule]))
}

/** The engine has it under this id. Locks: the run. Index: primary key. Called by: the dispatcher's AirflowSync. */
export async function bindEngineRun(tx: Tx, runId: number, externalRunId: string): Promise<void> {
  const text = 'UPDATE schedule_runs SET external_run_id = $2 WHERE id = $1 AND external_run_id IS NULL'
  await tx.query({ name: 'bindEngineRun', text, values: [runId, externalRunId] })
}

/** The engine has cleared what was to run again. Locks: the run. Index: primary key. */
export async function rerunTaken(tx: Tx, runId: number): Promise<void> {
  const text = `UPDATE schedule_runs SET reason = NULL WHERE id = $1 AND reason = 'RERUN'`
  await tx.query({ name: 'rerunTaken', text, values: [runId] })
}

/**
 * Ends a run that the engine will not, and its tasks with it.
 *
 * Locks: the run. Index: primary key. Called by: the dispatcher's AirflowSync.
 */
export async function endEngineRun(
  tx: Tx,
  runId: number,
  { status, reason, message }: { status: 'FAILED' | 'CANCELLED'; reason: string; message: string },
): Promise<void> {
  await tx.query({
    name: 'endEngineRun',
    text: `
WITH ended AS (
  UPDATE schedule_runs
  SET status = $2, reason = $3, error_message = $4, tasks_left = 0, finished_at = clock_timestamp(), follow_up_at = clock_timestamp()
  WHERE id = $1 AND status IN ('PENDING', 'RUNNING')
  RETURNING id, schedule_id, status
), tasks AS (
  UPDATE task_runs AS t SET state = 'CANCELLED', reason = 'RUN_CANCELLED', finished_at = clock_timestamp()
  FROM ended WHERE t.run_id = ended.id AND t.state IN ('WAITING', 'SUBRUN')
)
SELECT jobu_tell('run', json_agg(ended)), pg_notify('jobu_schedules', '') FROM ended HAVING count(*) > 0`,
    values: [runId, status, reason, message],
  })
}
