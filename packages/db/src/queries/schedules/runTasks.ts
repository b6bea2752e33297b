import type { Tx } from '../../database.ts'
import type { ExecutionStatus, TaskKind, TaskState, TriggerRule } from '../../states.ts'
import { TASK_STATUS } from './scheduleRuns.ts'

/** A task of a run, or an item of one, with its execution. What a run that has not begun lacks is null. */
export interface RunTaskRow {
  no: number
  key: string
  item: number
  kind: TaskKind
  triggerRule: TriggerRule
  queue: string
  priority: number
  handlerName: string | null
  spec: Record<string, unknown>
  /** Numbers of the tasks it depends on. */
  parents: number[]
  taskRunId: number | null
  state: TaskState | null
  status: ExecutionStatus
  reason: string | null
  executionId: number | null
  executionTime: Date | null
  earlierExecutions: number[]
  attempts: number
  createdAt: Date | null
  startedAt: Date | null
  finishedAt: Date | null
  deadlineAt: Date | null
  errorMessage: string | null
  result: unknown
  /** Of a task that another engine ran, what only that knows: `{attempts, started_at, duration_ms, operator, hostname}`. */
  engineFacts: Record<string, unknown> | null
  progressPercentage: number | null
  currentStep: string | null
  workerId: string | null
  items: number
  itemsLeft: number
  itemsFailed: number
  childRunId: number | null
  childScheduleId: number | null
}

export interface TaskItemRow extends RunTaskRow {
  /** Of the list. */
  value: unknown
}

// `earlier_executions` holds ids alone, which are looked for in every partition: only where a rerun left some.
const columnsOf = (
  result: string,
) => `d.no, d.key, coalesce(t.item, -1) AS item, d.kind, d.trigger_rule AS "triggerRule", d.queue,
  d.priority, d.handler_name AS "handlerName", d.spec, t.id AS "taskRunId", t.state,
  CASE WHEN t.id IS NOT NULL THEN ${TASK_STATUS} WHEN r.finished_at IS NULL THEN 'PENDING' ELSE 'CANCELLED' END AS status, t.reason, t.execution_id AS "executionId",
  t.execution_time AS "executionTime", to_json(coalesce(t.earlier_executions, '{}')) AS "earlierExecutions",
  coalesce(e.attempt, 0) + CASE WHEN cardinality(t.earlier_executions) > 0 THEN coalesce(
    (SELECT sum(x.attempt) FROM job_executions AS x WHERE x.id = ANY (t.earlier_executions)), 0) ELSE 0 END::integer AS attempts,
  coalesce(e.created_at, c.created_at, f.created_at) AS "createdAt",
  coalesce(e.started_at, c.started_at, f.started_at) AS "startedAt", t.finished_at AS "finishedAt",
  CASE WHEN t.state = 'AWAITING' THEN t.attention_at END AS "deadlineAt",
  coalesce(t.error_message, e.error_message) AS "errorMessage", ${result} AS result,
  CASE WHEN r.external_run_id IS NOT NULL AND t.execution_id IS NULL THEN t.result END AS "engineFacts",
  e.progress_percentage AS "progressPercentage", e.current_step AS "currentStep", e.worker_id AS "workerId",
  coalesce(t.items, 0) AS items, coalesce(t.items_left, 0) AS "itemsLeft", coalesce(t.items_failed, 0) AS "itemsFailed",
  t.child_run_id AS "childRunId", c.schedule_id AS "childScheduleId"`
// Of what has not ended `result` says what it waits for, or is the value of an item.
const RESULT = `CASE WHEN t.finished_at IS NULL OR r.external_run_id IS NOT NULL THEN NULL WHEN d.kind = 'handler' AND t.execution_id IS NOT NULL THEN e.result
  WHEN t.item = -1 THEN t.result END`
// When the first item of a list began, its task did.
const AROUND = `
  LEFT JOIN job_executions AS e ON e.id = t.execution_id AND e.scheduled_time = t.execution_time
  LEFT JOIN schedule_runs AS c ON c.id = t.child_run_id
  LEFT JOIN task_runs AS i ON i.run_id = CASE WHEN t.items > 0 THEN t.run_id END AND i.task_no = t.task_no AND i.item = 0
  LEFT JOIN job_executions AS f ON f.id = i.execution_id AND f.scheduled_time = i.execution_time`

const tasksText = (hasResults: boolean) => `
SELECT ${columnsOf(hasResults ? RESULT : 'NULL')}, '[]'::json AS parents
FROM schedule_runs AS r
JOIN schedule_tasks AS d ON d.version_id = r.version_id
LEFT JOIN task_runs AS t ON t.run_id = r.id AND t.task_no = d.no AND t.item = -1
${AROUND}
WHERE r.id = $1
ORDER BY d.no`

// All edges at once: their index leads from a parent to its children, not back.
const edgesText = `
SELECT e.parent_no AS parent, e.child_no AS child
FROM schedule_runs AS r JOIN schedule_edges AS e ON e.version_id = r.version_id
WHERE r.id = $1 ORDER BY e.parent_no`

/**
 * All tasks of a run with their executions, in the order of its definition, in one statement; and their edges in another.
 *
 * Index: `task_runs_task_key`, the primary keys of the others. Called by: the admin API.
 *
 * @param options.hasResults  results may hold 64 KiB each
 */
export async function runTasks(tx: Tx, runId: number, { hasResults = true } = {}): Promise<RunTaskRow[]> {
  const { rows } = await tx.query<RunTaskRow>({
    name: hasResults ? 'runTasks' : 'runTasksWithoutResults',
    text: tasksText(hasResults),
    values: [runId],
  })
  const { rows: edges } = await tx.query<{ parent: number; child: number }>({
    name: 'runEdges',
    text: edgesText,
    values: [runId],
  })
  // Tasks are numbered from 0 without a gap.
  for (const { parent, child } of edges) rows[child]!.parents.push(parent)
  return rows
}

const itemsText = `
SELECT ${columnsOf(RESULT)}, t.result AS value, '[]'::json AS parents
FROM (
  SELECT * FROM task_runs WHERE run_id = $1 AND task_no = $2 AND item >= 0 AND ($3::text[] IS NULL OR state::text = ANY ($3))
  ORDER BY item LIMIT $4 OFFSET $5
) AS t
JOIN schedule_tasks AS d ON d.version_id = t.version_id AND d.no = t.task_no
JOIN schedule_runs AS r ON r.id = t.run_id
${AROUND}
ORDER BY t.item`

/**
 * A page of the items of a task's list, in its order. Index: `task_runs_task_key`. Called by: the admin API.
 *
 * @param options.states  only items in one of these
 */
export async function taskItems(
  tx: Tx,
  runId: number,
  taskNo: number,
  { states, limit, offset }: { states?: readonly TaskState[] | undefined; limit: number; offset: number },
): Promise<{ rows: TaskItemRow[]; total: number }> {
  const values = [runId, taskNo, states ?? null]
  const { rows } = await tx.query<TaskItemRow>({
    name: 'taskItems',
    text: itemsText,
    values: [...values, limit, offset],
  })
  const { rows: counted } = await tx.query<{ count: number }>({
    name: 'countTaskItems',
    text: `SELECT count(*)::integer AS count FROM task_runs
      WHERE run_id = $1 AND task_no = $2 AND item >= 0 AND ($3::text[] IS NULL OR state::text = ANY ($3))`,
    values,
  })
  return { rows, total: counted[0]!.count }
}
