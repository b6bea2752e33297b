import {
  type Claim,
  type Connection,
  completeExecutions,
  createRun,
  type Database,
  type Failure,
  failExecutions,
  type RunStatus,
  schema,
  startPendingRuns,
  type TaskKind,
  type TaskState,
  type TriggerRule,
} from '@jobu/db'

export interface DagTask {
  key: string
  after?: string[]
  rule?: TriggerRule
  kind?: TaskKind
  isDecided?: boolean
  handlerName?: string
  params?: Record<string, unknown>
  spec?: Record<string, unknown>
  maxRetry?: number
}

/** A schedule with a DAG. `a, b after a` may be written as `a->b`: see `dagOf`. */
export async function aSchedule(
  db: Connection,
  tasks: DagTask[] | string,
  state: Partial<typeof schema.schedules.$inferInsert> = {},
): Promise<{ id: number; versionId: number }> {
  const list = typeof tasks === 'string' ? dagOf(tasks) : tasks
  const [schedule] = await db.db
    .insert(schema.schedules)
    .values({ title: 'nightly', timezone: 'UTC', ...state })
    .returning()
  const [version] = await db.db
    .insert(schema.scheduleVersions)
    .values({ scheduleId: schedule!.id, version: 1, definition: { tasks: [] } })
    .returning()
  const versionId = version!.id
  const noOf = new Map(list.map(({ key }, no) => [key, no]))
  await inChunks(list, (part) =>
    db.db.insert(schema.scheduleTasks).values(
      part.map((task) => ({
        versionId,
        no: noOf.get(task.key)!,
        key: task.key,
        parents: task.after?.length ?? 0,
        triggerRule: task.rule ?? 'all_success',
        kind: task.kind ?? 'handler',
        isDecided: task.isDecided ?? (task.kind !== undefined && task.kind !== 'handler'),
        handlerName: (task.kind ?? 'handler') === 'handler' ? (task.handlerName ?? 'echo') : null,
        params: task.params ?? {},
        spec: task.spec ?? {},
        maxRetry: task.maxRetry ?? 0,
      })),
    ),
  )
  const edges = list.flatMap(({ key, after = [] }) =>
    after.map((parent) => ({ versionId, parentNo: noOf.get(parent)!, childNo: noOf.get(key)! })),
  )
  await inChunks(edges, (part) => db.db.insert(schema.scheduleEdges).values(part))
  await db.query('UPDATE schedules SET version_id = $2 WHERE id = $1', [schedule!.id, versionId])
  return { id: schedule!.id, versionId }
}

async function inChunks<T>(rows: T[], write: (part: T[]) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < rows.length; i += 1_000) await write(rows.slice(i, i + 1_000))
}

/** `a->b, c->b[all_done]`: tasks by name, edges by arrow, a rule in brackets. */
export function dagOf(text: string): DagTask[] {
  const tasks = new Map<string, DagTask & { after: string[] }>()
  for (const path of text.split(',')) {
    let before: string | undefined
    for (const word of path.split('->')) {
      const [, key, rule] = /^(\w+)(?:\[(\w+)\])?$/.exec(word.trim())!
      const task = tasks.get(key!) ?? { key: key!, after: [] }
      tasks.set(key!, task)
      if (rule !== undefined) task.rule = rule as TriggerRule
      if (before !== undefined) task.after.push(before)
      before = key
    }
  }
  return [...tasks.values()]
}

/** A run of a schedule that has started. */
export async function aRun(
  db: Database,
  scheduleId: number,
  params: Record<string, unknown> = {},
): Promise<number> {
  return db.transactional({ label: 'a run' }, async (tx) => {
    const { id } = await createRun(tx, {
      scheduleId,
      trigger: 'manual',
      scheduledTime: new Date(),
      params,
      by: 'test',
    })
    if ((await startPendingRuns(tx, scheduleId)) === 0) throw new Error('the run did not start')
    return id
  })
}

