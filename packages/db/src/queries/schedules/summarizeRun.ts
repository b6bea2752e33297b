import type { Tx } from '../../database.ts'
import type { RunStatus, TaskState } from '../../states.ts'

/** How a run that has ended went. */
export interface RunOutcome {
  id: number
  scheduleId: number
  title: string
  owner: string | null
  timezone: string
  notifications: Record<string, unknown>
  status: RunStatus
  scheduledTime: Date
  startedAt: Date | null
  finishedAt: Date
  params: Record<string, unknown>
  errorMessage: string | null
  /** How many tasks ended in each state. */
  counts: Partial<Record<TaskState, number>>
  /** In the order of the definition; those that failed first where not all are listed. */
  tasks: Array<{
    key: string
    state: TaskState
    startedAt: Date | null
    finishedAt: Date
    attempts: number
    errorMessage: string | null
  }>
}

const text = `
SELECT r.id, r.schedule_id AS "scheduleId", s.title, s.owner, s.timezone, s.notifications, r.status,
  r.scheduled_time AS "scheduledTime", r.started_at AS "startedAt", r.finished_at AS "finishedAt", r.params,
  r.error_message AS "errorMessage",
  (SELECT coalesce(json_object_agg(state, n), '{}')
    FROM (SELECT state, count(*)::integer AS n FROM task_runs WHERE run_id = $1 AND item = -1 GROUP BY state) AS c) AS counts
FROM schedule_runs AS r JOIN schedules AS s ON s.id = r.schedule_id
WHERE r.id = $1`

const tasksText = `
WITH listed AS (
  SELECT * FROM task_runs WHERE run_id = $1 AND item = -1
  ORDER BY state NOT IN ('FAILED', 'TIMEOUT', 'CANCELLED'), task_no LIMIT $2
)
SELECT d.key, t.state, e.started_at AS "startedAt", t.finished_at AS "finishedAt", coalesce(e.attempt, 0) AS attempts,
  coalesce(t.error_message, e.error_message, t.reason) AS "errorMessage"
FROM listed AS t
JOIN schedule_tasks AS d ON d.version_id = t.version_id AND d.no = t.task_no
LEFT JOIN job_executions AS e ON e.id = t.execution_id AND e.scheduled_time = t.execution_time
ORDER BY t.task_no`

/**
 * What there is to tell of a run and of up to `mostTasks` of its tasks.
 *
 * Index: primary keys, `task_runs_task_key`. Called by: the dispatcher, for the mail at a run's end.
 *
 * @returns undefined where there is no such run
 */
export async function summarizeRun(
  tx: Tx,
  runId: number,
  mostTasks: number,
): Promise<RunOutcome | undefined> {
  const { rows } = await tx.query<Omit<RunOutcome, 'tasks'>>(text, [runId])
  if (!rows[0]) return undefined
  const { rows: tasks } = await tx.query<RunOutcome['tasks'][number]>(tasksText, [runId, mostTasks])
  return { ...rows[0], tasks }
}
