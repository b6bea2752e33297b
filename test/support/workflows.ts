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
