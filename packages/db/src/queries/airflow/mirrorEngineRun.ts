import type { Tx } from '../../database.ts'
import type { RunStatus, TaskState } from '../../states.ts'

/** A task as the other engine has it, in jobu's words. */
export interface MirroredTask {
  key: string
  state: TaskState
  reason: string | null
  finishedAt: Date | null
  errorMessage: string | null
  /** What only the engine knows: `{attempts, started_at, duration_ms, operator, hostname}`. */
  result: Record<string, unknown>
}

/** A run as the other engine has it, in jobu's words. */
export interface MirroredRun {
  scheduleId: number
  /** Null: jobu does not have it. */
  id: number | null
  versionId: number
  externalRunId: string
  status: RunStatus
  scheduledTime: Date
  startedAt: Date | null
  finishedAt: Date | null
  params: Record<string, unknown>
  tasks: MirroredTask[]
}

const insertRun = `
WITH made AS (
  INSERT INTO schedule_runs (schedule_id, version_id, external_run_id, scheduled_time, trigger, params)
  VALUES ($1, $2, $3, $4, 'external', $5) ON CONFLICT DO NOTHING RETURNING id
)
SELECT id FROM made`

const lockRun = `
SELECT version_id AS "versionId", status, reason FROM schedule_runs WHERE id = $1 FOR NO KEY UPDATE`

const writeTasks = `
WITH given AS (
  SELECT d.no, g.* FROM jsonb_to_recordset($3) AS g (key text, state task_state, reason text, "finishedAt" timestamptz,
    "errorMessage" text, result jsonb)
  JOIN schedule_tasks AS d ON d.version_id = $2 AND d.key = g.key
)
INSERT INTO task_runs AS t (run_id, version_id, task_no, state, reason, finished_at, error_message, result)
SELECT $1, $2, d.no, coalesce(g.state, 'WAITING'), g.reason,
  CASE WHEN g.state IN ('SUCCESS', 'FAILED', 'TIMEOUT', 'CANCELLED', 'SKIPPED') THEN coalesce(g."finishedAt", clock_timestamp()) END,
  g."errorMessage", g.result
FROM schedule_tasks AS d LEFT JOIN given AS g ON g.no = d.no WHERE d.version_id = $2 ORDER BY d.no
ON CONFLICT (run_id, task_no, item) DO UPDATE
SET state = excluded.state, reason = excluded.reason, finished_at = excluded.finished_at,
    error_message = CASE WHEN excluded.state = 'FAILED' THEN coalesce(excluded.error_message, t.error_message) END,
    result = excluded.result
WHERE (t.state, t.reason, t.result) IS DISTINCT FROM (excluded.state, excluded.reason, excluded.result)`

const writeRun = `
WITH counted AS (
  SELECT count(*) FILTER (WHERE finished_at IS NULL) AS tasks_left,
    count(*) FILTER (WHERE state IN ('FAILED', 'TIMEOUT', 'CANCELLED')) AS tasks_failed
  FROM task_runs WHERE run_id = $1 AND item = -1
), before AS (
  SELECT status FROM schedule_runs WHERE id = $1
), written AS (
  UPDATE schedule_runs AS r
  SET status = $2::run_status, external_run_id = $3, started_at = coalesce($4::timestamptz, r.started_at),
      finished_at = CASE WHEN $2::run_status IN ('PENDING', 'RUNNING') THEN NULL ELSE coalesce($5::timestamptz, clock_timestamp()) END,
      -- What follows from its end does so once.
      follow_up_at = CASE WHEN $2::run_status IN ('PENDING', 'RUNNING') THEN NULL
        WHEN r.status IN ('PENDING', 'RUNNING') THEN clock_timestamp() ELSE r.follow_up_at END,
      -- Somebody has cleared it in the engine itself.
      round = r.round + (r.status NOT IN ('PENDING', 'RUNNING') AND $2::run_status IN ('PENDING', 'RUNNING'))::integer,
      tasks_left = CASE WHEN $2::run_status IN ('PENDING', 'RUNNING') THEN counted.tasks_left ELSE 0 END,
      tasks_failed = counted.tasks_failed
  FROM counted, before WHERE r.id = $1
  RETURNING r.id, r.schedule_id, r.status, r.status <> before.status AS is_news
)
SELECT CASE WHEN is_news OR $6::boolean THEN jobu_tell('run', json_build_array(json_build_object('id', id, 'schedule_id', schedule_id,
    'status', status))) END,
  CASE WHEN is_news AND status NOT IN ('PENDING', 'RUNNING') THEN pg_notify('jobu_schedules', '') END
FROM written`

/**
 * Writes a run of another engine and its tasks as they are there.
 *
 * Locks: the run. Index: primary keys, schedule_runs_external_key. Called by: the dispatcher's AirflowSync, in a transaction.
 *
 * @returns false: nothing was written, since somebody asked for a rerun meanwhile or another dispatcher has just made it
 */
export async function mirrorEngineRun(tx: Tx, run: MirroredRun): Promise<boolean> {
  const { rows: made } = run.id
    ? { rows: [{ id: run.id }] }
    : await tx.query<{ id: number }>({
        name: 'mirrorEngineRun.insert',
        text: insertRun,
        values: [
          run.scheduleId,
          run.versionId,
          run.externalRunId,
          run.scheduledTime,
          JSON.stringify(run.params),
        ],
      })
  if (made.length === 0) return false
  const { id } = made[0]!
  const { rows } = await tx.query<{ versionId: number; reason: string | null }>({
    name: 'mirrorEngineRun.lock',
    text: lockRun,
    values: [id],
  })
  const found = rows[0]
  if (!found || found.reason === 'RERUN') return false
  const { rowCount } = await tx.query({
    name: 'mirrorEngineRun.tasks',
    text: writeTasks,
    values: [id, found.versionId, JSON.stringify(run.tasks)],
  })
  await tx.query({
    name: 'mirrorEngineRun.run',
    text: writeRun,
    values: [id, run.status, run.externalRunId, run.startedAt, run.finishedAt, (rowCount ?? 0) > 0],
  })
  return true
}
