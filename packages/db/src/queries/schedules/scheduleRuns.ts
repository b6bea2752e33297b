import type { Tx } from '../../database.ts'
import { JobuError } from '../../errors.ts'
import type { ExecutionStatus, RunStatus, RunTrigger } from '../../states.ts'
import { plainArray } from '../types.ts'

/** A run with the schedule it is of, and the task of another run that it is. */
export interface RunRow {
  id: number
  scheduleId: number
  scheduleTitle: string
  /** Another engine than jobu runs it. */
  isForeign: boolean
  versionId: number
  version: number
  status: RunStatus
  trigger: RunTrigger
  params: Record<string, unknown>
  scheduledTime: Date
  createdAt: Date
  startedAt: Date | null
  finishedAt: Date | null
  round: number
  createdBy: string | null
  reason: string | null
  errorMessage: string | null
  externalRunId: string | null
  parentScheduleId: number | null
  parentRunId: number | null
  parentTaskKey: string | null
}

export interface RunFilter {
  scheduleId?: number
  /** A part of the schedule's title, in any case. */
  title?: string
  statuses?: readonly RunStatus[]
  triggers?: readonly RunTrigger[]
  /** Inclusive, on the scheduled time. */
  from?: Date
  /** Exclusive. */
  to?: Date
}

export interface RunPosition {
  scheduledTime: Date
  id: number
}

/** So many runs of a filter are counted. */
export const MAX_RUNS_COUNTED = 10_000

const COLUMNS = `r.id, r.schedule_id AS "scheduleId", s.title AS "scheduleTitle",
  r.external_run_id IS NOT NULL OR (s.engine <> 'jobu' AND r.started_at IS NULL) AS "isForeign", r.version_id AS "versionId", v.version, r.status,
  r.trigger, r.params, r.scheduled_time AS "scheduledTime", r.created_at AS "createdAt", r.started_at AS "startedAt",
  r.finished_at AS "finishedAt", r.round, r.created_by AS "createdBy", r.reason, r.error_message AS "errorMessage",
  r.external_run_id AS "externalRunId", pr.schedule_id AS "parentScheduleId", pr.id AS "parentRunId", pd.key AS "parentTaskKey"`
const AROUND = `
  JOIN schedules AS s ON s.id = r.schedule_id
  JOIN schedule_versions AS v ON v.id = r.version_id
  LEFT JOIN task_runs AS pt ON pt.id = r.parent_task_run_id
  LEFT JOIN schedule_runs AS pr ON pr.id = pt.run_id
  LEFT JOIN schedule_tasks AS pd ON pd.version_id = pt.version_id AND pd.no = pt.task_no`

/** Also of a schedule that was deleted. @throws JobuError RUN_NOT_FOUND */
export async function getRun(tx: Tx, scheduleId: number, runId: number): Promise<RunRow> {
  const { rows } = await tx.query<RunRow>({
    name: 'getRun',
    text: `SELECT ${COLUMNS} FROM schedule_runs AS r ${AROUND} WHERE r.id = $2 AND r.schedule_id = $1`,
    values: [scheduleId, runId],
  })
  const [row] = rows
  if (!row) throw new JobuError('RUN_NOT_FOUND', `Schedule ${scheduleId} has no run with id ${runId}`)
  return row
}

const CONDITIONS = `($1::bigint IS NULL OR r.schedule_id = $1)
  AND ($2::text IS NULL OR EXISTS (SELECT FROM schedules AS s WHERE s.id = r.schedule_id AND s.title ILIKE $2))
  AND ($3::run_status[] IS NULL OR r.status = ANY ($3)) AND ($4::run_trigger[] IS NULL OR r.trigger = ANY ($4))`
// In one schedule, or in all: with a plan for both the first would walk the index of the second.
const listText = (isOfOne: boolean) => `
SELECT ${COLUMNS}
FROM (
  SELECT r.* FROM schedule_runs AS r
  WHERE ${isOfOne ? 'r.schedule_id = $1 AND ' : ''}${CONDITIONS}
    AND r.scheduled_time >= coalesce($5::timestamptz, '-infinity') AND r.scheduled_time < coalesce($6::timestamptz, 'infinity')
    AND (r.scheduled_time, r.id) < (coalesce($7::timestamptz, 'infinity'), coalesce($8::bigint, 0))
  ORDER BY ${isOfOne ? 'r.schedule_id DESC, ' : ''}r.scheduled_time DESC, r.id DESC
  LIMIT $9 OFFSET $10
) AS r ${AROUND}
ORDER BY r.scheduled_time DESC, r.id DESC`
const countText = (isOfOne: boolean) => `
SELECT count(*)::integer AS count FROM (
  SELECT FROM schedule_runs AS r
  WHERE ${isOfOne ? 'r.schedule_id = $1 AND ' : ''}${CONDITIONS}
    AND r.scheduled_time >= coalesce($5::timestamptz, '-infinity') AND r.scheduled_time < coalesce($6::timestamptz, 'infinity')
  LIMIT ${MAX_RUNS_COUNTED + 1}
) AS counted`

