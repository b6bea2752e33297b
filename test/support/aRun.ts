import type { Connection } from '@jobu/db'

export interface TaskOfRun {
  key: string
  handlerName?: string
  params?: Record<string, unknown>
  dependsOn?: string[]
  triggerRule?: string
  maxRetry?: number
}

let schedules = 0

/** A run of a schedule of its own, started: its first tasks have their executions, as a dispatcher would have made them. */
export async function aRun(
  db: Connection,
  tasks: TaskOfRun[],
): Promise<{ scheduleId: number; runId: number }> {
  const one = async (text: string, values: unknown[]) =>
    Number((await db.query<{ id: number | string }>(text, values)).rows[0]!.id)
  const scheduleId = await one(`INSERT INTO schedules (title, timezone) VALUES ($1, 'UTC') RETURNING id`, [
    `schedule ${++schedules}`,
  ])
  const versionId = await one(
    `INSERT INTO schedule_versions (schedule_id, version, definition) VALUES ($1, 1, '{}') RETURNING id`,
    [scheduleId],
  )
  const numbers = new Map(tasks.map(({ key }, no) => [key, no]))
  for (const { key, handlerName = 'echo', params = {}, dependsOn = [], ...task } of tasks) {
    await db.query(
      `INSERT INTO schedule_tasks (version_id, no, parents, key, handler_name, params, trigger_rule, max_retry, retry_delay_seconds)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)`,
      [
        versionId,
        numbers.get(key),
        dependsOn.length,
        key,
        handlerName,
        params,
        task.triggerRule ?? 'all_success',
        task.maxRetry ?? 0,
      ],
    )
    for (const parent of dependsOn) {
      await db.query('INSERT INTO schedule_edges (version_id, parent_no, child_no) VALUES ($1, $2, $3)', [
        versionId,
        numbers.get(parent),
        numbers.get(key),
      ])
    }
  }
  const runId = await one(
    `INSERT INTO schedule_runs (schedule_id, version_id, scheduled_time, trigger) VALUES ($1, $2, now(), 'manual') RETURNING id`,
    [scheduleId, versionId],
  )
  await db.query('SELECT jobu_start_run($1, true)', [runId])
  return { scheduleId, runId }
}

/** The execution of a task, once it has one. */
export async function executionOfTask(db: Connection, runId: number, key: string) {
  const { rows } = await db.query<{ id: number; scheduledTime: Date; taskRunId: number; state: string }>(
    `SELECT t.execution_id AS id, t.execution_time AS "scheduledTime", t.id AS "taskRunId", t.state
     FROM task_runs AS t JOIN schedule_tasks AS d ON d.version_id = t.version_id AND d.no = t.task_no
     WHERE t.run_id = $1 AND d.key = $2 AND t.item = -1`,
    [runId, key],
  )
  return rows[0]!
}
