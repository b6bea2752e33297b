import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createRun, Database, startPendingRuns } from '@jobu/db'
import { type ServiceName, type ServiceProcess, startService } from './support/processes.ts'
import { createTestDatabase, type TestDatabase } from './support/testDatabase.ts'
import { until } from './support/until.ts'
import { aSchedule, type DagTask, faultsOf } from './support/workflows.ts'

/** `JOBU_TEST_RUNS=1000` is the full run. */
const RUNS = Number(process.env.JOBU_TEST_RUNS ?? 40)
/** A worker is killed for each so many runs, in the middle of their work: a fast machine sees as many kills as a slow one. */
const RUNS_PER_KILL = 3
/** Fewer: one that starts leaves leases alone for a while, and without the other nobody would be tried again. */
const WORKERS_PER_DISPATCHER_KILL = 6
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
    for (const name of ['dispatcher', 'dispatcher', 'worker', 'worker', 'worker'] as const) {
      running.push(await startService(name, env()))
    }

    const replace = async (name: Exclude<ServiceName, 'admin'>) => {
      // The oldest: one that has only just started may not have done anything.
      const at = running.findIndex((service) => service.name === name)
      const [victim] = running.splice(at, 1)
      if (name === 'worker') {
        const { pid } = victim!.child
        await until('it holds a task', async () => (await holdsTask(pid!)) || (await areAllDone()))
      }
      await victim!.kill()
      running.push(await startService(name, env()))
    }
    const holdsTask = async (pid: number) => {
      const { rows } = await db.query(
        `SELECT FROM job_executions AS e JOIN workers AS w ON w.id = e.worker_id WHERE e.status = 'RUNNING' AND w.pid = $1`,
        [pid],
      )
      return rows.length > 0
    }
    const areAllDone = async () => {
      const { rows } = await db.query(
        `SELECT FROM schedule_runs WHERE status IN ('PENDING', 'RUNNING') LIMIT 1`,
      )
      return rows.length === 0
    }
    for (let made = 0, kills = 1; made < RUNS; kills++) {
      for (const last = Math.min(made + RUNS_PER_KILL, RUNS); made < last; made++) {
        const run = { trigger: 'manual', scheduledTime: new Date(), by: null } as const
        await createRun(db, { scheduleId: schedule.id, ...run })
      }
      await db.transactional({ label: 'start' }, (tx) => startPendingRuns(tx, schedule.id))
      await replace('worker')
      if (kills % WORKERS_PER_DISPATCHER_KILL === 0) await replace('dispatcher')
    }
    await until('every run has ended', areAllDone, 120_000 + TASKS * 100)

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
    // It was a crash test: attempts were cut off in the middle.
    const { rows: cut } = await db.query(
      'SELECT count(*)::integer AS attempts FROM job_executions WHERE attempt > 1',
    )
    expect((cut[0] as { attempts: number }).attempts).toBeGreaterThan(0)
  },
  180_000 + TASKS * 100,
)
