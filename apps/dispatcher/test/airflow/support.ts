import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AirflowConfig } from '@jobu/airflow'
import { type Database, type EngineState, schema } from '@jobu/db'
import { anAirflowConfig } from '../../../../packages/airflow/test/support/aDagSchedule.ts'
import { AirflowStandIn, PASSWORD, USER } from '../../../../packages/airflow/test/support/airflowStandIn.ts'
import { AirflowLoop } from '../../src/index.ts'
import { aLogger } from '../support.ts'

type ScheduleState = Partial<typeof schema.schedules.$inferInsert>
export interface TestTask {
  key: string
  after?: string[]
  rule?: 'all_success' | 'all_done' | 'one_failed'
  operator?: string
  params?: Record<string, unknown>
}

/** A schedule of engine `airflow` with a version of its own, due for a look. */
export async function anAirflowSchedule(
  db: Database,
  tasks: TestTask[] = [{ key: 'extract' }, { key: 'load', after: ['extract'] }],
  state: ScheduleState = {},
): Promise<number> {
  const [made] = await db.db
    .insert(schema.schedules)
    .values({ title: 'Nightly', timezone: 'UTC', cronExpression: '0 3 * * *', engine: 'airflow', ...state })
    .returning()
  await aVersion(db, made!.id, tasks)
  return made!.id
}

/** The tasks of a schedule from now on, as the API would store them. */
export async function aVersion(db: Database, scheduleId: number, tasks: TestTask[]): Promise<void> {
  const { rows } = await db.query<{ id: number }>(
    `INSERT INTO schedule_versions (schedule_id, version, definition)
     VALUES ($1, (SELECT count(*) + 1 FROM schedule_versions WHERE schedule_id = $1), $2) RETURNING id`,
    [scheduleId, JSON.stringify({ tasks: tasks.map(({ key, operator }) => ({ key, operator })) })],
  )
  const versionId = rows[0]!.id
  for (const [no, task] of tasks.entries()) {
    await db.db.insert(schema.scheduleTasks).values({
      versionId,
      no,
      key: task.key,
      parents: task.after?.length ?? 0,
      triggerRule: task.rule ?? 'all_success',
      handlerName: 'echo',
      params: task.params ?? {},
    })
    for (const parent of task.after ?? []) {
      const parentNo = tasks.findIndex(({ key }) => key === parent)
      await db.db.insert(schema.scheduleEdges).values({ versionId, parentNo, childNo: no })
    }
  }
  await db.query('UPDATE schedules SET version_id = $2, engine_sync_at = now() WHERE id = $1', [
    scheduleId,
    versionId,
  ])
}

/** An Airflow, its folder, and a loop that looks at it when told. */
export class AirflowBench {
  readonly airflow: AirflowStandIn
  readonly folder: string
  readonly logged: string[]
  readonly config: AirflowConfig
  readonly #db: Database
  readonly #loop: AirflowLoop

  private constructor(
    db: Database,
    airflow: AirflowStandIn,
    folder: string,
    settings: Record<string, unknown>,
  ) {
    this.#db = db
    this.airflow = airflow
    this.folder = folder
    const { logger, logged } = aLogger()
    this.logged = logged
    this.config = anAirflowConfig({
      base_url: airflow.url,
      username: USER,
      password: PASSWORD,
      dags_folder: folder,
      timeout_seconds: 1,
      poll_seconds: 1,
      version: airflow.version,
      ...settings,
    })
    this.#loop = new AirflowLoop(db, this.config, logger)
  }

  static async open(
    db: Database,
    version: 2 | 3,
    settings: Record<string, unknown> = {},
  ): Promise<AirflowBench> {
    const folder = mkdtempSync(join(tmpdir(), 'jobu-airflow-'))
    return new AirflowBench(db, await AirflowStandIn.start(version, folder), folder, settings)
  }

  async close(): Promise<void> {
    await this.airflow.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Another dispatcher beside it. */
  beside(settings: Record<string, unknown> = {}): AirflowBench {
    return new AirflowBench(this.#db, this.airflow, this.folder, settings)
  }

  /** Looks at every schedule as if its time had come. */
  async look(): Promise<void> {
    await this.#db.query(
      `UPDATE schedules SET engine_sync_at = now() - interval '1 second', engine_state = engine_state - 'leased_until' WHERE engine_sync_at IS NOT NULL`,
    )
    await this.#loop.pass()
  }

  /** As `look`, but only at what is due by itself. */
  pass(): Promise<number> {
    return this.#loop.pass()
  }

  /** Until Airflow has the DAG and jobu knows. */
  async settle(): Promise<void> {
    await this.look()
    await this.airflow.scan()
    await this.look()
  }

  async state(scheduleId: number): Promise<EngineState & { leased_until?: string }> {
    const { rows } = await this.#db.query<{ state: EngineState }>(
      'SELECT engine_state AS state FROM schedules WHERE id = $1',
      [scheduleId],
    )
    return rows[0]!.state
  }

  async runs(scheduleId: number): Promise<Array<typeof schema.scheduleRuns.$inferSelect>> {
    const rows = await this.#db.db.select().from(schema.scheduleRuns)
    return rows.filter((row) => row.scheduleId === scheduleId).sort((a, b) => a.id - b.id)
  }

  /** The tasks of a run by key: state, or state and reason. */
  async tasks(runId: number): Promise<Record<string, string>> {
    const { rows } = await this.#db.query<{ key: string; state: string }>(
      `SELECT d.key, concat_ws(' ', t.state::text, t.reason) AS state FROM task_runs AS t
       JOIN schedule_tasks AS d ON d.version_id = t.version_id AND d.no = t.task_no WHERE t.run_id = $1`,
      [runId],
    )
    return Object.fromEntries(rows.map(({ key, state }) => [key, state]))
  }

  /** A person starts it. */
  async start(
    scheduleId: number,
    params: Record<string, unknown> = {},
    scheduledTime = new Date(),
  ): Promise<number> {
    const { rows } = await this.#db.query<{ id: number }>(
      `INSERT INTO schedule_runs (schedule_id, version_id, scheduled_time, trigger, params)
       SELECT id, version_id, $2, 'manual', $3 FROM schedules WHERE id = $1 RETURNING id`,
      [scheduleId, scheduledTime, JSON.stringify(params)],
    )
    return rows[0]!.id
  }
}
