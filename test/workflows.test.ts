import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createRun, Database, startPendingRuns } from '@jobu/db'
import { type ServiceName, type ServiceProcess, startService } from './support/processes.ts'
import { createTestDatabase, type TestDatabase } from './support/testDatabase.ts'
import { until } from './support/until.ts'
import { aSchedule, type DagTask, faultsOf } from './support/workflows.ts'

/** `JOBU_TEST_RUNS=1000` is the full run. */
const RUNS = Number(process.env.JOBU_TEST_RUNS ?? 40)
/** Kills are spread over the work, not over time: a fast machine sees as many as a slow one. */
const TASKS_PER_WORKER_KILL = 60
/** Fewer: one that starts leaves leases alone for a while, and without the other nobody would be tried again. */
const DISPATCHER_KILLS = Math.max(2, Math.floor(RUNS / 50))
/** At once, so that their tasks mix in every batch. */
const ACTIVE_RUNS = 20

const HANDLERS = fileURLToPath(new URL('./support/fixtures/handlers', import.meta.url))

/** One, six, one, six, one, four, one: three diamonds on end. */
const DAG = ((): DagTask[] => {
  const tasks: DagTask[] = []
  let before: string[] = []
  for (const [level, width] of [1, 6, 1, 6, 1, 4, 1].entries()) {
    const keys = Array.from({ length: width }, (_, i) => `t${level}_${i}`)
    for (const key of keys) tasks.push({ key, after: before, handlerName: 'step', maxRetry: 1_000 })
    before = keys
  }
  return tasks
})()
const TASKS = RUNS * DAG.length

let database: TestDatabase
let db: Database
const running: ServiceProcess[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  db = new Database({ url: database.url }, { engine: true })
})
afterAll(async () => {
  await Promise.all(running.map((service) => service.kill()))
  await db.close()
  await database.drop()
})

const env = () => ({
  DATABASE_URL: database.url,
  JOBU_WORKER_HANDLERS_PATH: HANDLERS,
  JOBU_WORKER_POOL_SIZE: '8',
  JOBU_WORKER_CLAIM_BATCH_SIZE: '8',
  JOBU_WORKER_LEASE_SECONDS: '3',
  JOBU_WORKER_HEARTBEAT_SECONDS: '1',
})

test(
  `${RUNS} runs of ${DAG.length} tasks, workers and dispatchers killed all the while: every task ends once, every join after all before it`,
  async () => {
    await db.query(
      'CREATE TABLE effects (run_id bigint, task_no integer, execution_id bigint, attempt integer, missing integer)',
    )
    await db.query('CREATE INDEX ON effects (run_id, task_no)')
    const schedule = await aSchedule(db, DAG, { maxActiveRuns: ACTIVE_RUNS })
    await db.query('UPDATE schedule_tasks SET retry_delay_seconds = 0')
    for (let i = 0; i < RUNS; i++) {
      await createRun(db, { scheduleId: schedule.id, trigger: 'manual', scheduledTime: new Date(), by: null })
    }
    for (const name of ['dispatcher', 'dispatcher', 'worker', 'worker', 'worker'] as const) {
      running.push(await startService(name, env()))
    }

    const kills = { worker: 0, dispatcher: 0 }
    const replace = async (name: Exclude<ServiceName, 'admin'>) => {
      kills[name]++
      // The oldest: one that has only just started may not have done anything.
      const [victim] = running.splice(
        running.findIndex((service) => service.name === name),
        1,
      )
      await victim!.kill()
      running.push(await startService(name, env()))
    }
    await until(
      'every run has ended',
      async () => {
        await db.transactional({ label: 'start' }, (tx) => startPendingRuns(tx, schedule.id))
        const { rows } = await db.query<{ effects: number; left: number }>(
          `SELECT (SELECT count(*)::integer FROM effects) AS effects,
             (SELECT count(*)::integer FROM schedule_runs WHERE status IN ('PENDING', 'RUNNING')) AS left`,
        )
        const { effects, left } = rows[0]!
        if (left === 0) return true
        if (effects >= (kills.dispatcher + 1) * (TASKS / (DISPATCHER_KILLS + 1))) await replace('dispatcher')
        if (effects >= (kills.worker + 1) * TASKS_PER_WORKER_KILL) await replace('worker')
        return undefined
      },
      { timeoutMs: 120_000 + TASKS * 100, everyMs: 20 },
    )

    const { rows: runs } = await db.query(
      'SELECT status, count(*)::integer AS runs, max(tasks_left) AS left FROM schedule_runs GROUP BY status',
    )
    expect(runs).toEqual([{ status: 'SUCCESS', runs: RUNS, left: 0 }])
    const { rows: tasks } = await db.query(
      `SELECT state, count(*)::integer AS tasks, count(DISTINCT execution_id)::integer AS executions FROM task_runs GROUP BY state`,
    )
    expect(tasks).toEqual([{ state: 'SUCCESS', tasks: TASKS, executions: TASKS }])
    const { rows: executions } = await db.query(
      'SELECT status, count(*)::integer AS executions FROM job_executions GROUP BY status',
    )
    expect(executions).toEqual([{ status: 'SUCCESS', executions: TASKS }])
    const { rows: effects } = await db.query(
      `SELECT count(*)::integer AS effects, count(DISTINCT (run_id, task_no))::integer AS tasks, max(missing) AS missing FROM effects`,
    )
    expect(effects).toEqual([{ effects: TASKS, tasks: TASKS, missing: 0 }])
    expect(await faultsOf(db)).toEqual([])
    // It was a crash test: attempts were cut off in the middle, by workers and with dispatchers gone.
    expect(kills.worker).toBeGreaterThan(TASKS / TASKS_PER_WORKER_KILL / 2)
    expect(kills.dispatcher).toBeGreaterThan(0)
    const { rows: cut } = await db.query(
      'SELECT count(*)::integer AS attempts FROM job_executions WHERE attempt > 1',
    )
    expect((cut[0] as { attempts: number }).attempts).toBeGreaterThan(0)
  },
  180_000 + TASKS * 100,
)
