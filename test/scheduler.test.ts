import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Database } from '@jobu/db'
import { freePort } from '../scripts/lib/freePort.mjs'
import { type ServiceName, type ServiceProcess, startService } from './support/processes.ts'
import { createTestDatabase, type TestDatabase } from './support/testDatabase.ts'
import { until } from './support/until.ts'

const TOKEN = 'a-token-of-at-least-thirty-two-characters'

let database: TestDatabase
let db: Database
let port: number
let running: ServiceProcess[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  db = new Database({ url: database.url }, { engine: true })
  port = await freePort()
})
afterAll(async () => {
  await Promise.all(running.map((service) => service.kill()))
  await db.close()
  await database.drop()
})

const env = () => ({
  DATABASE_URL: database.url,
  JOBU_DISPATCHER_MIN_CRON_INTERVAL_SECONDS: '1',
  // What a stop of seconds misses is missed.
  JOBU_DISPATCHER_MISFIRE_THRESHOLD_SECONDS: '1',
  // No poll brings them back to work.
  JOBU_DISPATCHER_POLL_INTERVAL_SECONDS: '3600',
  JOBU_WORKER_POLL_INTERVAL_SECONDS: '3600',
  JOBU_ADMIN_PORT: String(port),
  JOBU_ADMIN_TOKEN: TOKEN,
})
const start = async (names: ServiceName[]) => {
  running = [...running, ...(await Promise.all(names.map((name) => startService(name, env()))))]
}
const api = async (method: string, path: string, body?: unknown) => {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
    method,
    headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  expect([path, response.status]).toEqual([
    path,
    method === 'POST' && !path.startsWith('/scheduler') ? 201 : 200,
  ])
  return (await response.json()) as Record<string, never>
}
const enqueue = (count: number) =>
  api('POST', '/jobs/bulk', {
    jobs: Array.from({ length: count }, () => ({ handler_name: 'sleep', params: { seconds: 0.02 } })),
  })
const one = async <T>(text: string, values: unknown[] = []) => (await db.query<T>(text, values)).rows[0]!
const settled = async () =>
  (
    await one<{ count: number }>(
      `SELECT count(*)::integer AS count FROM job_executions WHERE status = 'SUCCESS'`,
    )
  ).count

test('under load a stop holds from its answer on in every process, over a restart of all of them, until the start', async () => {
  await start(['admin', 'dispatcher', 'dispatcher', 'worker', 'worker'])
  await api('POST', '/crons', {
    name: 'every second',
    cron_expression: '* * * * * *',
    handler_name: 'echo',
    overlap_policy: 'allow',
    misfire_policy: 'skip',
  })
  await enqueue(10_000)
  await until('the load runs', async () => (await settled()) > 100)

  await api('POST', '/scheduler/stop')
  const answeredAt = new Date()
  // On a machine so slow that it waits for no claim under way, one may end a moment after it.
  const { at: stoppedAt } = await until('what was under way is over', () =>
    one<{ at: string }>(
      `SELECT clock_timestamp()::text AS at WHERE NOT EXISTS (
         SELECT FROM pg_stat_activity WHERE application_name ~ '^(worker|dispatcher)-' AND xact_start < $1)`,
      [answeredAt],
    ),
  )
  await enqueue(200)
  const after = async () =>
    one<{ started: number; slots: number; running: number; pending: number }>(
      `SELECT count(*) FILTER (WHERE started_at > $1)::integer AS started,
         count(*) FILTER (WHERE param_source = 'cron' AND created_at > $1)::integer AS slots,
         count(*) FILTER (WHERE status = 'RUNNING')::integer AS running,
         count(*) FILTER (WHERE status = 'PENDING')::integer AS pending
       FROM job_executions`,
      [stoppedAt],
    )
  await until('what ran has ended', async () => (await after()).running === 0)
  expect(await after()).toMatchObject({ started: 0, slots: 0 })
  expect((await after()).pending).toBeGreaterThanOrEqual(200)

  await Promise.all(running.splice(0).map((service) => service.stop()))
  await start(['admin', 'dispatcher', 'worker'])
  expect(await api('GET', '/scheduler/status')).toMatchObject({ scheduler_running: false })
  // Long enough for every poll, watch and slot: nothing may come of them.
  await pause(3_000)
  expect(await after()).toMatchObject({ started: 0, slots: 0 })

  const due = await api('POST', '/scheduler/start?dry_run=true')
  expect(due).toMatchObject({ crons: 1, crons_running: 1, scheduler_running: false })
  await api('POST', '/scheduler/start')
  await until('workers and dispatchers go on', async () => {
    const { started, slots } = await after()
    return started > 0 && slots > 0
  })
  const { id } = await one<{ id: number }>('SELECT id FROM cron_jobs')
  const slots = await api('GET', `/crons/${id}/slots?size=200`)
  expect(slots.summary).not.toHaveProperty('UNACCOUNTED')
  expect(slots.summary).toHaveProperty('SKIPPED')
}, 300_000)
