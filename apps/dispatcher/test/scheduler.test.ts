import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import {
  CHANNELS,
  claimExecutions,
  completeExecutions,
  insertBackfill,
  releaseBackfill,
  releaseOverlapWaiters,
  reserveQueue,
  setSchedulerRunning,
  watchScheduler,
} from '@jobu/db'
import { Bench, type Cron, secondsAgo } from '../../../test/support/builders.ts'
import { until } from '../../../test/support/until.ts'
import { CronDispatcher, DispatchLoop, Maintenance, startDispatcher } from '../src/index.ts'
import { aConfig, aLogger, YEARLY } from './support.ts'

let bench: Bench
let dispatcher: CronDispatcher
beforeAll(async () => {
  bench = await Bench.open()
  dispatcher = new CronDispatcher(bench.db, aConfig())
})
afterEach(() => bench.clear())
afterAll(() => bench.close())

const aDueCron = (state: Parameters<Bench['aCron']>[0] = {}) =>
  bench.aCron({ cronExpression: YEARLY, nextRunAt: secondsAgo(1), ...state })
const stop = () => setSchedulerRunning(bench.db, false, 'ann')
const start = () => setSchedulerRunning(bench.db, true, 'ann')

describe('a stopped scheduler', () => {
  test('fires nothing and lets its dispatchers sleep; what was missed then follows its misfire policy', async () => {
    const cron = await bench.aCron({
      cronExpression: '* * * * *',
      nextRunAt: secondsAgo(600),
      misfirePolicy: 'skip',
      overlapPolicy: 'allow',
    })
    await stop()
    const loop = new DispatchLoop(bench.db, aConfig({ max_sleep_seconds: 300 }), aLogger().logger, () => true)
    expect(await loop.pass()).toBe(300_000)
    expect(await bench.executions()).toEqual([])
    await start()
    await loop.pass()
    const rows = await bench.executions(cron.id)
    expect(rows.length).toBeGreaterThanOrEqual(10)
    // The one that is not late by more than a minute runs.
    expect(rows.map((row) => row.reason)).toEqual([...rows.slice(1).map(() => 'MISFIRE'), null])
  })

  test('wakes a dispatcher when it is started, also when no NOTIFY was heard', async () => {
    await stop()
    const { logger } = aLogger()
    const running = await startDispatcher(aConfig(), { url: bench.url }, logger)
    try {
      await aDueCron()
      await bench.db.query('ALTER TABLE scheduler_state DISABLE TRIGGER scheduler_state_changed')
      // A second is what the watch promises; the poll would take a minute.
      await until('a look at the stopped scheduler', async () => {
        const { rows } = await bench.db.query(
          `SELECT FROM pg_stat_activity WHERE application_name = $1 AND query LIKE '%jobu_reservation_holds%'`,
          [running.id],
        )
        return rows.length > 0
      })
      expect(await bench.executions()).toEqual([])
      await start()
      await until('the slot is fired', async () => (await bench.executions()).length === 1)
    } finally {
      await bench.db.query('ALTER TABLE scheduler_state ENABLE TRIGGER scheduler_state_changed')
      await running.stop()
    }
  })
})

describe('a reserved queue', () => {
  test('still gets its slots, so that none is missed', async () => {
    await reserveQueue(bench.db, { by: 'ann', reason: 'upgrade', ttlSeconds: 3_600 })
    const cron = await aDueCron()
    await dispatcher.dispatchDueCrons()
    expect(await bench.executions(cron.id)).toMatchObject([{ status: 'PENDING', reason: null }])
  })

  test('is freed by a dispatcher once its time is over, which every service hears', async () => {
    const { logger } = aLogger()
    const maintenance = new Maintenance(bench.db, aConfig(), logger, 'dispatcher-1')
    await reserveQueue(bench.db, { by: 'ann', reason: 'upgrade', ttlSeconds: 3_600 })
    await maintenance.watchScheduler()
    expect(await watchScheduler(bench.db)).toMatchObject({ isOpen: false })
    await bench.db.query(`UPDATE scheduler_state SET reserved_until = now()`)
    const hearing = await bench.listen(CHANNELS.scheduler)
    await maintenance.watchScheduler()
    await hearing.until(1)
    expect(await watchScheduler(bench.db)).toMatchObject({ isOpen: true })
  })
})

