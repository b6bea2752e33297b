import { foldRunStats } from '@jobu/db'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp
let schedule: number
let other: number

beforeAll(async () => {
  app = await startTestApp()
  const create = async (title: string) => {
    const body = { title, tasks: [{ key: 'a', handler_name: 'echo' }] }
    return (await app.api.post('/schedules').send(body).expect(201)).body.id
  }
  schedule = await create('one')
  other = await create('two')
})
beforeEach(async () => {
  for (const table of ['schedule_runs', 'schedule_run_deltas', 'schedule_run_stats'])
    await app.database.query(`DELETE FROM ${table}`)
})
afterAll(() => app.stop())

async function aRun(at: string, status = 'SUCCESS', of = schedule): Promise<number> {
  const { rows } = await app.database.query<{ id: number }>(
    `INSERT INTO schedule_runs (schedule_id, version_id, scheduled_time, status, trigger, finished_at)
     SELECT id, version_id, $2, $3::run_status, 'manual', CASE WHEN $3 IN ('PENDING', 'RUNNING') THEN NULL ELSE now() END
     FROM schedules WHERE id = $1 RETURNING id`,
    [of, at, status],
  )
  return rows[0]!.id
}
const get = async (path: string) => (await app.api.get(`/schedules/statistics/${path}`).expect(200)).body
/** The days that have something, by date. */
const filled = (month: { days: Array<Record<string, unknown>> }) =>
  Object.fromEntries(
    month.days.flatMap(({ date, ...counts }) => {
      const some = Object.entries(counts).filter(([, count]) => count !== 0)
      return some.length === 0 ? [] : [[date, Object.fromEntries(some)]]
    }),
  )

describe('GET /schedules/statistics/monthly', () => {
  test('counts by the days of the display zone, across midnight and the ends of the month', async () => {
    await aRun('2026-01-31T14:59:59Z')
    await aRun('2026-01-31T15:00:00Z', 'FAILED')
    await aRun('2026-02-14T14:59:59.999Z', 'RUNNING')
    await aRun('2026-02-14T15:00:00Z', 'PENDING')
    await aRun('2026-02-28T14:45:00Z', 'CANCELLED', other)
    await aRun('2026-02-28T15:00:00Z')
    const february = await get('monthly?year=2026&month=2')
    expect(february).toMatchObject({ year: 2026, month: 2, timezone: 'Asia/Seoul' })
    expect(february.days).toHaveLength(28)
    expect(february.days[0]).toEqual({
      date: '2026-02-01',
      success: 0,
      failed: 1,
      cancelled: 0,
      pending: 0,
      running: 0,
    })
    expect(filled(february)).toEqual({
      '2026-02-01': { failed: 1 },
      '2026-02-14': { running: 1 },
      '2026-02-15': { pending: 1 },
      '2026-02-28': { cancelled: 1 },
    })
    expect(february.totals).toEqual({ success: 0, failed: 1, cancelled: 1, pending: 1, running: 1 })
    expect(filled(await get('monthly?year=2026&month=1&timezone=UTC'))).toEqual({
      '2026-01-31': { success: 1, failed: 1 },
    })
    expect(filled(await get(`monthly?year=2026&month=2&schedule_id=${other}`))).toEqual({
      '2026-02-28': { cancelled: 1 },
    })
  })

  test('says the same before and after the roll-up has taken it in', async () => {
    const id = await aRun('2026-03-10T00:00:00Z', 'RUNNING')
    await aRun('2026-03-10T00:00:00Z')
    await foldRunStats(app.database, 1_000)
    await app.database.query(
      `UPDATE schedule_runs SET status = 'FAILED', finished_at = now() WHERE id = $1`,
      [id],
    )
    const before = await get('monthly?year=2026&month=3')
    expect(filled(before)).toEqual({ '2026-03-10': { success: 1, failed: 1 } })
    await foldRunStats(app.database, 1_000)
    expect(await get('monthly?year=2026&month=3')).toEqual(before)
  })

  test('a day of 23 hours, and a zone whose days begin within an hour', async () => {
    await aRun('2026-03-08T04:59:00Z')
    await aRun('2026-03-08T05:00:00Z', 'FAILED')
    await aRun('2026-03-09T03:59:00Z', 'FAILED')
    await aRun('2026-03-09T04:00:00Z')
    expect(filled(await get('monthly?year=2026&month=3&timezone=America/New_York'))).toEqual({
      '2026-03-07': { success: 1 },
      '2026-03-08': { failed: 2 },
      '2026-03-09': { success: 1 },
    })
    await aRun('2026-06-10T18:14:00Z')
    await aRun('2026-06-10T18:15:00Z')
    expect(filled(await get('monthly?year=2026&month=6&timezone=Asia/Kathmandu'))).toEqual({
      '2026-06-10': { success: 1 },
      '2026-06-11': { success: 1 },
    })
  })

  test.each([
    ['month=2', 'year'],
    ['year=2026', 'month'],
    ['year=2026&month=13', 'month'],
    ['year=2026&month=0', 'month'],
    ['year=1999&month=1', 'year'],
    ['year=2101&month=1', 'year'],
    ['year=2026&month=2&timezone=Mars', 'timezone'],
    ['year=2026&month=2&schedule_id=0', 'schedule_id'],
    ['year=2026&month=2&week=1', 'week'],
  ])('%s is refused by %s', async (query, field) => {
    const { body } = await app.api.get(`/schedules/statistics/monthly?${query}`).expect(400)
    expect(body.error.details).toMatchObject([{ field }])
  })
})

