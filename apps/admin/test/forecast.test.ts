import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type CronSpec, countRuns, nextRun } from '@jobu/cron'
import { aCron, type Cron, type CronState } from '../../../test/support/builders.ts'
import { earlyIn } from '../../../test/support/earlyIn.ts'
import { inNoTime } from '../../../test/support/inNoTime.ts'
import { type ForecastLimits, ForecastService } from '../src/forecast/forecastService.ts'
import { type ForecastQuery, forecastQuery } from '../src/schemas/forecast.ts'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

let app: TestApp
beforeAll(async () => {
  app = await startTestApp({ minCronIntervalSeconds: 1 })
})
beforeEach(() => earlyIn(HOUR_MS))
afterEach(async () => {
  for (const table of ['execution_stats', 'execution_stats_hourly', 'workers', 'cron_jobs']) {
    await app.database.query(`DELETE FROM ${table}`)
  }
})
afterAll(() => app.stop())

/** One that remembers nothing of earlier tests; it has a minute, whatever else the machine does. */
function service(limits: Partial<ForecastLimits> = {}): ForecastService {
  const scheduling = { minCronIntervalSeconds: 1, timezone: 'UTC' }
  return new ForecastService(app.database, scheduling, { budgetMs: 600_000, ...limits })
}
const ask = (query: Partial<ForecastQuery>, limits?: Partial<ForecastLimits>) =>
  service(limits).forecast({ ...forecastQuery.parse({}), ...query })

async function get(query: Record<string, unknown> = {}) {
  const response = await inNoTime(() => app.api.get('/stats/forecast').query(query))
  expect([response.status, response.body.error]).toEqual([200, undefined])
  return response.body
}

async function ran(cron: { id: number; handlerName: string }, ms: number, count = 1, hoursAgo = 1) {
  const hour = new Date(Math.floor((Date.now() - hoursAgo * HOUR_MS) / HOUR_MS) * HOUR_MS)
  const values = [hour, cron.handlerName, count, ms * count, ms]
  await app.database.query(
    `INSERT INTO execution_stats (hour, job_id, handler_name, status, count, duration_sum_ms, duration_max_ms, lateness_sum_ms,
       lateness_max_ms, duration_histogram, lateness_histogram) VALUES ($1, $6, $2, 'SUCCESS', $3, $4, $5, 0, 0, 0, 0)`,
    [...values, cron.id],
  )
}
async function handlerRan(name: string, ms: number) {
  const hour = new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS)
  await app.database.query(
    `INSERT INTO execution_stats_hourly (hour, handler_name, status, count, duration_sum_ms, duration_max_ms, lateness_sum_ms,
       lateness_max_ms, duration_histogram, lateness_histogram) VALUES ($1, $2, 'SUCCESS', 1, $3::integer, $3::integer, 0, 0, 0, 0)`,
    [hour, name, ms],
  )
}