describe('Maintenance.watchScheduler', () => {
  test('tells of a start once', async () => {
    let starts = 0
    const maintenance = new Maintenance(bench.db, aConfig(), aLogger().logger, 'dispatcher-1', () => starts++)
    await maintenance.watchScheduler()
    await stop()
    await maintenance.watchScheduler()
    expect(starts).toBe(0)
    await start()
    await maintenance.watchScheduler()
    await maintenance.watchScheduler()
    expect(starts).toBe(1)
  })
})

describe('a regular slot beside a backfill', () => {
  const backfill = async (cron: Cron, count = 3) => {
    const slots = Array.from({ length: count }, (_, n) => secondsAgo((count - n) * 3_600))
    await insertBackfill(bench.db, { jobId: cron.id, slots, params: null, limit: 1 })
    await releaseBackfill(bench.db, [cron.id])
  }
  const claimAll = () =>
    claimExecutions(bench.db, {
      workerId: 'worker-1',
      leaseMs: 30_000,
      limit: 10,
      ranges: [{ queue: 'default', highestPriority: 32_767, lowestPriority: -32_768, readyFrom: null }],
      handlers: ['echo'],
      scheduledFrom: null,
    })
  const regular = async (cron: Cron) =>
    (await bench.executions(cron.id)).find((row) => row.backfillLimit === null)!
  const states = async (cron: Cron) =>
    (await bench.executions(cron.id)).map((row) =>
      row.status === 'PENDING' ? (row.waitingFor ?? 'ready') : row.status,
    )

  test.each(['skip', 'buffer_one', 'replace'] as const)(
    'of overlap policy %s runs at once where the backfill only waits, and the backfill steps back',
    async (overlapPolicy) => {
      const cron = await aDueCron({ overlapPolicy })
      await backfill(cron)
      expect(await states(cron)).toEqual(['ready', 'backfill', 'backfill'])
      await dispatcher.dispatchDueCrons()
      expect(await regular(cron)).toMatchObject({ status: 'PENDING', waitingFor: null, reason: null })
      expect(await states(cron)).toEqual(['backfill', 'backfill', 'backfill', 'ready'])
    },
  )

  test.each(['skip', 'buffer_one', 'replace'] as const)(
    'of overlap policy %s waits for a backfilled slot that runs, is not skipped, and goes before the next one',
    async (overlapPolicy) => {
      const cron = await aDueCron({ overlapPolicy })
      await backfill(cron)
      const [running] = await claimAll()
      await dispatcher.dispatchDueCrons()
      expect(await regular(cron)).toMatchObject({ status: 'PENDING', waitingFor: 'overlap' })
      expect((await bench.execution(running!)).cancelRequestedAt).toBeNull()
      await completeExecutions(bench.db, [{ ...running!, result: '1' }])
      await releaseOverlapWaiters(bench.db, [cron.id])
      await releaseBackfill(bench.db, [cron.id])
      expect(await states(cron)).toEqual(['SUCCESS', 'backfill', 'backfill', 'ready'])
    },
  )

  test('of a cron that allows overlap minds no backfill', async () => {
    const cron = await aDueCron({ overlapPolicy: 'allow' })
    await backfill(cron)
    await dispatcher.dispatchDueCrons()
    expect(await states(cron)).toEqual(['ready', 'backfill', 'backfill', 'ready'])
  })

  test('that was backfilled before it was fired keeps its row', async () => {
    const due = new Date(Math.floor(Date.now() / 1000) * 1000 - 2_000)
    const cron = await aDueCron({ nextRunAt: due })
    await insertBackfill(bench.db, { jobId: cron.id, slots: [due], params: null, limit: 1 })
    await dispatcher.dispatchDueCrons()
    expect(await bench.executions(cron.id)).toMatchObject([{ backfillLimit: 1 }])
  })

  test('of which every release was lost is let go by the maintenance', async () => {
    const cron = await aDueCron({ nextRunAt: null, isEnabled: false })
    await insertBackfill(bench.db, { jobId: cron.id, slots: [secondsAgo(3_600)], params: null, limit: 1 })
    const { logger } = aLogger()
    await new Maintenance(bench.db, aConfig(), logger, 'dispatcher-1').releaseOverlap()
    expect(await states(cron)).toEqual(['ready'])
  })
})
