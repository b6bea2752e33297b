import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench, secondsAgo } from '../../../../../test/support/builders.ts'
import { aRun, aSchedule, endTasks } from '../../../../../test/support/workflows.ts'
import {
  foldRunStats,
  pruneRuns,
  pruneSignals,
  pruneVersions,
  readRunStats,
  rebuildRunStats,
  schema,
} from '../../../src/index.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterEach(() => bench.clear())
afterAll(() => bench.close())

const QUARTER_MS = 900_000
const span = { from: secondsAgo(400 * 86_400), to: secondsAgo(-86_400) }
const inTx = <T>(fn: Parameters<typeof bench.db.transactional<T>>[1]) =>
  bench.db.transactional<T>({ label: 'test' }, fn)
const fold = (limit = 1_000) => inTx((tx) => foldRunStats(tx, limit))
const rebuild = (timezone?: string) =>
  inTx((tx) => rebuildRunStats(tx, floorQuarter(span.from), floorQuarter(span.to), timezone))
const floorQuarter = (at: Date) => new Date(Math.floor(at.getTime() / QUARTER_MS) * QUARTER_MS)

/** `{SUCCESS: 3, ...}` of all quarters together. */
async function totals(scheduleId: number | null): Promise<Record<string, number>> {
  const sums: Record<string, number> = {}
  for (const { status, count } of await readRunStats(bench.db, { ...span, scheduleId })) {
    sums[status] = (sums[status] ?? 0) + count
  }
  return sums
}

/** Runs in every state, over two schedules. */
async function someRuns() {
  const [a, b] = [await aSchedule(bench.db, 'x'), await aSchedule(bench.db, 'x')]
  for (let i = 0; i < 6; i++) {
    const run = await aRun(bench.db, i % 2 ? a.id : b.id)
    if (i < 4) await endTasks(bench.db, run, { x: i === 0 ? 'FAILED' : 'SUCCESS' })
  }
  await bench.db.query(
    `INSERT INTO schedule_runs (schedule_id, version_id, scheduled_time, trigger, status, finished_at)
     VALUES ($1, $2, now() - interval '3 days', 'cron', 'CANCELLED', now())`,
    [a.id, a.versionId],
  )
  return { a, b }
}

describe('statistics of runs', () => {
  test('say the same before, while and after they are folded, by schedule and together', async () => {
    const { a, b } = await someRuns()
    const all = { SUCCESS: 3, FAILED: 1, RUNNING: 2, CANCELLED: 1 }
    const ofA = { SUCCESS: 2, RUNNING: 1, CANCELLED: 1 }
    for (const limit of [3, 5, 1_000, 1_000]) {
      expect([await totals(null), await totals(a.id)]).toEqual([all, ofA])
      await fold(limit)
    }
    expect(await bench.db.db.select().from(schema.scheduleRunDeltas)).toEqual([])
    expect(await totals(b.id)).toEqual({ SUCCESS: 1, FAILED: 1, RUNNING: 1 })
    expect(await rebuild()).toEqual([])
  })

  test('lie in the quarter of the scheduled time, whatever the time of the end', async () => {
    const { a } = await someRuns()
    await fold()
    const cancelled = (await readRunStats(bench.db, { ...span, scheduleId: a.id })).find(
      ({ status }) => status === 'CANCELLED',
    )!
    expect(cancelled.quarter.getTime() % QUARTER_MS).toBe(0)
    expect(Date.now() - cancelled.quarter.getTime()).toBeGreaterThanOrEqual(3 * 86_400_000)
    expect(
      await readRunStats(bench.db, { from: cancelled.quarter, to: cancelled.quarter, scheduleId: null }),
    ).toEqual([])
  })

  test('folded by two at once while runs change count each change once', async () => {
    let isDone = false
    const folder = async () => {
      while (!isDone) await fold(3)
    }
    const work = async () => {
      const { id } = await aSchedule(bench.db, 'x')
      for (let i = 0; i < 30; i++) await endTasks(bench.db, await aRun(bench.db, id), { x: 'SUCCESS' })
      return id
    }
    const folding = [folder(), folder()]
    const working = await Promise.all([work(), work()]).finally(() => {
      isDone = true
    })
    await Promise.all(folding)
    await fold()
    for (const id of working) expect(await totals(id)).toEqual({ SUCCESS: 30 })
    const rows = await bench.db.db.select().from(schema.scheduleRunStats)
    expect(rows.filter((row) => row.scheduleId === 0).reduce((sum, row) => sum + row.count, 0)).toBe(60)
    expect(await rebuild()).toEqual([])
  })

  test('are rebuilt from the rows: what differed is answered by day, and corrected for each schedule', async () => {
    const { a } = await someRuns()
    await fold(4)
    const before = [await totals(null), await totals(a.id)]
    // As a restored table would have it.
    await bench.db.query(`UPDATE schedule_run_stats SET count = count + 7 WHERE status = 'SUCCESS'`)
    await bench.db.query(`DELETE FROM schedule_run_stats WHERE status = 'FAILED'`)
    await fold()
    await bench.db.query(`UPDATE schedule_run_stats SET count = 40 WHERE status = 'CANCELLED'`)
    const corrected = await rebuild('Asia/Seoul')
    const day = (at: Date) => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Seoul' }).format(at)
    expect(corrected).toContainEqual({
      date: day(secondsAgo(3 * 86_400)),
      status: 'CANCELLED',
      was: 40,
      is: 1,
    })
    expect([await totals(null), await totals(a.id)]).toEqual(before)
    expect(await rebuild('Asia/Seoul')).toEqual([])
    await fold()
    expect([await totals(null), await totals(a.id)]).toEqual(before)
  })

  test('of runs that retention has deleted stay, also when they are rebuilt', async () => {
    const { b } = await someRuns()
    const old = secondsAgo(100 * 86_400)
    await bench.db.query(`UPDATE schedule_runs SET follow_up_at = NULL WHERE finished_at IS NOT NULL`)
    for (const finishedAt of [old, new Date()]) {
      await bench.db.query(
        `INSERT INTO schedule_runs (schedule_id, version_id, scheduled_time, trigger, status, finished_at)
         VALUES ($1, $2, $3, 'manual', 'SUCCESS', $4)`,
        [b.id, b.versionId, old, finishedAt],
      )
    }
    await fold()
    const before = await totals(b.id)
    expect(before.SUCCESS).toBe(3)
    expect(await inTx((tx) => pruneRuns(tx, 90, 50))).toBe(1)
    expect(await inTx((tx) => pruneRuns(tx, 90, 50))).toBe(0)
    expect(await rebuild()).toEqual([])
    expect(await totals(b.id)).toEqual(before)
  })
})