/**
 * Runs, the newest slot first.
 *
 * Index: `schedule_runs_list_idx`, `schedule_runs_time_idx`. Called by: the admin API.
 *
 * @param page.after  where an earlier page ended
 */
export async function listRuns(
  tx: Tx,
  filter: RunFilter,
  page: { limit: number; offset: number; after?: RunPosition | undefined },
): Promise<{ rows: RunRow[]; total: number; isExact: boolean }> {
  const isOfOne = filter.scheduleId !== undefined
  const which = isOfOne ? 'OfOne' : 'OfAll'
  const values = [
    filter.scheduleId ?? null,
    filter.title === undefined ? null : `%${filter.title.replace(/[\\%_]/g, '\\$&')}%`,
    filter.statuses ?? null,
    filter.triggers ?? null,
    filter.from ?? null,
    filter.to ?? null,
  ]
  const { rows } = await tx.query<RunRow>({
    name: `listRuns${which}`,
    text: listText(isOfOne),
    values: [...values, page.after?.scheduledTime ?? null, page.after?.id ?? null, page.limit, page.offset],
  })
  const { rows: counted } = await tx.query<{ count: number }>({
    name: `countRuns${which}`,
    text: countText(isOfOne),
    values,
  })
  const { count } = counted[0]!
  return { rows, total: Math.min(count, MAX_RUNS_COUNTED), isExact: count <= MAX_RUNS_COUNTED }
}

/** What a task looks like from outside: `t` and its execution `e`. */
export const TASK_STATUS = `CASE
  WHEN t.state = 'QUEUED' THEN CASE WHEN e.status = 'RUNNING' THEN 'RUNNING' ELSE 'PENDING' END
  WHEN t.state IN ('EXPANDED', 'SUBRUN') THEN 'RUNNING'
  WHEN t.state IN ('WAITING', 'DECIDING', 'AWAITING') THEN 'PENDING'
  ELSE t.state::text END`

const countsText = `
SELECT t.run_id AS "runId", ${TASK_STATUS} AS status, count(*)::integer AS count
FROM task_runs AS t
LEFT JOIN job_executions AS e
  ON e.id = CASE WHEN t.state = 'QUEUED' THEN t.execution_id END AND e.scheduled_time = t.execution_time
WHERE t.run_id = ANY ($1::bigint[]) AND t.item = -1
GROUP BY 1, 2
UNION ALL
SELECT r.id, r.status::text, (SELECT count(*)::integer FROM schedule_tasks AS d WHERE d.version_id = r.version_id)
FROM schedule_runs AS r WHERE r.id = ANY ($1::bigint[]) AND r.started_at IS NULL AND r.status IN ('PENDING', 'CANCELLED')
  AND NOT EXISTS (SELECT FROM task_runs AS t WHERE t.run_id = r.id)`

export interface TaskCount {
  runId: number
  status: ExecutionStatus
  count: number
}

/** How many tasks of runs are in which status; a run that has not begun has all of its own before it, or, cancelled, never will. Index: `task_runs_task_key`. */
export async function taskCountsOfRuns(tx: Tx, runIds: readonly number[]): Promise<TaskCount[]> {
  if (runIds.length === 0) return []
  const { rows } = await tx.query<TaskCount>({
    name: 'taskCountsOfRuns',
    text: countsText,
    values: [plainArray(runIds)],
  })
  return rows
}

/** The run and the task that an execution is of; undefined once that task is gone. */
export async function taskOfExecution(tx: Tx, taskRunId: number) {
  const { rows } = await tx.query<{ scheduleId: number; runId: number; taskKey: string }>({
    name: 'taskOfExecution',
    text: `SELECT r.schedule_id AS "scheduleId", r.id AS "runId", d.key AS "taskKey"
      FROM task_runs AS t JOIN schedule_runs AS r ON r.id = t.run_id
      JOIN schedule_tasks AS d ON d.version_id = t.version_id AND d.no = t.task_no
      WHERE t.id = $1`,
    values: [taskRunId],
  })
  return rows[0]
}
