import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { registerWorker } from '@jobu/db'
import { aCron, anExecution, Bench, secondsAgo } from '../../../test/support/builders.ts'
import { inNoTime } from '../../../test/support/inNoTime.ts'
import { type Scrape, scrape } from '../../../test/support/promText.ts'
import { until } from '../../../test/support/until.ts'
import { type Dispatcher, startDispatcher } from '../src/index.ts'
import { aConfig, aLogger, YEARLY } from './support.ts'

let bench: Bench
let dispatcher: Dispatcher | undefined
beforeAll(async () => {
  bench = await Bench.open()
})
afterAll(() => bench.close())
afterEach(async () => {
  await dispatcher?.stop()
  dispatcher = undefined
  await bench.clear()
})

const start = async (url = bench.url) => {
  dispatcher = await startDispatcher(aConfig({ http_port: 0 }), { url }, aLogger().logger)
  return dispatcher.httpPort
}

const scrapeOnce = (port: number | null, isMeant: (found: Scrape) => boolean) =>
  until(`metrics ${isMeant}`, async () => {
    const found = await scrape(port)
    return isMeant(found) && found
  })

const minute = (ago: number) => new Date(Math.floor(Date.now() / 60_000) * 60_000 - ago * 60_000)

describe("a dispatcher's metrics", () => {
  test('count crons, slots by what became of them, and how late they were', async () => {
    const [fired, busy] = [
      await aCron(bench.db, { cronExpression: YEARLY, nextRunAt: minute(0) }),
      await aCron(bench.db, { cronExpression: YEARLY, nextRunAt: minute(0), overlapPolicy: 'skip' }),
    ]
    await aCron(bench.db, { nextRunAt: minute(300), misfirePolicy: 'skip', misfireGraceSeconds: 0 })
    await anExecution(bench.db, { status: 'RUNNING', jobId: busy.id, scheduledTime: secondsAgo(600) })
    const port = await start()
    const found = await scrapeOnce(port, (one) => one.value('jobu_crons_dispatched_total') >= 3)
    expect((await bench.executions(fired.id)).map(({ status }) => status)).toEqual(['PENDING'])
    expect(found.value('jobu_slots_skipped_total', { reason: 'OVERLAP' })).toBe(1)
    expect(found.value('jobu_slots_skipped_total', { reason: 'MISFIRE' })).toBeGreaterThanOrEqual(299)
    const slots = found.value('jobu_slots_fired_total')
    expect(slots).toBeGreaterThanOrEqual(1)
    expect(found.value('jobu_dispatch_lateness_seconds_count')).toBe(slots)
    expect(found.value('jobu_dispatch_batch_duration_seconds_count')).toBeGreaterThanOrEqual(1)
    expect(found.value('jobu_dispatcher_pass_age_seconds')).toBeLessThan(300)
    expect(found.value('jobu_build_info', { service: 'dispatcher' })).toBe(1)
    expect(found.value('jobu_database_connections_max', { pool: 'engine' })).toBe(5)
  })

  test('tell of the queues, and of what stands still', async () => {
    for (const [queue, seconds, priority] of [
      ['mail', 20, 0],
      ['mail', 90, -5],
      ['mail', 50, 9],
      ['default', 5, 0],
    ] as const)
      await anExecution(bench.db, { queue, priority, readyAt: secondsAgo(seconds) })
    await anExecution(bench.db, { waitingFor: 'time', runAt: new Date(Date.now() + 3_600_000) })
    const cron = await aCron(bench.db, { isEnabled: false, nextRunAt: null })
    await anExecution(bench.db, { waitingFor: 'overlap', jobId: cron.id })
    await anExecution(bench.db, { status: 'RUNNING', jobId: cron.id, scheduledTime: secondsAgo(600) })
    // The reaper lets workers renew their leases for a while after a start.
    await anExecution(bench.db, { status: 'RUNNING', leaseExpiresAt: secondsAgo(1) })
    await anExecution(bench.db, { status: 'SUCCESS' })
    for (const id of ['w1', 'w2'])
      await registerWorker(bench.db, {
        id,
        hostname: 'h',
        pid: 1,
        version: '1',
        queues: ['*'],
        handlers: [],
        poolSize: 1,
      })
    await bench.db.query(`UPDATE workers SET heartbeat_at = now() - interval '2 minutes' WHERE id = 'w2'`)
    await bench.db.query(
      `UPDATE scheduler_state SET is_running = false, reserved_at = now(), reserved_until = now() + interval '1 hour',
         reserved_by = 'someone', reservation_reason = 'test'`,
    )
    try {
      // Without what the database holds, where reading it took seconds.
      const found = await scrapeOnce(await start(), (one) => one.has('jobu_executions_running'))
      expect(found.value('jobu_queue_ready', { queue: 'mail' })).toBe(3)
      expect(found.value('jobu_queue_ready', { queue: 'default' })).toBe(1)
      expect(found.labelValues('jobu_queue_ready', 'queue')).toEqual(['default', 'mail'])
      const oldest = found.value('jobu_queue_oldest_ready_seconds', { queue: 'mail' })
      expect(oldest).toBeGreaterThanOrEqual(90)
      expect(oldest).toBeLessThan(900)
      expect(found.value('jobu_executions_waiting', { for: 'time' })).toBe(1)
      expect(found.value('jobu_executions_waiting', { for: 'overlap' })).toBe(1)
      expect(found.value('jobu_executions_running')).toBe(2)
      expect(found.value('jobu_expired_leases')).toBe(1)
      expect(found.value('jobu_workers_alive')).toBe(1)
      expect(found.value('jobu_dispatchers_alive')).toBe(1)
      expect(found.value('jobu_cron_oldest_due_seconds')).toBe(0)
      expect(found.value('jobu_scheduler_running')).toBe(0)
      expect(found.value('jobu_scheduler_reserved')).toBe(1)
    } finally {
      await bench.db.query(
        `UPDATE scheduler_state SET is_running = true, reserved_at = NULL, reserved_until = NULL, reserved_by = NULL,
           reservation_reason = NULL`,
      )
    }
  })

  test('many scrapes at once read the database once', async () => {
    const port = await start()
    const found = await inNoTime(async () => {
      await scrape(port)
      await anExecution(bench.db, { queue: 'new' })
      return Promise.all(Array.from({ length: 20 }, () => scrape(port)))
    })
    for (const one of found) expect(one.labelValues('jobu_queue_ready', 'queue')).toEqual([])
  })
})

describe("a dispatcher's /ready", () => {
  test('says each thing it looks at', async () => {
    const port = await start()
    const found = await until('listening', async () => {
      const response = await fetch(`http://127.0.0.1:${port}/ready`)
      const body = (await response.json()) as { status: string }
      return body.status === 'ready' && body
    })
    expect(found).toEqual({
      status: 'ready',
      checks: { database: 'ok', migrations: 'ok', dispatch: 'ok', schedules: 'ok', notifications: 'ok' },
    })
  })
})
