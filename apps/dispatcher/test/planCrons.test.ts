import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { nextRun, zoneDataVersion } from '@jobu/cron'
import { readSetting, writeSetting } from '@jobu/db'
import { Bench, secondsAgo, secondsAhead } from '../../../test/support/builders.ts'
import { earlyIn } from '../../../test/support/earlyIn.ts'
import { planUnplannedCrons, replanForZoneData } from '../src/index.ts'
import { aConfig } from './support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
beforeEach(() => earlyIn(3_600_000))
afterEach(() => bench.clear())
afterAll(() => bench.close())

const plan = () => planUnplannedCrons(bench.db, aConfig())
const NOON = { cronExpression: '0 12 * * *', timezone: 'Asia/Seoul', dayMatch: 'or' as const }
const nextNoon = (after = new Date()) =>
  nextRun({ expression: NOON.cronExpression, timezone: NOON.timezone, dayMatch: 'or' }, after)

describe('planUnplannedCrons', () => {
  test('computes the first run of a cron that SQL wrote, once', async () => {
    const cron = await bench.aCron({ ...NOON, nextRunAt: null })
    expect(await plan()).toBe(1)
    expect((await bench.cron(cron)).nextRunAt).toEqual(nextNoon())
    expect(await plan()).toBe(0)
  })

  test('begins at start_at, inclusive', async () => {
    const startAt = nextNoon(secondsAhead(10 * 86_400))!
    const cron = await bench.aCron({ ...NOON, nextRunAt: null, startAt })
    await plan()
    expect((await bench.cron(cron)).nextRunAt).toEqual(startAt)
  })

  test('completes one whose window holds no run, and disables one nobody can read', async () => {
    const over = await bench.aCron({ ...NOON, nextRunAt: null, endAt: secondsAgo(1) })
    const bad = await bench.aCron({ cronExpression: '*/5 * * * * *', nextRunAt: null })
    expect(await plan()).toBe(2)
    expect(await bench.cron(over)).toMatchObject({ nextRunAt: null, isEnabled: true, disabledReason: null })
    expect((await bench.cron(over)).completedAt).not.toBeNull()
    expect(await bench.cron(bad)).toMatchObject({ isEnabled: false, nextRunAt: null })
    expect((await bench.cron(bad)).disabledReason).toContain('too often')
    expect(await plan()).toBe(0)
  })

  test('leaves disabled, completed and planned ones', async () => {
    await bench.aCron({ nextRunAt: null, isEnabled: false })
    await bench.aCron({ nextRunAt: null, completedAt: new Date() })
    await bench.aCron()
    expect(await plan()).toBe(0)
  })

  test('plans thousands written at once in one call, and two dispatchers at once plan each once', async () => {
    await bench.db.query(
      `INSERT INTO cron_jobs (name, cron_expression, timezone, handler_name)
       SELECT 'many ' || n, '0 12 * * *', 'Asia/Seoul', 'echo' FROM generate_series(1, 1200) n`,
    )
    const planned = await Promise.all([plan(), plan()])
    expect(planned[0]! + planned[1]!).toBe(1_200)
    expect(
      (await bench.db.query('SELECT FROM cron_jobs WHERE next_run_at IS NULL OR version <> 2')).rowCount,
    ).toBe(0)
  })
})

describe('replanForZoneData', () => {
  const wrong = secondsAhead(5 * 86_400)

  test('with other zone data than stored, zoned crons are computed anew; UTC and due ones stay', async () => {
    const zoned = await bench.aCron({ ...NOON, nextRunAt: wrong })
    const utc = await bench.aCron({ ...NOON, timezone: 'UTC', nextRunAt: wrong })
    const due = await bench.aCron({ ...NOON, nextRunAt: secondsAgo(5) })
    const disabled = await bench.aCron({ ...NOON, nextRunAt: wrong, isEnabled: false })
    await writeSetting(bench.db, 'zone_data_version', '1999a')
    expect(await replanForZoneData(bench.db)).toBe(1)
    expect((await bench.cron(zoned)).nextRunAt).toEqual(nextNoon())
    for (const cron of [utc, due, disabled]) expect(await bench.cron(cron)).toEqual(cron)
    expect(await readSetting(bench.db, 'zone_data_version')).toBe(zoneDataVersion)
  })

  test('with the same zone data it does nothing', async () => {
    await writeSetting(bench.db, 'zone_data_version', zoneDataVersion)
    const zoned = await bench.aCron({ ...NOON, nextRunAt: wrong })
    expect(await replanForZoneData(bench.db)).toBe(0)
    expect(await bench.cron(zoned)).toEqual(zoned)
  })

  test('a database that never stored any remembers this one', async () => {
    await replanForZoneData(bench.db)
    expect(await readSetting(bench.db, 'zone_data_version')).toBe(zoneDataVersion)
  })

  test('goes through thousands, and a row nobody can read keeps no dispatcher from starting', async () => {
    await bench.db.query(
      `INSERT INTO cron_jobs (name, cron_expression, timezone, handler_name, next_run_at)
       SELECT 'zoned ' || n, CASE WHEN n = 700 THEN 'noon' ELSE '0 12 * * *' END, 'Asia/Seoul', 'echo', $1 FROM generate_series(1, 1200) n`,
      [wrong],
    )
    await writeSetting(bench.db, 'zone_data_version', '1999a')
    expect(await replanForZoneData(bench.db)).toBe(1_200)
    const { rows } = await bench.db.query<{ planned: number }>(
      'SELECT count(*)::integer AS planned FROM cron_jobs WHERE next_run_at = $1',
      [nextNoon()],
    )
    expect(rows[0]!.planned).toBe(1_199)
  })
})