export interface TaskRow {
  id: number
  key: string
  item: number
  state: TaskState
  reason: string | null
  errorMessage: string | null
  executionId: number | null
  executionTime: Date | null
  earlierExecutions: number[]
  waiting: number
  result: unknown
  /** How many executions were ever made for it. */
  executions: number
}

/** The tasks of a run by their place in the DAG, items after their task. */
export async function tasksOf(db: Connection, runId: number): Promise<TaskRow[]> {
  const { rows } = await db.query<TaskRow>(
    `SELECT t.id, d.key, t.item, t.state, t.reason, t.error_message AS "errorMessage", t.execution_id AS "executionId",
       t.execution_time AS "executionTime", t.earlier_executions::text[]::integer[] AS "earlierExecutions", t.waiting, t.result,
       (SELECT count(*)::integer FROM job_executions AS e WHERE e.task_run_id = t.id) AS executions
     FROM task_runs AS t JOIN schedule_tasks AS d ON d.version_id = t.version_id AND d.no = t.task_no
     WHERE t.run_id = $1 ORDER BY t.task_no, t.item`,
    [runId],
  )
  return rows
}

/** `{a: 'SUCCESS', b: 'SKIPPED UPSTREAM_FAILED'}`; items as `a.0`. */
export async function statesOf(db: Connection, runId: number): Promise<Record<string, string>> {
  return Object.fromEntries(
    (await tasksOf(db, runId)).map(({ key, item, state, reason }) => [
      item === -1 ? key : `${key}.${item}`,
      reason === null ? state : `${state} ${reason}`,
    ]),
  )
}

export interface RunRow {
  status: RunStatus
  tasksLeft: number
  tasksFailed: number
  round: number
  isFinished: boolean
  isFollowUpDue: boolean
}

export async function runOf(db: Connection, runId: number): Promise<RunRow> {
  const { rows } = await db.query<RunRow>(
    `SELECT status, tasks_left AS "tasksLeft", tasks_failed AS "tasksFailed", round, finished_at IS NOT NULL AS "isFinished",
       follow_up_at IS NOT NULL AS "isFollowUpDue" FROM schedule_runs WHERE id = $1`,
    [runId],
  )
  return rows[0]!
}

export type Outcome = 'SUCCESS' | 'FAILED' | 'TIMEOUT' | 'CANCELLED'

/** The executions of tasks, as a worker has them that claimed just these. */
export async function claimTasks(db: Connection, runId: number, keys: string[]): Promise<Claim[]> {
  const { rows } = await db.query<Claim & { key: string }>(
    `UPDATE job_executions AS e
     SET status = 'RUNNING', ready_at = NULL, started_at = clock_timestamp(), lease_expires_at = now() + interval '1 minute',
       worker_id = 'worker-1', attempt = attempt + 1
     FROM task_runs AS t JOIN schedule_tasks AS d ON d.version_id = t.version_id AND d.no = t.task_no
     WHERE t.run_id = $1 AND CASE WHEN t.item = -1 THEN d.key ELSE d.key || '.' || t.item END = ANY ($2)
       AND e.id = t.execution_id AND e.scheduled_time = t.execution_time AND e.status = 'PENDING'
     RETURNING e.id, e.scheduled_time AS "scheduledTime", e.attempt, CASE WHEN t.item = -1 THEN d.key ELSE d.key || '.' || t.item END AS key`,
    [runId, keys],
  )
  return keys.map((key) => {
    const claim = rows.find((row) => row.key === key)
    if (!claim) throw new Error(`task ${key} of run ${runId} has no execution that can be claimed`)
    return { id: claim.id, scheduledTime: claim.scheduledTime, attempt: claim.attempt }
  })
}

