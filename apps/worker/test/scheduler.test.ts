import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import {
  excludeClaims,
  insertBackfill,
  insertExecutions,
  releaseBackfill,
  reserveQueue,
  setSchedulerRunning,
  watchScheduler,
} from '@jobu/db'
import { secondsAgo } from '../../../test/support/builders.ts'
import { until } from '../../../test/support/until.ts'
import { WorkerBench } from './support/WorkerBench.ts'

let bench: WorkerBench
beforeAll(async () => {
  bench = await WorkerBench.open()
})
afterAll(() => bench.close())
afterEach(() => bench.clear())

/** No poll explains a claim within a test's time. */
const NO_POLL = { poll_interval_seconds: 3_600 }

const stop = () =>
  bench.db.transactional({ label: 'stop' }, async (tx) => {
    await excludeClaims(tx, 60_000)
    await setSchedulerRunning(tx, false, 'ann')
  })
const start = () => setSchedulerRunning(bench.db, true, 'ann')
/** What has been claimed once nothing runs any more: a stopped worker adds nothing to it. */
const startedAfter = async (at: string) =>
  (
    await bench.db.query<{ count: number }>(
      `SELECT count(*)::integer AS count FROM job_executions WHERE started_at > ${at}`,
    )
  ).rows[0]!.count

describe('a worker of a stopped scheduler', () => {
  test('finishes what runs and starts nothing from the stop on, under load; a start lets it go on', async () => {
    const jobs = Array.from({ length: 4_000 }, () => ({ handlerName: 'noting' }))
    await bench.enqueue(...jobs)
    const gate = bench.aGate()
    await bench.enqueue({ handlerName: 'gated', params: { gate }, priority: 9 })
    await bench.start({ pool_size: 20, ...NO_POLL })
    await bench.start({ pool_size: 20, ...NO_POLL })
    await bench.notesOnce(200)
    await stop()
    const stoppedAt = '(SELECT stopped_at FROM scheduler_stops)'
    await until('only the gated one runs', async () => ((await bench.counts()).RUNNING ?? 0) === 1)
    await bench.enqueue(...jobs.slice(0, 100))
    bench.openGate(gate)
    await until('nothing runs', async () => ((await bench.counts()).RUNNING ?? 0) === 0)
    expect(await startedAfter(stoppedAt)).toBe(0)
    expect((await bench.counts()).PENDING).toBeGreaterThanOrEqual(100)
    await start()
    await bench.untilAll('SUCCESS', 4_101, 240_000)
  }, 300_000)

  test('stays stopped over a restart of the worker', async () => {
    await stop()
    const [id] = await bench.enqueue({ handlerName: 'noting' })
    const worker = await bench.start({ poll_interval_seconds: 0.1 })
    // Its claims were made and came back empty: the next look at the state follows its first sweep.
    await until('the worker has claimed', async () => {
      const { rows } = await bench.db.query(
        `SELECT FROM pg_stat_activity WHERE application_name = $1 AND state = 'idle' AND query LIKE '%WITH open AS%'`,
        [worker.id],
      )
      return rows.length > 0
    })
    expect(await bench.execution(id!)).toMatchObject({ status: 'PENDING', attempt: 0 })
  })

  test('goes on within its watch when nobody tells it of the start', async () => {
    await stop()
    const [id] = await bench.enqueue({ handlerName: 'noting' })
    const worker = await bench.start(NO_POLL)
    await bench.db.query('ALTER TABLE scheduler_state DISABLE TRIGGER scheduler_state_changed')
    try {
      await until('it has seen the stop', async () => {
        const { rows } = await bench.db.query(
          `SELECT FROM pg_stat_activity WHERE application_name = $1 AND query LIKE '%UPDATE scheduler_state%'`,
          [worker.id],
        )
        return rows.length > 0
      })
      await start()
      await bench.final(id!)
    } finally {
      await bench.db.query('ALTER TABLE scheduler_state ENABLE TRIGGER scheduler_state_changed')
    }
  })
})

describe('a worker of a reserved queue', () => {
  test('runs the one execution it is reserved for, then everything else, without a dispatcher', async () => {
    const gate = bench.aGate()
    const others = await bench.enqueue(
      ...Array.from({ length: 5 }, () => ({ handlerName: 'noting', priority: 9 })),
    )
    const [alone] = await insertExecutions(bench.db, [
      { handlerName: 'gated', params: { gate }, paramSource: 'api' },
    ])
    await reserveQueue(bench.db, { by: 'ann', reason: 'direct', ttlSeconds: 3_600, execution: alone! })
    await bench.start({ ...NO_POLL, pool_size: 10 })
    await bench.notesOnce(1)
    expect((await bench.notes()).map((note) => note.execution_id)).toEqual([alone!.id])
    expect((await bench.counts()).PENDING).toBe(5)
    bench.openGate(gate)
    await bench.untilAll('SUCCESS', 6)
    expect(new Set((await bench.notes()).map((note) => note.execution_id))).toEqual(
      new Set([alone!.id, ...others]),
    )
    await until('the reservation is gone', async () => (await watchScheduler(bench.db)).isOpen)
  })
})

describe('a worker of a backfill', () => {
  test('runs its slots oldest first, never more at once than may be active, without anybody else', async () => {
    const cron = await bench.bench.aCron({ handlerName: 'gated', handlerParams: { gate: bench.folder } })
    const slots = Array.from({ length: 8 }, (_, n) => secondsAgo((8 - n) * 3_600))
    await insertBackfill(bench.db, { jobId: cron.id, slots, params: null, limit: 2 })
    await releaseBackfill(bench.db, [cron.id])
    await bench.start({ ...NO_POLL, pool_size: 10 })
    await bench.untilAll('SUCCESS', 8)
    const rows = await bench.bench.executions(cron.id)
    expect(Math.max(...rows.map((row) => (row.result as { beside: number }).beside))).toBeLessThanOrEqual(2)
    const started = rows.map((row) => row.startedAt!.getTime())
    // Two at a time: of three neighbours the last never starts before the first.
    for (const [index, at] of started.slice(2).entries()) expect(at).toBeGreaterThanOrEqual(started[index]!)
  })
})