describe('retention of runs', () => {
  const age = (days: number) =>
    bench.db.query(
      `UPDATE schedule_runs SET scheduled_time = now() - $1 * interval '1 day', finished_at = now() - $1 * interval '1 day'
       WHERE finished_at IS NOT NULL`,
      [days],
    )

  test('deletes ended runs with their tasks, and leaves what runs or still has a follow-up', async () => {
    const { id } = await aSchedule(bench.db, 'x, y')
    const [done, pending, running] = [
      await aRun(bench.db, id),
      await aRun(bench.db, id),
      await aRun(bench.db, id),
    ]
    for (const run of [done, pending]) await endTasks(bench.db, run, { x: 'SUCCESS', y: 'SUCCESS' })
    await age(91)
    await bench.db.query('UPDATE schedule_runs SET follow_up_at = NULL WHERE id = $1', [done])
    await bench.db.query(
      `UPDATE schedule_runs SET scheduled_time = now() - interval '91 days' WHERE id = $1`,
      [running],
    )
    expect(await inTx((tx) => pruneRuns(tx, 90, 50))).toBe(1)
    expect((await bench.db.db.select().from(schema.scheduleRuns)).map((run) => run.id).sort()).toEqual([
      pending,
      running,
    ])
    expect(await bench.db.db.select().from(schema.taskRuns)).toHaveLength(4)
  })

  test('deletes old versions that no run has any more, never the current one', async () => {
    const { id, versionId } = await aSchedule(bench.db, 'x->y')
    const run = await aRun(bench.db, id)
    await bench.db.query(`UPDATE schedule_versions SET created_at = now() - interval '200 days'`)
    const { rows } = await bench.db.query<{ id: number }>(
      `INSERT INTO schedule_versions (schedule_id, version, definition, created_at)
       VALUES ($1, 2, '{"tasks": []}', now() - interval '100 days') RETURNING id`,
      [id],
    )
    await bench.db.query('UPDATE schedules SET version_id = $2 WHERE id = $1', [id, rows[0]!.id])
    expect(await inTx((tx) => pruneVersions(tx, 90, 50))).toBe(0)
    await bench.db.query('DELETE FROM schedule_runs WHERE id = $1', [run])
    expect(await inTx((tx) => pruneVersions(tx, 90, 50))).toBe(1)
    expect((await bench.db.db.select().from(schema.scheduleVersions)).map((row) => row.id)).toEqual([
      rows[0]!.id,
    ])
    for (const table of ['schedule_tasks', 'schedule_edges']) {
      expect((await bench.db.query(`SELECT FROM ${table} WHERE version_id = $1`, [versionId])).rowCount).toBe(
        0,
      )
    }
  })

  test('deletes old signals', async () => {
    await bench.db.query(
      `INSERT INTO signals (name, sent_at) SELECT 'old', now() - days * interval '1 day' FROM unnest(ARRAY[1, 91, 92]) AS days`,
    )
    expect(await pruneSignals(bench.db, 90, 50)).toBe(2)
    await bench.db.query('DELETE FROM signals')
  })
})
