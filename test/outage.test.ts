import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Database, insertExecutions, migrate } from '@jobu/db'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../scripts/lib/embeddedPostgres.mjs'
import { freePort } from '../scripts/lib/freePort.mjs'
import { type ServiceProcess, startService } from './support/processes.ts'
import { until } from './support/until.ts'

/** How long the database is away. */
const OUTAGE_MS = 1000 * Number(process.env.JOBU_TEST_OUTAGE_SECONDS ?? 20)
const JOBS_PER_BATCH = 100

const HANDLER = `
export const effect = {
  name: 'effect',
  run: (params, ctx) => ctx.transaction(async (tx) => {
    await tx.query('INSERT INTO effects (execution_id, attempt) VALUES ($1, $2)', [ctx.execution.id, ctx.attempt])
    return { effect: true }
  }),
}
export const slow = {
  name: 'slow',
  run: (params, ctx) => new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve({ slept: true }), params.ms)
    ctx.signal.addEventListener('abort', () => { clearTimeout(timer); reject(ctx.signal.reason) })
  }),
}
`

let directory: string
let server: EmbeddedPostgres
let start: () => Promise<EmbeddedPostgres>
const services: ServiceProcess[] = []

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'jobu-outage-'))
  await writeFile(join(directory, 'handlers.mjs'), HANDLER)
  const options = {
    // The server may run as another account than this process.
    dataDir: join(directory, 'postgres'),
    logFile: join(directory, 'postgres.log'),
    port: await freePort(),
    password: randomBytes(8).toString('hex'),
  }
  start = () => startEmbeddedPostgres(options)
  server = await start()
})
afterAll(async () => {
  await Promise.all(services.map((service) => service.kill()))
  await server.stop()
  await rm(directory, { recursive: true, force: true })
})

test(
  'a database that stops under load, its connections cut all the while, costs no execution and doubles no effect',
  async () => {
    const url = server.url('postgres')
    await migrate(url)
    const db = new Database({ url }, { engine: true, applicationName: 'outage-test' })
    await db.query('CREATE TABLE effects (execution_id bigint PRIMARY KEY, attempt integer)')
    const env = {
      DATABASE_URL: url,
      JOBU_WORKER_HANDLERS_PATH: directory,
      JOBU_DISPATCHER_MIN_CRON_INTERVAL_SECONDS: '1',
    }
    for (const name of ['dispatcher', 'dispatcher', 'worker', 'worker'] as const) {
      services.push(await startService(name, env))
    }

    let enqueued = 0
    let isStopping = false
    const load = (async () => {
      while (!isStopping) {
        try {
          await insertExecutions(
            db,
            Array.from({ length: JOBS_PER_BATCH }, (_, i) => ({
              handlerName: i % 4 === 0 ? 'slow' : 'effect',
              params: i % 4 === 0 ? { ms: 20 + (i % 50) * 10 } : {},
              paramSource: 'api' as const,
              maxRetry: 20,
              retryDelaySeconds: 0,
            })),
          )
          enqueued += JOBS_PER_BATCH
        } catch {
          // The load is only a load: a batch whose answer was lost is counted below from the rows.
        }
        await pause(200)
      }
    })()
    const cuts = (async () => {
      while (!isStopping) {
        await db
          .query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE application_name ~ '^(worker|dispatcher)-' AND random() < 0.2`,
          )
          .catch(() => {})
        await pause(300)
      }
    })()

    await pause(5_000)
    await server.stop()
    await pause(OUTAGE_MS)
    server = await start()
    await pause(5_000)
    isStopping = true
    await Promise.all([load, cuts])

    // Leases of what was cut off in between may have to run out first.
    const rows = await until(
      'everything is final',
      async () => {
        const { rows } = await db.query<{ status: string; count: number }>(
          'SELECT status, count(*)::integer AS count FROM job_executions GROUP BY 1',
        )
        return rows.every(({ status }) => status !== 'PENDING' && status !== 'RUNNING') ? rows : undefined
      },
      300_000,
    )
    const total = rows.reduce((sum, { count }) => sum + count, 0)
    expect(rows).toEqual([{ status: 'SUCCESS', count: total }])
    expect(total).toBeGreaterThanOrEqual(enqueued)
    const { rows: effects } = await db.query(
      `SELECT count(*)::integer AS effects, count(e.id)::integer AS matched,
         (SELECT count(*)::integer FROM job_executions WHERE handler_name = 'effect') AS executions
       FROM effects AS f LEFT JOIN job_executions AS e ON e.id = f.execution_id AND e.attempt = f.attempt`,
    )
    const { executions } = effects[0] as { executions: number }
    expect(effects).toEqual([{ effects: executions, matched: executions, executions }])
    // Every process is the one that was started: none has died of it.
    expect(services.map(({ child }) => child.exitCode ?? child.signalCode)).toEqual(services.map(() => null))
    await db.close()
  },
  OUTAGE_MS + 600_000,
)
