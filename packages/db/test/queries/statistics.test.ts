import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench, secondsAgo } from '../../../../test/support/builders.ts'
import { foldStats, pauseFailingCrons, schema } from '../../src/index.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterEach(() => bench.clear())
afterAll(() => bench.close())

type Delta = typeof schema.executionStatDeltas.$inferInsert
const HOUR = new Date('2026-05-01T10:00:00Z')
const settle = (delta: Partial<Delta>) =>
  bench.db.db.insert(schema.executionStatDeltas).values({
    settledAt: new Date('2026-05-01T10:20:30Z'),
    count: 1,
    status: 'SUCCESS',
    handlerName: 'echo',
    ...delta,
  })
const stats = () =>
  bench.db.db
    .select()
    .from(schema.executionStats)
    .orderBy(schema.executionStats.hour, schema.executionStats.jobId, schema.executionStats.status)
const bucket = (ms: number) => Math.floor(8 * Math.log2(ms + 1))
/** Twelve decimal digits a bucket, the lowest on the right. */
const histogram = (values: number[]) =>
  values.reduce((sum, value) => sum + 10n ** BigInt(12 * bucket(value)), 0n).toString()
/** How many values a histogram holds. */
const held = (text: string) =>
  (text.match(/\d{1,12}(?=(\d{12})*$)/g) ?? []).reduce((sum, group) => sum + Number(group), 0)

describe('foldStats', () => {
  test('adds up counts, sums, maxima and histograms exactly, over several folds', async () => {
    await settle({ count: 2, durationsMs: [10, 500], latenessMs: [0, 3] })
    await settle({ count: 1, durationsMs: [7], latenessMs: [40] })
    expect(await foldStats(bench.db, 100)).toEqual({ folded: 2, failedJobIds: [] })
    await settle({ count: 1, durationsMs: [90_000], latenessMs: [2] })
    await settle({ count: 1, durationsMs: [0], latenessMs: [1] })
    expect((await foldStats(bench.db, 100)).folded).toBe(2)
    const durations = [10, 500, 7, 90_000, 0]
    const lateness = [0, 3, 40, 2, 1]
    expect(await stats()).toEqual([
      {
        hour: HOUR,
        jobId: 0,
        handlerName: 'echo',
        status: 'SUCCESS',
        count: 5,
        durationSumMs: 90_517,
        durationMaxMs: 90_000,
        latenessSumMs: 46,
        latenessMaxMs: 40,
        durationHistogram: histogram(durations),
        latenessHistogram: histogram(lateness),
      },
    ])
    expect(await foldStats(bench.db, 100)).toEqual({ folded: 0, failedJobIds: [] })
  })

  test('keeps hour, cron, handler and status apart, and counts what has no durations', async () => {
    await settle({ jobId: 7, status: 'SKIPPED', count: 1_000 })
    await settle({ jobId: 7, status: 'CANCELLED' })
    await settle({ handlerName: 'http', durationsMs: [1], latenessMs: [1] })
    await settle({ settledAt: new Date('2026-05-01T10:59:59.999Z') })
    await settle({ settledAt: new Date('2026-05-01T11:00:00Z') })
    await foldStats(bench.db, 100)
    const rows = (await stats()).map((row) => [
      row.hour.toISOString().slice(11, 13),
      row.jobId,
      row.handlerName,
      row.status,
      row.count,
    ])
    expect(rows.map((row) => row.join(' ')).sort()).toEqual([
      '10 0 echo SUCCESS 1',
      '10 0 http SUCCESS 1',
      '10 7 echo CANCELLED 1',
      '10 7 echo SKIPPED 1000',
      '11 0 echo SUCCESS 1',
    ])
    const skipped = (await stats()).find((row) => row.status === 'SKIPPED')!
    expect(skipped).toMatchObject({ durationHistogram: '0', durationSumMs: 0, latenessMaxMs: 0 })
  })

  test('folders at once count each delta once', async () => {
    for (let i = 0; i < 40; i++) {
      await settle({ jobId: i % 4, durationsMs: [i], latenessMs: [i], status: i % 2 ? 'SUCCESS' : 'FAILED' })
    }
    const folds = await Promise.all(
      Array.from({ length: 8 }, () => bench.db.transactional({ label: 'fold' }, (tx) => foldStats(tx, 10))),
    )
    const rest = await foldStats(bench.db, 100)
    expect([...folds, rest].reduce((sum, one) => sum + one.folded, 0)).toBe(40)
    const rows = await stats()
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(40)
    expect(rows.reduce((sum, row) => sum + row.durationSumMs, 0)).toBe((39 * 40) / 2)
    expect(rows.reduce((sum, row) => sum + held(row.durationHistogram), 0)).toBe(40)
  })

  test('a folder does not wait for another one, it takes the next deltas', async () => {
    for (let i = 0; i < 5; i++) await settle({})
    await bench.db.transactional({ label: 'fold' }, async (tx) => {
      expect((await foldStats(tx, 2)).folded).toBe(2)
      const { rows } = await bench.db.query('SELECT id FROM execution_stat_deltas FOR UPDATE SKIP LOCKED')
      expect(rows).toHaveLength(3)
      // Other roll-up rows, so that nothing but the deltas could hold it up.
      await bench.db.query(
        `UPDATE execution_stat_deltas SET handler_name = 'http', settled_at = settled_at + interval '1 hour' WHERE id = ANY ($1)`,
        [rows.map((row) => row.id)],
      )
      expect((await foldStats(bench.db, 10)).folded).toBe(3)
    })
  })

  test('a fold that is rolled back leaves its deltas', async () => {
    await settle({})
    const failed = bench.db.transactional({ label: 'fold' }, async (tx) => {
      await foldStats(tx, 10)
      throw new Error('killed')
    })
    await expect(failed).rejects.toThrow('killed')
    expect((await foldStats(bench.db, 10)).folded).toBe(1)
    expect((await stats())[0]!.count).toBe(1)
  })

  test('takes at most the limit, and names the crons with a final failure', async () => {
    await settle({ jobId: 1, status: 'FAILED' })
    await settle({ jobId: 2, status: 'TIMEOUT' })
    await settle({ jobId: 3, status: 'SUCCESS' })
    await settle({ status: 'FAILED' })
    await settle({ jobId: 4, status: 'CANCELLED' })
    const first = await foldStats(bench.db, 2)
    expect(first).toEqual({ folded: 2, failedJobIds: [1, 2] })
    expect(await foldStats(bench.db, 10)).toEqual({ folded: 3, failedJobIds: [] })
  })

  test('a histogram puts percentiles at most 9 % off', async () => {
    for (const ms of [1, 37, 999, 123_456, 2_147_483_647]) {
      const { rows } = await bench.db.query<{ bucket: number }>(
        'SELECT jobu_histogram_bucket($1) AS bucket',
        [ms],
      )
      const from = 2 ** (rows[0]!.bucket / 8) - 1
      const to = 2 ** ((rows[0]!.bucket + 1) / 8) - 1
      expect(ms).toBeGreaterThanOrEqual(Math.floor(from))
      expect(ms).toBeLessThanOrEqual(Math.ceil(to))
      expect((to + 1) / (from + 1)).toBeLessThan(1.0906)
    }
  })
})