export const failureOf = (claim: Claim, outcome: Exclude<Outcome, 'SUCCESS'> = 'FAILED'): Failure => ({
  ...claim,
  outcome,
  reason: outcome === 'TIMEOUT' ? 'TIMEOUT' : 'HANDLER_ERROR',
  message: 'no luck',
  stack: null,
  retryDelayMs: null,
})

/** Claims the executions of tasks and ends them, as a worker's completer would: successes in one statement, others in one. */
export async function endTasks(
  db: Connection,
  runId: number,
  outcomes: Record<string, Outcome>,
): Promise<void> {
  const keys = Object.keys(outcomes)
  const claims = await claimTasks(db, runId, keys)
  const done = claims.filter((_, i) => outcomes[keys[i]!] === 'SUCCESS')
  const failed = claims.flatMap((claim, i) => {
    const outcome = outcomes[keys[i]!]!
    return outcome === 'SUCCESS' ? [] : [failureOf(claim, outcome)]
  })
  if (done.length > 0)
    await completeExecutions(
      db,
      done.map((claim) => ({ ...claim, result: '{"ok":true}' })),
      () => {},
    )
  if (failed.length > 0) await failExecutions(db, failed)
}

/** Makes the items of a task that is DECIDING, as a dispatcher does with its list. */
export async function expandTask(
  db: Database,
  runId: number,
  key: string,
  items: readonly unknown[],
): Promise<void> {
  await db.transactional({ label: 'expand' }, async (tx) => {
    await tx.query('SELECT FROM schedule_runs WHERE id = $1 FOR NO KEY UPDATE', [runId])
    await tx.query(
      `WITH task AS (
         UPDATE task_runs AS t SET state = 'EXPANDED', attention_at = NULL, items = $3, items_left = $3
         FROM schedule_tasks AS d
         WHERE t.run_id = $1 AND d.version_id = t.version_id AND d.no = t.task_no AND d.key = $2 AND t.item = -1 AND t.state = 'DECIDING'
         RETURNING t.*
       )
       INSERT INTO task_runs (run_id, version_id, task_no, item, result, state, execution_id, execution_time)
       SELECT run_id, version_id, task_no, i.no - 1, i.value, 'QUEUED', nextval('job_executions_id_seq'), clock_timestamp()
       FROM task, jsonb_array_elements($4::jsonb) WITH ORDINALITY AS i (value, no)`,
      [runId, key, items.length, JSON.stringify(items)],
    )
    await tx.query(
      `SELECT jobu_enqueue_tasks(ARRAY (SELECT id FROM task_runs WHERE run_id = $1 AND item >= 0 AND state = 'QUEUED'
         AND NOT EXISTS (SELECT FROM job_executions AS e WHERE e.id = execution_id) ORDER BY item))`,
      [runId],
    )
  })
}