/** A whole hour some hours ahead. */
const aheadHours = (hours: number) => new Date((Math.floor(Date.now() / HOUR_MS) + hours) * HOUR_MS)
const after = (at: Date, ms: number) => new Date(at.getTime() + ms)
const specOf = (cron: Cron): CronSpec => ({
  expression: cron.cronExpression,
  timezone: cron.timezone,
  dayMatch: cron.dayMatch,
})
/** The n-th of the runs counted from 0; also of a fraction of a sequence that tests repeat. */
function random(seed: number) {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Every run of a cron in [from, to), each found by a search from the one before. */
function runsOf(cron: Cron, from: Date, to: Date, now: Date): Date[] {
  const end = cron.endAt && cron.endAt < to ? cron.endAt : to
  let left = cron.maxRuns === null ? Infinity : cron.maxRuns - cron.runCount
  const runs: Date[] = []
  let isOverdueCounted = false
  for (let at: Date | null = cron.nextRunAt; at && at < end && left > 0; at = nextRun(specOf(cron), at)) {
    if (at >= from) runs.push(at)
    if (at > now || at >= from || !isOverdueCounted) left--
    if (at <= now && at < from) isOverdueCounted = true
  }
  return runs
}

describe('GET /stats/forecast', () => {
  test.each([1, 2, 3, 4])(
    'agrees with a walk over every run of every cron, through a week in which clocks change (seed %i)',
    async (seed) => {
      const pick = random(seed)
      const one = <T>(of: readonly T[]): T => of[pick(of.length)]!
      const now = new Date()
      // The next change of New York's clocks lies in the middle.
      const from = after(nextChange('America/New_York', now), -3 * DAY_MS + pick(86_400) * SECOND_MS)
      const to = after(from, 7 * DAY_MS)
      const crons: Cron[] = []
      const expected = new Map<number, number | null>()
      for (let n = 0; n < 40; n++) {
        const state: CronState = {
          cronExpression: one([
            '* * * * *',
            '*/5 * * * *',
            '0 * * * *',
            '30 2 * * *',
            '30 1 * * *',
            '15 2 * * SUN',
            '0 0 9 * * MON-FRI',
            '*/20 * 2-3 * * *',
            `${pick(60)} ${pick(24)} * * *`,
            `${pick(60)} ${pick(60)} */3 * * *`,
          ]),
          timezone: one(['UTC', 'Asia/Seoul', 'America/New_York', 'Europe/London']),
          handlerName: one(['echo', 'mail', 'idle']),
          maxRuns: one([null, null, null, 1, 7, 100_000]),
        }
        const planned = { ...state, expression: state.cronExpression!, dayMatch: 'or' as const }
        const begin = one([new Date(now.getTime() - 5_000), now, after(from, pick(3 * DAY_MS))])
        const nextRunAt = one([
          nextRun(planned as CronSpec, begin)!,
          nextRun(planned as CronSpec, begin)!,
          begin,
        ])
        const endAt = one([null, null, after(from, pick(7 * DAY_MS))])
        const cron = await aCron(app.database, {
          ...state,
          nextRunAt,
          endAt: endAt && endAt > nextRunAt ? endAt : null,
        })
        crons.push(cron)
        const ms = one([null, 0, 250, 90_000, 2 * HOUR_MS + 1])
        if (ms !== null) await ran(cron, ms)
        expected.set(cron.id, ms ?? { echo: 700, mail: 20 * MINUTE_MS, idle: null }[cron.handlerName]!)
      }
      await handlerRan('echo', 700)
      await handlerRan('mail', 20 * MINUTE_MS)

      const answer = await ask({ from, to, interval: one(['5min', '15min', 'hour']) })

      const bucketMs = answer.items[1]!.at.getTime() - answer.items[0]!.at.getTime()
      const start = answer.items[0]!.at.getTime()
      const items = answer.items.map(({ at }) => ({ at, runs: 0, unknown: 0, busy: 0 }))
      const atOnce = new Map<number, number[]>()
      const perCron = []
      for (const cron of crons) {
        const runs = runsOf(cron, from, to, now)
        const ms = expected.get(cron.id)!
        if (runs.length > 0) perCron.push({ id: cron.id, runs: runs.length, busy: runs.length * (ms ?? 0) })
        for (const run of runs) {
          const second = Math.floor(run.getTime() / SECOND_MS)
          atOnce.set(second, [...(atOnce.get(second) ?? []), cron.id])
          const began = run.getTime() - (run.getTime() % SECOND_MS)
          const bucket = items[Math.floor((began - start) / bucketMs)]!
          bucket.runs++
          if (ms === null) bucket.unknown++
          for (let at = began; at < Math.min(began + (ms ?? 0), to.getTime()); ) {
            const index = Math.floor((at - start) / bucketMs)
            const end = Math.min(start + (index + 1) * bucketMs, began + ms!, to.getTime())
            items[index]!.busy += end - at
            at = end
          }
        }
      }
      expect(answer.is_complete).toBe(true)
      expect(answer.items.map(({ at, runs, unknown }) => ({ at, runs, unknown }))).toEqual(
        items.map(({ at, runs, unknown }) => ({ at, runs, unknown })),
      )
      expect(answer.items.map((item) => item.busy_ms)).toEqual(items.map((item) => Math.round(item.busy)))
      expect(answer.items.at(1)!.expected_running).toBeCloseTo(items.at(1)!.busy / bucketMs, 2)
      expect([answer.total_crons, answer.total_runs]).toEqual([
        perCron.length,
        perCron.reduce((sum, cron) => sum + cron.runs, 0),
      ])
      perCron.sort((a, b) => b.busy - a.busy || b.runs - a.runs || a.id - b.id)
      expect(answer.crons.map((cron) => [cron.cron_id, cron.runs, cron.busy_ms])).toEqual(
        perCron.map((cron) => [cron.id, cron.runs, cron.busy]),
      )
      const colliding = [...atOnce].filter(([, ids]) => ids.length > 1)
      colliding.sort(([a, first], [b, second]) => second.length - first.length || a - b)
      expect(
        answer.collisions.map(({ at, crons, longest }) => [
          at.getTime(),
          crons,
          longest.map((o) => o.cron_id),
        ]),
      ).toEqual(
        colliding
          .slice(0, 20)
          .map(([second, ids]) => [
            second * SECOND_MS,
            ids.length,
            ids.sort((a, b) => (expected.get(b) ?? -1) - (expected.get(a) ?? -1) || a - b).slice(0, 10),
          ]),
      )
    },
  )

  test('from now on for a day by a quarter of an hour, with what the workers can run', async () => {
    for (const [id, status, poolSize, silentSeconds] of [
      ['a', 'ACTIVE', 8, 0],
      ['b', 'ACTIVE', 4, 5],
      ['c', 'DRAINING', 16, 0],
      ['d', 'ACTIVE', 32, 3_600],
    ]) {
      await app.database.query(
        `INSERT INTO workers (id, hostname, pid, version, status, queues, handlers, pool_size, heartbeat_at)
         VALUES ($1, 'host', 1, '1', $2, '{}', '{}', $3, now() - $4 * interval '1 second')`,
        [id, status, poolSize, silentSeconds],
      )
    }
    const cron = await aCron(app.database, { cronExpression: '0 * * * *', nextRunAt: aheadHours(1) })
    await ran(cron, 30 * MINUTE_MS)
    const answer = await get()
    expect(answer).toMatchObject({
      interval: '15min',
      pool_size: 12,
      total_runs: 24,
      total_crons: 1,
      is_complete: true,
      scheduler_running: true,
      left_out: [],
      collisions: [],
      crons: [
        { cron_id: cron.id, cron_name: cron.name, handler_name: 'echo', runs: 24, busy_ms: 12 * HOUR_MS },
      ],
    })
    expect(Date.parse(answer.to) - Date.parse(answer.from)).toBe(DAY_MS)
    const at = answer.items.findIndex(
      (item: { at: string }) => Date.parse(item.at) === aheadHours(2).getTime(),
    )
    expect(answer.items.slice(at, at + 4)).toEqual(
      [1, 1, 0, 0].map((running, quarter) => ({
        at: after(aheadHours(2), quarter * 15 * MINUTE_MS).toISOString(),
        runs: quarter === 0 ? 1 : 0,
        unknown: 0,
        busy_ms: running * 15 * MINUTE_MS,
        expected_running: running,
      })),
    )
  })

  test("takes a cron's own average of the last days, else its handler's, else counts it as unknown", async () => {
    const at = aheadHours(1)
    const own = await aCron(app.database, { handlerName: 'mail', nextRunAt: at })
    await ran(own, 100, 3, 30)
    await ran(own, 300, 1, 2)
    await ran({ id: own.id, handlerName: 'echo' }, 9_000)
    const old = await aCron(app.database, { handlerName: 'mail', nextRunAt: at })
    await ran(old, 50_000, 1, 24 * 9)
    const none = await aCron(app.database, { handlerName: 'echo', nextRunAt: at })
    await handlerRan('mail', 2_000)
    const { crons, items, collisions } = await ask({ from: at, to: after(at, MINUTE_MS) })
    expect(crons.map((cron) => [cron.cron_id, cron.expected_duration_ms])).toEqual([
      [old.id, 2_000],
      [own.id, 150],
      [none.id, null],
    ])
    expect(items).toMatchObject([{ runs: 3, unknown: 1, busy_ms: 2_150 }])
    expect(collisions).toMatchObject([{ at, crons: 3, longest: [{ jitter_seconds: 0 }, {}, {}] }])
  })

  test('what is overdue counts as one run of those that max_runs leaves, whenever the time begins', async () => {
    const cron = await aCron(app.database, {
      cronExpression: '0 * * * *',
      nextRunAt: aheadHours(-30),
      maxRuns: 10,
      runCount: 4,
    })
    const { total_runs } = await ask({ cron_id: cron.id })
    expect(total_runs).toBe(5)
    const later = await ask({ cron_id: cron.id, from: aheadHours(4), to: aheadHours(24) })
    expect(later.total_runs).toBe(2)
    expect((await ask({ cron_id: cron.id, from: aheadHours(6), to: aheadHours(24) })).total_runs).toBe(0)
  })

  test('narrows by cron, handler and tag, and leaves out what is disabled', async () => {
    const tagged = await aCron(app.database, { tags: ['night', 'x'], handlerName: 'mail' })
    const other = await aCron(app.database, { tags: ['day'] })
    await aCron(app.database, { isEnabled: false, nextRunAt: null })
    const found = async (query: Record<string, unknown>) =>
      (await get(query)).crons.map((cron: { cron_id: number }) => cron.cron_id)
    // Not what an earlier test asked a moment ago.
    expect(await found({ interval: 'minute' })).toEqual([tagged.id, other.id])
    expect(await found({ tag: 'night' })).toEqual([tagged.id])
    expect(await found({ handler_name: 'echo' })).toEqual([other.id])
    expect(await found({ cron_id: tagged.id })).toEqual([tagged.id])
    expect(await found({ cron_id: tagged.id, tag: 'day' })).toEqual([])
  })

  test('is the same answer for five seconds, also for those who ask while it is computed', async () => {
    const forecasts = service()
    const query = forecastQuery.parse({})
    const [first, second] = await Promise.all([forecasts.forecast(query), forecasts.forecast({ ...query })])
    expect(second).toBe(first)
    expect(await forecasts.forecast({ ...query, tag: 'x' })).not.toBe(first)
  })

  test.each([
    ['a past', { from: () => aheadHours(-3) }, 'from', /past/],
    ['a far future', { from: () => aheadHours(24 * 400) }, 'from', /far ahead/],
    ['an end before its beginning', { to: () => aheadHours(-1) }, 'to', /after from/],
    ['an empty time', { from: () => aheadHours(1), to: () => aheadHours(1) }, 'to', /after from/],
    ['more than a week', { to: () => aheadHours(24 * 7 + 3) }, 'to', /7 days/],
    ['too many buckets', { to: () => aheadHours(48), interval: 'minute' }, 'interval', /buckets/],
    ['an unknown interval', { interval: 'day' }, 'interval', /./],
    ['an unknown parameter', { status: 'SUCCESS' }, 'status', /./],
  ])('refuses %s and says which field it is', async (_, query, field, message) => {
    const given = Object.entries(query).map(([name, value]) => [
      name,
      typeof value === 'function' ? value().toISOString() : value,
    ])
    const { status, body } = await app.api.get('/stats/forecast').query(Object.fromEntries(given))
    expect([status, body.error.details[0].field]).toEqual([400, field])
    expect(body.error.details[0].message).toMatch(message)
  })

  test('a week by five minutes and an hour before now are not refused', async () => {
    const answer = await get({
      from: after(new Date(), -HOUR_MS + MINUTE_MS).toISOString(),
      to: after(new Date(), 7 * DAY_MS).toISOString(),
      interval: '5min',
    })
    expect(answer.items.length).toBeGreaterThan(2_016)
  })
})

describe('a forecast that reaches a bound', () => {
  test('says how many crons it had no time for, and still names every bucket', async () => {
    await aCron(app.database)
    await aCron(app.database)
    const answer = await ask({}, { budgetMs: 0 })
    expect(answer).toMatchObject({
      is_complete: false,
      total_runs: 0,
      left_out: [{ reason: 'TIME', crons: 2 }],
    })
    expect(answer.items.length).toBeGreaterThanOrEqual(96)
  })

  test('does not wait for the averages of all crons, and has them once they are read', async () => {
    await app.database.query(
      `INSERT INTO cron_jobs (name, cron_expression, timezone, handler_name, next_run_at)
       SELECT 'cron by SQL ' || n, '* * * * *', 'UTC', 'echo', $1 FROM generate_series(1, 2001) AS n`,
      [aheadHours(1)],
    )
    const forecasts = service({ budgetMs: 0 })
    // Another question each time, so that none is answered from memory.
    const leftOut = async (n: number) =>
      (await forecasts.forecast({ interval: 'hour', to: after(aheadHours(24), n) })).left_out.map(
        (o) => o.reason,
      )
    expect(await leftOut(0)).toEqual(['TIME', 'DURATIONS'])
    let found: string[]
    let asked = 0
    do found = await leftOut(++asked)
    while (found.includes('DURATIONS'))
    expect(found).toEqual(['TIME'])
  })

  test('looks at the crons that are due first, and says that there are more', async () => {
    const late = await aCron(app.database, { nextRunAt: aheadHours(3) })
    const soon = await aCron(app.database, { nextRunAt: aheadHours(1) })
    const answer = await ask({}, { maxCrons: 1 })
    expect(answer.left_out).toMatchObject([{ reason: 'TOO_MANY_CRONS', crons: null }])
    expect([answer.is_complete, answer.crons.map((cron) => cron.cron_id)]).toEqual([false, [soon.id]])
    expect((await ask({}, { maxCrons: 2 })).crons.map((cron) => cron.cron_id)).toEqual([soon.id, late.id])
  })

  test('counts what a dispatcher will refuse, which leaves out nothing that would run', async () => {
    await aCron(app.database, { cronExpression: 'whenever' })
    await aCron(app.database, { timezone: 'Mars/Olympus' })
    const answer = await ask({})
    expect(answer).toMatchObject({
      is_complete: true,
      total_runs: 0,
      left_out: [{ reason: 'REFUSED', crons: 2 }],
    })
  })

  test('a thousand crons by the second for a week are counted', async () => {
    const from = aheadHours(1)
    await app.database.query(
      `INSERT INTO cron_jobs (name, cron_expression, timezone, handler_name, next_run_at)
       SELECT 'every second ' || n, '* * * * * *', 'UTC', 'echo', $1 FROM generate_series(1, 1000) AS n`,
      [from],
    )
    const answer = await ask({ from, to: after(from, 7 * DAY_MS), interval: 'hour' })
    const spec: CronSpec = { expression: '* * * * * *', timezone: 'UTC', dayMatch: 'or' }
    const each = countRuns(spec, after(from, -1), after(from, 7 * DAY_MS - 1))
    expect([each, answer.total_runs, answer.is_complete]).toEqual([604_800, 604_800_000, true])
    expect(answer.items.every((item) => item.runs === 3_600_000)).toBe(true)
    expect(answer.collisions.map(({ at }) => at)).toEqual(
      Array.from({ length: 20 }, (_, second) => after(from, second * SECOND_MS)),
    )
  })
})

/** The first instant after `from` at which the clocks of a zone change, to the minute. */
function nextChange(timezone: string, from: Date): Date {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' })
  const offsetAt = (at: Date) => format.formatToParts(at).find(({ type }) => type === 'timeZoneName')!.value
  let at = new Date(Math.ceil((from.getTime() + 4 * DAY_MS) / HOUR_MS) * HOUR_MS)
  const offset = offsetAt(at)
  while (offsetAt(at) === offset) at = after(at, HOUR_MS)
  return at
}
