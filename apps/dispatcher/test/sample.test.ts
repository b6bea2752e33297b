import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Database, schema } from '@jobu/db'
import { Bench } from '../../../test/support/builders.ts'
import { TestClock } from '../../../test/support/testClock.ts'
import { Maintenance } from '../src/index.ts'
import { aConfig, aLogger } from './support.ts'

const MINUTE_MS = 60_000
const NOON = Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS
const seconds = (count: number) => new Date(NOON + count * 1000)

let bench: Bench
let clock: TestClock
let db: Database
beforeAll(async () => {
  bench = await Bench.open()
  clock = await TestClock.install(bench.db)
  db = new Database({ url: bench.url }, { engine: true, maxConnections: 20 })
})
afterEach(() => bench.clear())
afterAll(async () => {
  await db.close()
  await bench.close()
})

function aMaintenance(database = db) {
  const { logger, logged } = aLogger()
  return { maintenance: new Maintenance(database, aConfig(), logger, 'dispatcher-1'), logged }
}
const samples = () => db.db.select().from(schema.minuteSamples).orderBy(schema.minuteSamples.at)
const minutes = async () => (await samples()).map(({ at }) => at)
const settle = (count: number) =>
  db.query(
    `INSERT INTO execution_stat_deltas (settled_at, count, status, handler_name, durations_ms, lateness_ms)
     VALUES (now(), $1, 'SUCCESS', 'echo', array_fill(1, ARRAY[$1::integer]), array_fill(1, ARRAY[$1::integer]))`,
    [count],
  )
/** Starts all their tasks and resolves once the minute has its sample. */
async function startUntilSampled(...all: Maintenance[]): Promise<void> {
  const before = (await minutes()).length
  for (const maintenance of all) maintenance.start()
  while ((await minutes()).length === before);
  await Promise.all(all.map((maintenance) => maintenance.stop()))
}

describe('Maintenance.sample', () => {
  test('two dispatchers write one sample a minute between them', async () => {
    const [one, other] = [aMaintenance().maintenance, aMaintenance().maintenance]
    for (let minute = 0; minute < 5; minute++) {
      await clock.set(seconds(minute * 60 + 1))
      const pauses = await Promise.all([one.sample(), other.sample()])
      expect(pauses).toEqual([59_000, 59_000])
    }
    expect(await minutes()).toEqual([0, 60, 120, 180, 240].map(seconds))
  })

  test('what one has not folded, the sample of another counts once, before and after', async () => {
    const { maintenance } = aMaintenance()
    await clock.set(seconds(0))
    await settle(3)
    await maintenance.sample()
    await maintenance.foldStatistics()
    await settle(4)
    await clock.set(seconds(60))
    await maintenance.sample()
    await maintenance.foldStatistics()
    await clock.set(seconds(120))
    await maintenance.sample()
    expect((await samples()).map(({ success }) => success)).toEqual([3, 7, 7])
  })

  test('a dispatcher that is restarted goes on where the other stopped, and leaves out what it slept through', async () => {
    await clock.set(seconds(2))
    await startUntilSampled(aMaintenance().maintenance)
    // Restarted within the minute: its sample is there.
    await clock.set(seconds(9))
    await aMaintenance().maintenance.sample()
    // Too late for the minutes at 60 and 180, not there at 120.
    for (const second of [71, 190]) {
      await clock.set(seconds(second))
      await aMaintenance().maintenance.sample()
    }
    await clock.set(seconds(245))
    await startUntilSampled(aMaintenance().maintenance, aMaintenance().maintenance)
    expect(await minutes()).toEqual([0, 240].map(seconds))
  })

  test('while the scheduler is stopped it goes on', async () => {
    await clock.set(seconds(0))
    await bench.db.query('UPDATE scheduler_state SET is_running = false')
    await aMaintenance().maintenance.sample()
    expect(await minutes()).toEqual([seconds(0)])
  })

  test('retention deletes samples older than a week', async () => {
    await clock.set(seconds(0))
    await db.query(
      `WITH minute AS (
         INSERT INTO minute_samples SELECT now() - days * interval '1 day', 0, 0, 0, 0, 0, NULL, 0, 0, 0
         FROM unnest('{0,6.9,7.1,300}'::float8[]) AS days RETURNING at
       ) INSERT INTO queue_samples SELECT at, NULL, 0, 1, 'default' FROM minute`,
    )
    await aMaintenance().maintenance.retain()
    expect(await samples()).toHaveLength(2)
    expect((await db.query('SELECT FROM queue_samples')).rowCount).toBe(2)
  })
})