describe('pauseFailingCrons', () => {
  const enabledAt = secondsAgo(3_600)
  const ran = (
    jobId: number,
    ...statuses: Array<'SUCCESS' | 'FAILED' | 'TIMEOUT' | 'CANCELLED' | 'SKIPPED'>
  ) =>
    Promise.all(
      statuses.map((status, index) =>
        bench.anExecution({ jobId, status, scheduledTime: secondsAgo(600 - index * 60) }),
      ),
    )

  test('disables a cron whose last runs all failed, and says so', async () => {
    const cron = await bench.aCron({ pauseAfterFailures: 3, enabledAt })
    await ran(cron.id, 'SUCCESS', 'FAILED', 'TIMEOUT', 'FAILED')
    expect(await pauseFailingCrons(bench.db, [cron.id])).toEqual([cron.id])
    expect(await bench.cron(cron)).toMatchObject({
      isEnabled: false,
      nextRunAt: null,
      disabledReason: 'paused after 3 failures in a row',
      version: cron.version + 1,
    })
    expect(await pauseFailingCrons(bench.db, [cron.id])).toEqual([])
  })

  test.each([
    ['a success among the last', ['FAILED', 'FAILED', 'SUCCESS', 'FAILED'] as const],
    ['too few of them', ['FAILED', 'FAILED'] as const],
  ])('leaves it with %s', async (_, statuses) => {
    const cron = await bench.aCron({ pauseAfterFailures: 3, enabledAt })
    await ran(cron.id, ...statuses)
    expect(await pauseFailingCrons(bench.db, [cron.id])).toEqual([])
  })

  test('what was skipped or cancelled neither fails nor clears', async () => {
    const cron = await bench.aCron({ pauseAfterFailures: 2, enabledAt })
    await ran(cron.id, 'FAILED', 'SKIPPED', 'CANCELLED', 'FAILED', 'SKIPPED')
    expect(await pauseFailingCrons(bench.db, [cron.id])).toEqual([cron.id])
  })

  test('leaves a cron without the setting, a disabled one, and failures from before it was enabled', async () => {
    const without = await bench.aCron({ enabledAt })
    const disabled = await bench.aCron({ pauseAfterFailures: 1, isEnabled: false, enabledAt })
    const anew = await bench.aCron({ pauseAfterFailures: 1, enabledAt: new Date(Date.now() + 3_600_000) })
    for (const cron of [without, disabled, anew]) await ran(cron.id, 'FAILED')
    expect(await pauseFailingCrons(bench.db, [without.id, disabled.id, anew.id])).toEqual([])
    expect(await pauseFailingCrons(bench.db, [])).toEqual([])
  })
})
