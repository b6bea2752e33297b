import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type CronSpec, nextRun } from '@jobu/cron'
import { aCron, type Cron } from '../../../test/support/builders.ts'
import { earlyIn } from '../../../test/support/earlyIn.ts'
import { inNoTime } from '../../../test/support/inNoTime.ts'
import { ForecastService } from '../src/forecast/forecastService.ts'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

let app: TestApp
beforeAll(async () => {
  app = await startTestApp({ minCronIntervalSeconds: 1 })
})
beforeEach(() => earlyIn(HOUR_MS))
afterEach(async () => {
  for (const table of ['execution_stats_hourly', 'cron_jobs']) {
    await app.database.query(`DELETE FROM ${table}`)
  }
})
afterAll(() => app.stop())

interface Run {
  at: string
  cron_id: number
}
async function get(query: Record<string, unknown> = {}) {
  const response = await inNoTime(() => app.api.get('/scheduler/upcoming').query(query))
  expect([response.status, response.body.error]).toEqual([200, undefined])
  return response.body
}
const hoursAhead = (hours: number) => new Date((Math.floor(Date.now() / HOUR_MS) + hours) * HOUR_MS)

/** All runs of the crons in (after, to), each found by a search from the one before. */
function runsOf(crons: Cron[], after: Date, to: Date): Run[] {
  const runs: Run[] = []
  for (const cron of crons) {
    const { cronExpression: expression, timezone, dayMatch, endAt } = cron
    const spec: CronSpec = { expression, timezone, dayMatch }
    let left = (cron.maxRuns ?? Infinity) - cron.runCount
    let at = cron.nextRunAt
    if (at && at <= after) {
      left--
      at = nextRun(spec, after)
    }
    for (; at && at < to && left > 0 && !(endAt && at >= endAt); at = nextRun(spec, at)) {
      runs.push({ at: at.toISOString(), cron_id: cron.id })
      left--
    }
  }
  return runs.sort((a, b) => (a.at === b.at ? a.cron_id - b.cron_id : a.at < b.at ? -1 : 1))
}

describe('GET /scheduler/upcoming', () => {
  test('are the first runs of all crons that a walk over every run finds, overdue ones from now on', async () => {
    const crons: Cron[] = []
    const expressions = ['* * * * *', '*/10 * * * * *', '0 * * * *', '5 2 * * *', '0 0 1 1 *', '*/7 * * * *']
    for (let n = 0; n < 60; n++) {
      const cronExpression = expressions[n % expressions.length]!
      const timezone = ['UTC', 'Asia/Seoul', 'America/New_York'][n % 3]!
      const spec: CronSpec = { expression: cronExpression, timezone, dayMatch: 'or' }
      const begin = new Date(Date.now() + ((n * 7) % 5) * 20 * 60_000)
      const planned = nextRun(spec, begin)!
      const nextRunAt = n % 7 === 0 ? new Date(Date.now() - 90_000 * n - 1_000) : planned
      crons.push(
        await aCron(app.database, {
          cronExpression,
          timezone,
          nextRunAt,
          maxRuns: n % 4 === 0 ? 3 : null,
          runCount: n % 8 === 0 ? 1 : 0,
          endAt: n % 5 === 0 ? new Date(planned.getTime() + HOUR_MS / 2) : null,
        }),
      )
    }
    for (const limit of [1, 7, 100, 500]) {
      const { from, to, items, is_complete } = await get({ limit })
      const expected = runsOf(crons, new Date(from), new Date(to)).slice(0, limit)
      expect(items.map(({ at, cron_id }: Run) => ({ at, cron_id }))).toEqual(expected)
      expect([items.length, is_complete]).toEqual([limit, true])
    }
  })

  test('come with what a timeline shows of them', async () => {
    const at = hoursAhead(2)
    const cron = await aCron(app.database, {
      cronExpression: '0 0 * * *',
      timezone: 'Asia/Seoul',
      nextRunAt: at,
      tags: ['night'],
    })
    const answer = await get()
    const item = {
      at: at.toISOString(),
      cron_id: cron.id,
      cron_name: cron.name,
      handler_name: 'echo',
      timezone: 'Asia/Seoul',
      expected_duration_ms: null,
      tags: ['night'],
    }
    expect(answer.items[0]).toEqual(item)
    expect([answer.scheduler_running, Date.parse(answer.to) - Date.parse(answer.from)]).toEqual([
      true,
      DAY_MS,
    ])
    await app.database.query(
      `INSERT INTO execution_stats_hourly (hour, handler_name, status, count, duration_sum_ms, duration_max_ms, lateness_sum_ms,
         lateness_max_ms, duration_histogram, lateness_histogram)
       VALUES (date_trunc('hour', now()), 'echo', 'SUCCESS', 2, 3000, 2000, 0, 0, 0, 0)`,
    )
    expect((await get()).items[0]).toEqual({ ...item, expected_duration_ms: 1_500 })
  })

  test('narrow by cron, handler, tag and end', async () => {
    const hourly = { cronExpression: '0 * * * *', nextRunAt: hoursAhead(1) }
    const one = await aCron(app.database, { ...hourly, tags: ['x', 'y'] })
    const other = await aCron(app.database, { ...hourly, handlerName: 'mail' })
    const ids = async (query: Record<string, unknown>) =>
      (await get({ limit: 4, ...query })).items.map((item: Run) => item.cron_id)
    expect(await ids({})).toEqual([one.id, other.id, one.id, other.id])
    expect(await ids({ tag: 'y' })).toEqual([one.id, one.id, one.id, one.id])
    expect(await ids({ handler_name: 'mail', limit: 1 })).toEqual([other.id])
    expect(await ids({ cron_id: other.id, to: hoursAhead(3).toISOString() })).toEqual([other.id, other.id])
    expect(await ids({ tag: 'z' })).toEqual([])
  })

  test('leave out what a dispatcher will refuse, and say so where others could be hidden behind it', async () => {
    for (const hours of [1, 2, 3]) {
      await aCron(app.database, { cronExpression: 'whenever', nextRunAt: hoursAhead(hours) })
    }
    const hidden = await aCron(app.database, { cronExpression: '30 3 * * *', nextRunAt: hoursAhead(4) })
    expect(await get({ limit: 3 })).toMatchObject({ items: [], is_complete: false })
    const whole = await get({ limit: 5 })
    expect([whole.items[0].cron_id, whole.is_complete]).toEqual([hidden.id, true])
  })

  test('that there is no time to look for are not invented', async () => {
    const scheduling = { minCronIntervalSeconds: 1, timezone: 'UTC' }
    const forecasts = new ForecastService(app.database, scheduling, { budgetMs: 0 })
    await aCron(app.database)
    expect(await forecasts.upcoming({ limit: 5 })).toMatchObject({ items: [], is_complete: false })
  })

  test.each([
    ['limit', { limit: 501 }],
    ['limit', { limit: 0 }],
    ['to', { to: new Date(0).toISOString() }],
    ['to', { to: hoursAhead(24 * 9).toISOString() }],
    ['from', { from: hoursAhead(1).toISOString() }],
  ])('refuse a wrong %s: %j', async (field, query) => {
    const { status, body } = await app.api.get('/scheduler/upcoming').query(query)
    expect([status, body.error.details[0].field]).toEqual([400, field])
  })
})