describe('GET /schedules/statistics/daily', () => {
  test('lists the runs of a day of the zone, the newest first', async () => {
    const early = await aRun('2026-02-28T15:00:00Z')
    const late = await aRun('2026-03-01T14:59:59Z', 'FAILED')
    await aRun('2026-03-01T15:00:00Z')
    const foreign = await aRun('2026-03-01T00:00:00Z', 'SUCCESS', other)
    const day = await get('daily?year=2026&month=3&day=1')
    expect(day).toMatchObject({
      date: '2026-03-01',
      timezone: 'Asia/Seoul',
      totals: { success: 2, failed: 1 },
      runs: { total: 3 },
    })
    expect(day.runs.items.map(({ id }: { id: number }) => id)).toEqual([late, foreign, early])
    const own = await get(`daily?year=2026&month=3&day=1&schedule_id=${schedule}&size=1&page=2`)
    expect(own.runs).toMatchObject({ total: 2, page: 2, items: [{ id: early }] })
    await app.api.get('/schedules/statistics/daily?year=2026&month=2&day=29').expect(400)
    await app.api.get('/schedules/statistics/daily?year=2024&month=2&day=29').expect(200)
  })
})

describe('DELETE /schedules/statistics/monthly/cache', () => {
  test('counts the month anew and says what differed', async () => {
    await aRun('2026-03-10T00:00:00Z')
    await aRun('2026-03-10T01:00:00Z', 'FAILED')
    await aRun('2026-04-10T01:00:00Z')
    await foldRunStats(app.database, 1_000)
    await app.database.query(`UPDATE schedule_run_stats SET count = 7 WHERE status = 'SUCCESS'`)
    const reset = async () =>
      (await app.api.delete('/schedules/statistics/monthly/cache?year=2026&month=3').expect(200)).body
    expect(filled(await get('monthly?year=2026&month=3'))).toEqual({
      '2026-03-10': { success: 7, failed: 1 },
    })
    expect(await reset()).toEqual({
      year: 2026,
      month: 3,
      corrected: [{ date: '2026-03-10', status: 'SUCCESS', was: 7, is: 1 }],
    })
    expect(filled(await get('monthly?year=2026&month=3'))).toEqual({
      '2026-03-10': { success: 1, failed: 1 },
    })
    expect(filled(await get('monthly?year=2026&month=4'))).toEqual({ '2026-04-10': { success: 7 } })
    expect(await reset()).toMatchObject({ corrected: [] })
    await app.api.delete('/schedules/statistics/monthly/cache?year=2026').expect(400)
  })
})