/** Everything that must hold of all runs at any time, as sentences that say where it does not. */
export async function faultsOf(db: Connection): Promise<string[]> {
  const { rows } = await db.query<{ fault: string }>(`
WITH parents AS (
  SELECT c.id, count(*) FILTER (WHERE p.finished_at IS NULL) AS waiting, count(*) FILTER (WHERE p.state = 'SUCCESS') AS succeeded,
    count(*) FILTER (WHERE p.state = 'SKIPPED' AND p.reason <> 'UPSTREAM_FAILED') AS skipped, count(*) AS n
  FROM task_runs AS c JOIN schedule_edges AS e ON e.version_id = c.version_id AND e.child_no = c.task_no
  JOIN task_runs AS p ON p.run_id = c.run_id AND p.task_no = e.parent_no AND p.item = -1
  WHERE c.item = -1 GROUP BY c.id
), tasks AS (
  SELECT run_id, count(*) FILTER (WHERE finished_at IS NULL) AS unfinished,
    count(*) FILTER (WHERE state IN ('FAILED', 'TIMEOUT', 'CANCELLED')) AS failed,
    count(*) FILTER (WHERE state IN ('DECIDING', 'QUEUED', 'EXPANDED', 'AWAITING', 'SUBRUN')) AS active
  FROM task_runs WHERE item = -1 GROUP BY run_id
), items AS (
  SELECT run_id, task_no, count(*) AS n, count(*) FILTER (WHERE finished_at IS NULL) AS unfinished
  FROM task_runs WHERE item >= 0 GROUP BY run_id, task_no
)
SELECT format('run %s task %s: counts %s,%s,%s,%s do not match the tasks before it', t.run_id, t.task_no, t.waiting, t.succeeded, t.failed, t.skipped) AS fault
FROM task_runs AS t JOIN parents AS p USING (id)
WHERE (t.waiting, t.succeeded, t.skipped, t.failed) <> (p.waiting, p.succeeded, p.skipped, p.n - p.waiting - p.succeeded - p.skipped)
UNION ALL
SELECT format('run %s task %s waits although its rule says %s', t.run_id, t.task_no, jobu_task_verdict(d.trigger_rule, t.waiting, t.succeeded, t.failed, t.skipped))
FROM task_runs AS t JOIN schedule_tasks AS d ON d.version_id = t.version_id AND d.no = t.task_no
WHERE t.state = 'WAITING' AND jobu_task_verdict(d.trigger_rule, t.waiting, t.succeeded, t.failed, t.skipped) IS NOT NULL
UNION ALL
SELECT format('run %s %s: %s left and %s failed, but its tasks say %s and %s', r.id, r.status, r.tasks_left, r.tasks_failed, t.unfinished, t.failed)
FROM schedule_runs AS r JOIN tasks AS t ON t.run_id = r.id
WHERE (r.tasks_left, r.tasks_failed) <> (t.unfinished, t.failed)
UNION ALL
SELECT format('run %s is %s with %s tasks left, %s of them active', r.id, r.status, t.unfinished, t.active)
FROM schedule_runs AS r JOIN tasks AS t ON t.run_id = r.id
WHERE r.status <> CASE WHEN t.unfinished > 0 THEN 'RUNNING' WHEN r.cancel_requested_at IS NOT NULL THEN 'CANCELLED'
  WHEN t.failed > 0 THEN 'FAILED' ELSE 'SUCCESS' END::run_status OR t.unfinished > 0 AND t.active = 0
UNION ALL
SELECT format('run %s task %s is EXPANDED with %s items left, not %s', t.run_id, t.task_no, t.items_left, i.unfinished)
FROM task_runs AS t JOIN items AS i ON i.run_id = t.run_id AND i.task_no = t.task_no
WHERE t.item = -1 AND t.state = 'EXPANDED' AND (t.items_left <> i.unfinished OR t.items <> i.n OR t.items_left = 0)
UNION ALL
SELECT format('run %s task %s.%s is QUEUED, its execution %s', t.run_id, t.task_no, t.item, coalesce(e.status::text, 'missing'))
FROM task_runs AS t LEFT JOIN job_executions AS e ON e.id = t.execution_id AND e.scheduled_time = t.execution_time AND e.task_run_id = t.id
WHERE t.state = 'QUEUED' AND e.status IS DISTINCT FROM 'PENDING' AND e.status IS DISTINCT FROM 'RUNNING'
UNION ALL
SELECT format('run %s task %s.%s has %s executions, and knows %s', t.run_id, t.task_no, t.item, e.n, cardinality(known.ids))
FROM task_runs AS t
CROSS JOIN LATERAL (SELECT t.earlier_executions || CASE WHEN t.execution_id IS NULL THEN '{}' ELSE ARRAY [t.execution_id] END AS ids) AS known
CROSS JOIN LATERAL (SELECT count(*) AS n, count(*) FILTER (WHERE id = ANY (known.ids)) AS told FROM job_executions WHERE task_run_id = t.id) AS e
WHERE e.n <> cardinality(known.ids) OR e.told <> e.n`)
  return rows.map((row) => row.fault)
}
