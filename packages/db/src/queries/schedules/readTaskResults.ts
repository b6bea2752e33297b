import type { Tx } from '../../database.ts'
import type { ExecutionStatus, TaskState } from '../../states.ts'
import { plainArray } from '../types.ts'

/** A task that an expression names. */
export interface NamedTask {
  runId: number
  versionId: number
  key: string
}

/** What an expression sees of a task. */
export interface TaskOutcome {
  /** As it looks from outside. */
  status: ExecutionStatus
  /** Null where there is none. Of a list task: its items' results, in order. */
  result: unknown
  /** `TOO_LARGE`: with those named before it, it is more than the limit. `GONE`: its execution was deleted, by retention or by hand. */
  fault: 'TOO_LARGE' | 'GONE' | null
}

interface Row {
  place: number
  state: TaskState
  items: number
  isList: boolean
  item: number | null
  itemState: TaskState | null
  executionStatus: ExecutionStatus | null
  isGone: boolean
  isLarge: boolean
  value: unknown
}

// Sizes add up in the order the tasks were named in. What is stored compressed, and is too much even so, is not unpacked
// to be measured.
const text = `
WITH named AS (
  SELECT n.place, n.run_id, d.no, d.kind, nullif(d.spec -> 'for_each', 'null') IS NOT NULL AS is_list, t.state, t.items, t.result,
    t.execution_id, t.execution_time
  FROM unnest($1::bigint[], $2::bigint[], $3::text[]) WITH ORDINALITY AS n (run_id, version_id, key, place)
  JOIN schedule_tasks AS d ON d.version_id = n.version_id AND d.key = n.key
  JOIN task_runs AS t ON t.run_id = n.run_id AND t.task_no = d.no AND t.item = -1
), part AS (
  SELECT place, -1 AS item, state, execution_id, execution_time FROM named WHERE kind = 'handler' AND NOT is_list
  UNION ALL
  SELECT n.place, i.item, i.state, i.execution_id, i.execution_time
  FROM named AS n JOIN task_runs AS i ON i.run_id = n.run_id AND i.task_no = n.no AND i.item >= 0 AND i.item < n.items
  WHERE n.is_list
), found AS (
  SELECT p.place, p.item, p.state, e.status AS execution_status, p.state = 'SUCCESS' AND p.execution_id IS NOT NULL AND e.id IS NULL AS is_gone,
    e.result AS value
  FROM part AS p LEFT JOIN job_executions AS e ON e.id = p.execution_id AND e.scheduled_time = p.execution_time
  UNION ALL
  SELECT place, -1, state, NULL, false, result FROM named WHERE kind <> 'handler' AND NOT is_list
), stored AS (
  SELECT *, coalesce(sum(pg_column_size(value)) OVER w, 0) > $4 AS is_large FROM found WINDOW w AS (ORDER BY place, item)
), sized AS (
  SELECT *, is_large OR sum(CASE WHEN is_large THEN 0 ELSE coalesce(octet_length(value::text), 4) END) OVER w > $4 AS is_cut
  FROM stored WINDOW w AS (ORDER BY place, item)
)
SELECT n.place::integer, n.state, n.items, n.is_list AS "isList", s.item, s.state AS "itemState", s.execution_status AS "executionStatus",
  coalesce(s.is_gone, false) AS "isGone", coalesce(s.is_cut, false) AS "isLarge", CASE WHEN NOT s.is_cut THEN s.value END AS value
FROM named AS n LEFT JOIN sized AS s ON s.place = n.place
ORDER BY n.place, s.item`

/**
 * Reads what became of tasks of runs, and their results, up to a size in all.
 *
 * Index: `task_runs_task_key`, `schedule_tasks_key_key`, primary key of executions. Called by: decideDueTasks.
 *
 * @param limitBytes  of JSON, of all results together, in the order the tasks are named in
 * @returns one for each task named; undefined for one that its version does not have
 */
export async function readTaskResults(
  tx: Tx,
  tasks: NamedTask[],
  limitBytes: number,
): Promise<Array<TaskOutcome | undefined>> {
  const outcomes: Array<TaskOutcome | undefined> = tasks.map(() => undefined)
  if (tasks.length === 0) return outcomes
  const { rows } = await tx.query<Row>({
    name: 'readTaskResults',
    text,
    values: [
      plainArray(tasks.map((task) => task.runId)),
      plainArray(tasks.map((task) => task.versionId)),
      tasks.map((task) => task.key),
      limitBytes,
    ],
  })
  for (const row of rows) {
    const at = row.place - 1
    const outcome: TaskOutcome = outcomes[at] ?? {
      status: statusOf(row),
      result: row.isList ? listOf(row) : null,
      fault: null,
    }
    outcomes[at] = outcome
    if (row.item === null) continue
    if (row.isLarge) outcome.fault = 'TOO_LARGE'
    else if (row.isGone) outcome.fault ??= 'GONE'
    if (row.item === -1) outcome.result = row.value
    else (outcome.result as unknown[]).push(row.itemState === 'SUCCESS' ? row.value : null)
  }
  return outcomes
}

/** A list task that was expanded has a list, also of nothing. */
const listOf = (row: Row): unknown[] | null => (row.items > 0 || row.state === 'SUCCESS' ? [] : null)

function statusOf({ state, executionStatus }: Row): ExecutionStatus {
  switch (state) {
    case 'WAITING':
    case 'DECIDING':
    case 'AWAITING':
      return 'PENDING'
    case 'QUEUED':
      return executionStatus ?? 'PENDING'
    case 'EXPANDED':
    case 'SUBRUN':
      return 'RUNNING'
    default:
      return state
  }
}
