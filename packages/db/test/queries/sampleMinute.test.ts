import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import {
  COUNTED_AT_MOST,
  Database,
  foldStats,
  Histogram,
  pruneStats,
  queueSamples,
  sampleMinute,
  totalSamples,
} from '@jobu/db'
import { Bench } from '../../../../test/support/builders.ts'
import { TestClock } from '../../../../test/support/testClock.ts'

const HOUR_MS = 3_600_000
/** A full hour to come, so that what the tests write lies before it. */
const HOUR = Math.ceil((Date.now() + 60_000) / HOUR_MS) * HOUR_MS
/** Of a clock that stands before the full hour, or after it. */
const seconds = (count: number) => new Date(HOUR + count * 1000)

let bench: Bench
let clock: TestClock
/** Opened under the test's clock. */
let db: Database
beforeAll(async () => {
  bench = await Bench.open()
  clock = await TestClock.install(bench.db)
  db = new Database({ url: bench.url }, { engine: true, maxConnections: 10 })
})
beforeEach(() => clock.set(seconds(60)))
afterEach(() => bench.clear())
afterAll(async () => {
  await db.close()
  await bench.close()
})

const totals = () => totalSamples(db, seconds(-HOUR_MS), seconds(HOUR_MS))
const ofQueue = (queue: string) => queueSamples(db, queue, seconds(-HOUR_MS), seconds(HOUR_MS))

async function settle(status: string, latenesses: number[], at: Date): Promise<void> {
  await db.query(
    `INSERT INTO execution_stat_deltas (settled_at, handler_name, status, count, durations_ms, lateness_ms)
     VALUES ($1, 'echo', $2, $3, $4, $4)`,
    [at, status, latenesses.length, latenesses],
  )
}

describe('sampleMinute', () => {
  test('of an empty database writes that nothing is there, on the full minute', async () => {
    await clock.set(seconds(61.25))
    expect(await sampleMinute(db)).toEqual({ isWritten: true, nextMs: 58_750 })
    expect(await totals()).toEqual([
      {
        at: seconds(60),
        success: 0,
        failed: 0,
        timeout: 0,
        cancelled: 0,
        skipped: 0,
        ready: 0,
        running: 0,
        oldestReadyMs: null,
        lateness: new Histogram('0'),
      },
    ])
  })

  test('ten at once write one sample, and so does one again in the same minute', async () => {
    await bench.anExecution({ queue: 'mail' })
    const all = await Promise.all(Array.from({ length: 10 }, () => sampleMinute(db)))
    await clock.set(seconds(65))
    all.push(await sampleMinute(db))
    expect(all.filter(({ isWritten }) => isWritten)).toHaveLength(1)
    expect(await totals()).toHaveLength(1)
    expect((await db.query('SELECT FROM queue_samples')).rowCount).toBe(1)
  })

  test.each([
    [69.999, true],
    [70, false],
    [119.999, false],
    [120, true],
  ])('%d seconds into the hour it writes: %s', async (second, isWritten) => {
    await bench.anExecution()
    await clock.set(seconds(second))
    expect((await sampleMinute(db)).isWritten).toBe(isWritten)
    expect(await totals()).toHaveLength(isWritten ? 1 : 0)
    expect((await db.query('SELECT FROM queue_samples')).rowCount).toBe(isWritten ? 1 : 0)
  })

  test('counts what has settled ever, folded or not, and how late it was within the hour', async () => {
    await settle('SUCCESS', [3, 3, 5_000], seconds(10))
    await settle('TIMEOUT', [40], seconds(59))
    await settle('SKIPPED', [1, 2], seconds(-10))
    await foldStats(db, 100)
    await settle('SUCCESS', [7], seconds(60))
    await settle('FAILED', [9], seconds(-1))
    await settle('CANCELLED', [], seconds(20))
    await sampleMinute(db)
    const [sample] = await totals()
    expect(sample).toMatchObject({ success: 4, failed: 1, timeout: 1, cancelled: 0, skipped: 2 })
    const { lateness } = sample!
    expect([lateness.count, lateness.percentile(0.4), lateness.percentile(0.6)]).toEqual([5, 3, 7])
  })

  test('at a full hour it keeps the lateness of the hour just over', async () => {
    await settle('SUCCESS', [3, 3], seconds(-1))
    await foldStats(db, 100)
    await settle('SUCCESS', [3], seconds(-1))
    await settle('SUCCESS', [700], seconds(0))
    await clock.set(seconds(1))
    await sampleMinute(db)
    const { lateness } = (await totals())[0]!
    expect([lateness.count, lateness.percentile(1)]).toEqual([3, 3])
  })

  test('finds what each queue holds: ready ones up to a bound, the oldest behind higher priorities, running ones', async () => {
    await db.query(
      `INSERT INTO job_executions (scheduled_time, run_at, ready_at, param_source, handler_name, queue, priority)
       SELECT $2, $2, $2, 'api', 'echo', 'crowded', 5 FROM generate_series(1, $1)`,
      [COUNTED_AT_MOST + 5, seconds(50)],
    )
    await bench.anExecution({ queue: 'crowded', readyAt: seconds(-4_000) })
    await bench.anExecution({ queue: 'crowded', status: 'RUNNING' })
    await bench.anExecution({ queue: 'busy', status: 'RUNNING' })
    await bench.anExecution({ queue: 'waiting', waitingFor: 'time' })
    await bench.anExecution({ queue: 'done', status: 'SUCCESS' })
    await sampleMinute(db)
    const crowded = { ready: COUNTED_AT_MOST, oldestReadyMs: 4_060_000 }
    expect(await ofQueue('crowded')).toEqual([{ at: seconds(60), ...crowded, running: 1 }])
    expect(await ofQueue('busy')).toEqual([{ at: seconds(60), ready: 0, oldestReadyMs: null, running: 1 }])
    for (const queue of ['waiting', 'done', 'unheard of']) {
      expect(await ofQueue(queue)).toEqual([{ at: seconds(60), ready: 0, oldestReadyMs: null, running: 0 }])
    }
    expect(await totals()).toMatchObject([{ ...crowded, running: 2 }])
  })
})

describe('pruneStats of samples', () => {
  test('deletes the old ones in batches and keeps the rest', async () => {
    await db.query(
      `WITH minute AS (
         INSERT INTO minute_samples SELECT at, 0, 0, 0, 0, 0, NULL, 0, 0, 0
         FROM generate_series(now() - interval '10 days', now(), interval '1 day') AS at RETURNING at
       ) INSERT INTO queue_samples SELECT at, NULL, 0, 1, queue FROM minute, unnest('{a,b}'::text[]) AS queue`,
    )
    for (const [table, pruned] of [
      ['minute_samples', [2, 1, 0]],
      ['queue_samples', [2, 2, 2]],
    ] as const) {
      for (const count of pruned) expect(await pruneStats(db, table, 7, 2)).toBe(count)
      expect(await pruneStats(db, table, 7, 2)).toBe(0)
    }
    expect((await db.query('SELECT FROM minute_samples')).rowCount).toBe(8)
    expect((await db.query('SELECT FROM queue_samples')).rowCount).toBe(16)
  })
})
