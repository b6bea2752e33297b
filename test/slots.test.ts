import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Database } from '@jobu/db'
import { type ServiceProcess, startService } from './support/processes.ts'
import { createTestDatabase, type TestDatabase } from './support/testDatabase.ts'
import { until } from './support/until.ts'

/** `JOBU_TEST_SLOT_SECONDS=60 JOBU_TEST_SLOTS=5` is the full run: five real minutes. */
const SLOT_SECONDS = Number(process.env.JOBU_TEST_SLOT_SECONDS ?? 10)
const SLOTS = Number(process.env.JOBU_TEST_SLOTS ?? 5)
const CRONS = 200

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
  JOBU_DISPATCHER_MIN_CRON_INTERVAL_SECONDS: String(Math.min(60, SLOT_SECONDS)),
  // Late is not missed here.
  JOBU_DISPATCHER_MISFIRE_THRESHOLD_SECONDS: '3600',
  JOBU_WORKER_LEASE_SECONDS: '3',
  JOBU_WORKER_HEARTBEAT_SECONDS: '1',
})

test(
  'while a dispatcher and a worker are killed and replaced in every slot, each of 200 crons gets one final row per slot',
  async () => {
    for (const name of ['dispatcher', 'dispatcher', 'worker', 'worker', 'worker'] as const) {
      running.push(await startService(name, env()))
    }
    const slotMs = SLOT_SECONDS * 1000
    const first = new Date((Math.floor(Date.now() / slotMs) + 1) * slotMs)
    const end = new Date(first.getTime() + SLOTS * slotMs)
    const expression = SLOT_SECONDS === 60 ? '* * * * *' : `*/${SLOT_SECONDS} * * * * *`
    await db.query(
      `INSERT INTO cron_jobs (name, cron_expression, timezone, handler_name, handler_params, overlap_policy, max_retry, retry_delay_seconds, retry_backoff, next_run_at, end_at)
       SELECT 'cron ' || i, $1, CASE WHEN i % 2 = 0 THEN 'UTC' ELSE 'Asia/Seoul' END, 'sleep', '{"seconds": 0.2}', 'allow', 50, 0, 'fixed', $2, $3
       FROM generate_series(1, $4) AS i`,
      [expression, first, end, CRONS],
    )

    for (let slot = 0; slot < SLOTS; slot++) {
      // Not at the slot but somewhere around it, so that over the slots every step is hit.
      await until(
        `slot ${slot}`,
        () => Date.now() >= first.getTime() + slot * slotMs + Math.random() * 400 - 100,
        2 * slotMs + 60_000,
      )
      for (const name of ['dispatcher', 'worker'] as const) {
        const victim = running.findIndex((service) => service.name === name)
        const [service] = running.splice(victim, 1)
        await service!.kill()
        running.push(await startService(name, env()))
      }
    }

    await until(
      'every execution is final',
      async () => {
        const { rows } = await db.query<{ open: number; all: number }>(
          `SELECT count(*) FILTER (WHERE finished_at IS NULL)::integer AS open, count(*)::integer AS all FROM job_executions`,
        )
        return rows[0]!.all >= CRONS * SLOTS && rows[0]!.open === 0
      },
      300_000,
    )
    // Nothing more may come: a slot fired twice, or one too many.
    await pause(1_000)

    const { rows: bySlot } = await db.query(
      `SELECT scheduled_time AS slot, count(*)::integer AS rows, count(DISTINCT job_id)::integer AS crons,
         count(*) FILTER (WHERE status = 'SUCCESS')::integer AS succeeded
       FROM job_executions GROUP BY 1 ORDER BY 1`,
    )
    expect(bySlot).toEqual(
      Array.from({ length: SLOTS }, (_, slot) => ({
        slot: new Date(first.getTime() + slot * slotMs),
        rows: CRONS,
        crons: CRONS,
        succeeded: CRONS,
      })),
    )
    const { rows: crons } = await db.query(
      'SELECT count(*)::integer AS completed, min(run_count) AS least, max(run_count) AS most FROM cron_jobs WHERE completed_at IS NOT NULL',
    )
    expect(crons).toEqual([{ completed: CRONS, least: SLOTS, most: SLOTS }])
  },
  (SLOTS + 4) * SLOT_SECONDS * 1000 + 600_000,
)
