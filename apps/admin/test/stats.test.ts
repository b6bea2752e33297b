import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { type ExecutionStatus, foldStats } from '@jobu/db'
import { aCron } from '../../../test/support/builders.ts'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

const HOUR_MS = 3_600_000

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterEach(async () => {
  for (const table of [
    'execution_stat_deltas',
    'execution_stats',
    'execution_stats_hourly',
    'execution_stats_all_time',
    'execution_failures_hourly',
    'cron_jobs',
  ]) {
    await app.database.query(`DELETE FROM ${table}`)
  }
})
afterAll(() => app.stop())

interface Settled {
  at: Date | string
  jobId?: number
  handler?: string
  status?: ExecutionStatus
  count?: number
  /** Of each execution, in milliseconds. */
  durations?: number[]
  latenesses?: number[]
}

/** As the statements that settle report it. */
async function settle({ at, jobId, handler = 'echo', status = 'SUCCESS', ...rest }: Settled): Promise<void> {
  const { durations, latenesses = durations } = rest
  await app.database.query(
    `INSERT INTO execution_stat_deltas (settled_at, job_id, handler_name, status, count, durations_ms, lateness_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [at, jobId ?? null, handler, status, rest.count ?? durations?.length ?? 1, durations, latenesses],
  )
}
const fold = () => foldStats(app.database, 1_000)

const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR_MS)
async function get(path: string, query: Record<string, unknown> = {}) {
  const response = await app.api.get(path).query(query)
  expect([path, response.status, response.body.error]).toEqual([path, 200, undefined])
  return response.body
}
const NONE = { total: 0, success: 0, failed: 0, timeout: 0, cancelled: 0, skipped: 0 }
const JAN = { from: '2026-01-10T03:20:00Z', to: '2026-01-10T06:10:00Z' }

describe('GET /stats/throughput', () => {
  test('answers every hour of the time, whole ones, by status; folded or not, each is counted once', async () => {
    await settle({ at: '2026-01-10T02:59:59Z' })
    await settle({ at: '2026-01-10T03:00:00Z', count: 2 })
    await settle({ at: '2026-01-10T05:59:59Z', status: 'SKIPPED', count: 40 })
    await settle({ at: '2026-01-10T07:00:00Z' })
    const expected = {
      from: '2026-01-10T03:00:00.000Z',
      to: '2026-01-10T07:00:00.000Z',
      interval: 'hour',
      timezone: 'Asia/Seoul',
      items: [
        { at: '2026-01-10T03:00:00.000Z', ...NONE, total: 2, success: 2 },
        { at: '2026-01-10T04:00:00.000Z', ...NONE },
        { at: '2026-01-10T05:00:00.000Z', ...NONE, total: 40, skipped: 40 },
        { at: '2026-01-10T06:00:00.000Z', ...NONE },
      ],
    }
    expect(await get('/stats/throughput', JAN)).toEqual(expected)
    await fold()
    expect(await get('/stats/throughput', JAN)).toEqual(expected)
    await settle({ at: '2026-01-10T04:30:00Z', status: 'TIMEOUT' })
    expected.items[1] = { ...expected.items[1]!, total: 1, timeout: 1 }
    expect(await get('/stats/throughput', JAN)).toEqual(expected)
  })

  test.each([
    ['cron_id', { cron_id: 7 }, [0, 4]],
    ['handler_name', { handler_name: 'mail' }, [4, 0]],
    ['both', { cron_id: 7, handler_name: 'mail' }, [0, 0]],
    ['one status', { status: 'FAILED' }, [8, 0]],
    ['several statuses', { status: ['FAILED', 'SUCCESS'] }, [10, 4]],
    ['statuses separated by commas', { status: 'FAILED,CANCELLED' }, [8, 2]],
    ['nothing of it', { cron_id: 8 }, [0, 0]],
  ])('narrowed by %s, folded and not', async (_, filter, expected) => {
    for (const isFolded of [true, false]) {
      await settle({ at: '2026-01-10T03:30:00Z' })
      await settle({ at: '2026-01-10T03:30:00Z', handler: 'mail', status: 'FAILED', count: 2 })
      await settle({ at: '2026-01-10T03:40:00Z', handler: 'http', status: 'FAILED', count: 2, jobId: 9 })
      await settle({ at: '2026-01-10T04:30:00Z', jobId: 7, count: 2 })
      await settle({ at: '2026-01-10T04:30:00Z', status: 'CANCELLED' })
      // The cron of the failures is another one.
      if (isFolded) await fold()
    }
    const { items } = await get('/stats/throughput', { ...JAN, ...filter })
    const withoutCancelled = items.map((item: { total: number; cancelled: number }) =>
      'status' in filter ? item.total : item.total - item.cancelled,
    )
    expect(withoutCancelled.slice(0, 2)).toEqual(expected)
  })

  test('by day, in the zone asked for: a day of 25 hours, and an hour that begins before midnight', async () => {
    // Clocks in New York go back on November 1st at 06:00 UTC.
    for (const at of [
      '2026-11-01T03:59:59Z',
      '2026-11-01T04:00:00Z',
      '2026-11-02T04:59:59Z',
      '2026-11-02T05:00:00Z',
    ]) {
      await settle({ at })
    }
    const query = { interval: 'day', from: '2026-10-31T20:00:00Z', to: '2026-11-02T20:00:00Z' }
    const series = await get('/stats/throughput', { ...query, timezone: 'America/New_York' })
    expect(series.items.map((item: { at: string; total: number }) => [item.at, item.total])).toEqual([
      ['2026-10-31T04:00:00.000Z', 1],
      ['2026-11-01T04:00:00.000Z', 2],
      ['2026-11-02T05:00:00.000Z', 1],
    ])
    // Midnight in Kolkata is 18:30 UTC: the hour from 18:00 on belongs to the day before.
    await settle({ at: '2026-11-01T18:45:00Z', handler: 'mail' })
    await settle({ at: '2026-11-01T19:15:00Z', handler: 'mail' })
    const other = await get('/stats/throughput', { ...query, timezone: 'Asia/Kolkata', handler_name: 'mail' })
    expect(other.items.map((item: { at: string; total: number }) => [item.at, item.total])).toEqual([
      ['2026-10-31T18:30:00.000Z', 1],
      ['2026-11-01T18:30:00.000Z', 1],
      ['2026-11-02T18:30:00.000Z', 0],
    ])
  })

  test('without a time: the last 24 hours by hour, the last 30 days by day', async () => {
    await settle({ at: hoursAgo(2) })
    await settle({ at: hoursAgo(100) })
    const byHour = await get('/stats/throughput')
    expect(byHour.items.length).toBeGreaterThanOrEqual(24)
    expect(byHour.items.length).toBeLessThanOrEqual(25)
    const totalOf = ({ items }: { items: Array<{ total: number }> }) =>
      items.reduce((sum, item) => sum + item.total, 0)
    expect(totalOf(byHour)).toBe(1)
    expect(totalOf(await get('/stats/throughput', { interval: 'day' }))).toBe(2)
  })
})

describe('GET /stats/durations and /stats/lateness', () => {
  const exact = (values: number[], share: number) =>
    values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1]!

  test.each([
    ['of everything', {}],
    ['of a cron', { cron_id: 7 }],
    ['of a handler', { handler_name: 'echo' }],
  ])(
    '%s: average and maximum exact, percentiles within 9 %%, over folds, statuses and what is not folded',
    async (_, filter) => {
      const durations: number[] = []
      const latenesses: number[] = []
      for (let batch = 0; batch < 6; batch++) {
        const some = Array.from({ length: 100 }, (_, i) =>
          Math.floor(Math.exp(((i * 37 + batch * 11) % 100) / 8)),
        )
        const late = some.map((ms) => Math.floor(ms / 10))
        durations.push(...some)
        latenesses.push(...late)
        const status = batch % 2 ? 'FAILED' : 'SUCCESS'
        await settle({ at: '2026-01-10T04:10:00Z', jobId: 7, status, durations: some, latenesses: late })
        if (batch === 3) await fold()
      }
      await settle({
        at: '2026-01-10T04:10:00Z',
        jobId: 8,
        handler: 'mail',
        durations: Object.keys(filter).length ? [10_000_000] : [],
        count: 1,
      })
      for (const [path, values] of [
        ['/stats/durations', durations],
        ['/stats/lateness', latenesses],
      ] as const) {
        const { items } = await get(path, { ...JAN, ...filter })
        expect(items).toHaveLength(4)
        const nothing = { count: 0, avg_ms: null, max_ms: null, p50_ms: null, p95_ms: null, p99_ms: null }
        expect(items[0]).toEqual({ at: '2026-01-10T03:00:00.000Z', ...nothing })
        expect(items[1]).toMatchObject({
          count: 600,
          avg_ms: Math.round(values.reduce((a, b) => a + b) / 600),
          max_ms: Math.max(...values),
        })
        for (const [field, share] of [
          ['p50_ms', 0.5],
          ['p95_ms', 0.95],
          ['p99_ms', 0.99],
        ] as const) {
          expect(Math.abs(items[1][field] - exact(values, share))).toBeLessThanOrEqual(
            0.09 * exact(values, share),
          )
        }
      }
    },
  )

  test('a percentile never lies above the maximum', async () => {
    await settle({ at: '2026-01-10T04:10:00Z', durations: [1_000] })
    const { items } = await get('/stats/durations', JAN)
    expect(items[1].p99_ms).toBeLessThanOrEqual(1_000)
  })
})

describe('GET /stats/daily', () => {
  test('answers every day of the configured zone, with its success rate', async () => {
    await settle({ at: '2026-01-10T14:59:00Z' })
    await settle({ at: '2026-01-10T15:00:00Z', count: 3 })
    await settle({ at: '2026-01-11T10:00:00Z', status: 'FAILED' })
    await fold()
    await settle({ at: '2026-01-12T15:30:00Z', status: 'SKIPPED' })
    const body = await get('/stats/daily', { from: '2026-01-10T00:00:00Z', to: '2026-01-12T16:00:00Z' })
    expect(body).toEqual({
      from: '2026-01-09T15:00:00.000Z',
      to: '2026-01-12T16:00:00.000Z',
      timezone: 'Asia/Seoul',
      items: [
        { date: '2026-01-10', ...NONE, total: 1, success: 1, success_rate: 1 },
        { date: '2026-01-11', ...NONE, total: 4, success: 3, failed: 1, success_rate: 0.75 },
        { date: '2026-01-12', ...NONE, success_rate: null },
        { date: '2026-01-13', ...NONE, total: 1, skipped: 1, success_rate: null },
      ],
    })
  })
})

describe('GET /stats/summary', () => {
  test('counts today, the last hour and the last 24 hours from the hour on in which each begins', async () => {
    const before = hoursAgo(3)
    await settle({ at: before, durations: [100], status: 'FAILED' })
    await settle({ at: hoursAgo(30), durations: [90_000] })
    await fold()
    await settle({ at: new Date(), durations: [300], latenesses: [5] })
    const body = await get('/stats/summary', { timezone: 'UTC' })
    expect(body.last_hour).toMatchObject({ ...NONE, total: 1, success: 1, success_rate: 1 })
    expect(body.last_24_hours).toMatchObject({ ...NONE, total: 2, success: 1, failed: 1, success_rate: 0.5 })
    expect(body.today.failed).toBe(before >= new Date(body.today.from) ? 1 : 0)
    expect(body.today.from).toMatch(/T00:00:00.000Z$/)
    expect(body.duration).toMatchObject({ count: 2, avg_ms: 200, max_ms: 300 })
    expect(body.lateness).toMatchObject({ count: 2, max_ms: 100 })
    const inSeoul = await get('/stats/summary')
    expect(inSeoul).toMatchObject({
      timezone: 'Asia/Seoul',
      today: { from: expect.stringMatching(/T15:00:00.000Z$/) },
    })
  })

  test('shows what settled a moment ago, with no dispatcher', async () => {
    const { body: job } = await app.api.post('/jobs').send({ handler_name: 'echo' })
    await app.api.post(`/jobs/${job.id}/cancel`)
    expect((await get('/stats/summary')).last_hour.cancelled).toBe(1)
  })
})

describe('GET /stats/crons', () => {
  const crons = async (query: Record<string, unknown> = {}) =>
    (await get('/stats/crons', { ...JAN, ...query })).items
  const namesOf = (items: Array<{ cron_name: string }>) => items.map((item) => item.cron_name)
  const make = async (name: string) => (await aCron(app.database, { name, handlerName: 'echo' })).id

  /** Three crons with failures, long runs and late ones, partly folded; a fourth that did nothing. */
  async function fourCrons() {
    const [a, b, c, d] = [await make('a'), await make('b'), await make('c'), await make('d')] as [
      number,
      number,
      number,
      number,
    ]
    await settle({ at: '2026-01-10T03:10:00Z', jobId: a, status: 'FAILED', durations: [10, 20, 30] })
    await settle({ at: '2026-01-10T04:10:00Z', jobId: a, durations: [500], latenesses: [2] })
    await settle({ at: '2026-01-10T03:10:00Z', jobId: b, status: 'TIMEOUT', durations: [9_000] })
    await fold()
    await settle({ at: '2026-01-10T05:10:00Z', jobId: b, status: 'FAILED', durations: [50] })
    await settle({ at: '2026-01-10T05:10:00Z', jobId: c, durations: [400], latenesses: [70_000] })
    await settle({ at: '2026-01-10T05:10:00Z', jobId: c, status: 'SKIPPED', count: 9 })
    await settle({ at: '2026-01-10T05:10:00Z', status: 'FAILED', durations: [99_999] })
    await settle({ at: '2026-01-11T05:10:00Z', jobId: d, status: 'FAILED', durations: [99_999] })
    return { a, b, c, d }
  }

  test.each([
    ['-failures', ['a', 'b']],
    ['-last_failure', ['b', 'a']],
    ['-duration_max', ['b', 'a', 'c']],
    ['-lateness_max', ['c', 'b', 'a']],
    ['name', ['a', 'b', 'c', 'd']],
    ['-name', ['d', 'c', 'b', 'a']],
  ])('by %s, folded or not', async (order, expected) => {
    const ids = await fourCrons()
    expect(namesOf(await crons({ order_by: order }))).toEqual(expected)
    const named = { order_by: order, cron_id: Object.values(ids) }
    const rest = ['a', 'b', 'c', 'd'].filter((name) => !expected.includes(name))
    expect(namesOf(await crons(named))).toEqual([
      ...expected,
      ...(order === '-last_failure' ? rest.reverse() : rest),
    ])
    await fold()
    expect(namesOf(await crons({ order_by: order }))).toEqual(expected)
  })

  test('says of each what settled, how long it took and how late it was', async () => {
    const { a, c } = await fourCrons()
    const [first] = await crons()
    expect(first).toEqual({
      cron_id: a,
      cron_name: 'a',
      handler_name: 'echo',
      runs: 4,
      failures: 3,
      ...NONE,
      total: 4,
      success: 1,
      failed: 3,
      success_rate: 0.25,
      duration: { count: 4, avg_ms: 140, max_ms: 500, p50_ms: 20, p95_ms: 489, p99_ms: 489 },
      lateness: { count: 4, avg_ms: 16, max_ms: 30, p50_ms: 10, p95_ms: 29, p99_ms: 29 },
      last_failure_hour: '2026-01-10T03:00:00.000Z',
    })
    expect((await crons({ cron_id: c }))[0]).toMatchObject({
      runs: 1,
      total: 10,
      skipped: 9,
      success_rate: 1,
      last_failure_hour: null,
    })
  })

  test('pages say whether there is another; a deleted cron keeps its name', async () => {
    const { a } = await fourCrons()
    await app.database.query('UPDATE cron_jobs SET is_enabled = false, deleted_at = now() WHERE id = $1', [a])
    const query = { ...JAN, order_by: '-duration_max', size: 1 }
    expect(await get('/stats/crons', query)).toMatchObject({
      total: 2,
      pages: 2,
      items: [{ cron_name: 'b' }],
    })
    expect(await get('/stats/crons', { ...query, page: 2 })).toMatchObject({
      total: 3,
      items: [{ cron_name: 'a' }],
    })
    expect(await get('/stats/crons', { ...query, page: 3 })).toMatchObject({
      total: 3,
      items: [{ cron_name: 'c' }],
    })
    expect(await get('/stats/crons', { ...query, page: 4 })).toMatchObject({ total: 3, items: [] })
  })

  test('the longest of each hour are all that is needed: many crons in many hours', async () => {
    const ids: number[] = []
    for (let i = 0; i < 12; i++) ids.push(await make(`cron-${String(i).padStart(2, '0')}`))
    const longest = new Map<number, number>()
    for (let n = 0; n < 120; n++) {
      const jobId = ids[(n * 7) % 12]!
      const ms = 1 + ((n * 7_919) % 100_003)
      longest.set(jobId, Math.max(longest.get(jobId) ?? 0, ms))
      await settle({
        at: `2026-01-10T0${3 + (n % 4)}:10:00Z`,
        jobId,
        durations: [ms],
        status: n % 3 ? 'SUCCESS' : 'FAILED',
      })
    }
    await fold()
    const expected = [...longest].sort((x, y) => y[1] - x[1]).map(([id]) => id)
    for (const size of [1, 2, 5, 12]) {
      const items = await crons({ order_by: '-duration_max', size })
      expect(items.map((item: { cron_id: number }) => item.cron_id)).toEqual(expected.slice(0, size))
    }
  })
})

describe('GET /stats/handlers', () => {
  test('says the same of each handler under which something settled, in the order asked for', async () => {
    await settle({ at: '2026-01-10T03:10:00Z', durations: [10, 20], jobId: 3 })
    await settle({ at: '2026-01-10T04:10:00Z', handler: 'mail', status: 'FAILED', durations: [3_000] })
    await fold()
    await settle({ at: '2026-01-10T04:10:00Z', durations: [30] })
    await settle({ at: '2026-01-10T04:10:00Z', handler: 'http', status: 'SKIPPED', count: 5 })
    const handlers = async (query: Record<string, unknown>) =>
      (await get('/stats/handlers', { ...JAN, ...query })).items.map(
        (item: { handler_name: string }) => item.handler_name,
      )
    expect(await handlers({})).toEqual(['echo', 'mail', 'http'])
    expect(await handlers({ order_by: 'success_rate' })).toEqual(['mail', 'echo', 'http'])
    expect(await handlers({ order_by: '-duration_p95' })).toEqual(['mail', 'echo', 'http'])
    expect(await handlers({ order_by: 'name' })).toEqual(['echo', 'http', 'mail'])
    expect(await handlers({ handler_name: 'mail' })).toEqual(['mail'])
    const page = await get('/stats/handlers', { ...JAN, size: 1, page: 2 })
    expect(page).toMatchObject({
      total: 3,
      pages: 3,
      items: [
        {
          handler_name: 'mail',
          runs: 1,
          failures: 1,
          success_rate: 0,
          duration: { count: 1, avg_ms: 3_000 },
        },
      ],
    })
  })
})

describe('statistics', () => {
  test('are read without executions', async () => {
    await settle({ at: '2026-01-10T03:10:00Z', durations: [10], jobId: 3 })
    await app.database.query('ALTER TABLE job_executions RENAME TO elsewhere')
    for (const name of ['summary', 'throughput', 'durations', 'lateness', 'daily', 'crons', 'handlers']) {
      await get(`/stats/${name}`)
    }
    await get('/stats/crons', { cron_id: 3 })
    await get('/stats/throughput', { cron_id: 3 })
    await app.database.query('ALTER TABLE elsewhere RENAME TO job_executions')
  })

  test.each([
    ['throughput', { from: 'yesterday' }, 'from'],
    ['throughput', { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' }, 'from'],
    ['throughput', { from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, 'from'],
    ['throughput', { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' }, 'from'],
    ['durations', { interval: 'day', from: '2025-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, 'from'],
    ['daily', { from: '1970-01-01T00:00:00Z' }, 'from'],
    ['crons', { from: '2026-01-01T00:00:00Z', to: '2026-01-10T00:00:00Z' }, 'from'],
    ['handlers', { from: '2999-01-01T00:00:00Z' }, 'from'],
    ['throughput', { interval: 'minute' }, 'interval'],
    ['throughput', { status: 'RUNNING' }, 'status[0]'],
    ['daily', { timezone: 'Asia/Atlantis' }, 'timezone'],
    ['daily', { timezone: '+09:00' }, 'timezone'],
    ['summary', { timezone: ['UTC', 'Asia/Seoul'] }, 'timezone'],
    ['throughput', { cron_id: '-1' }, 'cron_id'],
    ['lateness', { handler_name: '' }, 'handler_name'],
    ['crons', { order_by: '-average' }, 'order_by'],
    ['crons', { page: 26, size: 20 }, 'page'],
    ['crons', { offset: 500 }, 'offset'],
    ['handlers', { page: 1, limit: 3 }, 'limit'],
    ['summary', { from: '2026-01-01T00:00:00Z' }, 'from'],
  ])('%s with %j is refused, naming the field', async (name, query, field) => {
    const { status, body } = await app.api.get(`/stats/${name}`).query(query)
    expect([status, body.error.code]).toEqual([400, 'VALIDATION_FAILED'])
    expect(body.error.details.map((detail: { field: string }) => detail.field)).toContain(field)
  })

  test('want credentials', async () => {
    for (const name of ['summary', 'throughput', 'durations', 'lateness', 'daily', 'crons', 'handlers']) {
      expect((await app.anonymous.get(`/api/v1/stats/${name}`)).status).toBe(401)
    }
  })

  test('at the ends of time are answered', async () => {
    await get('/stats/throughput', { from: '1970-01-01T00:00:00Z', to: '1970-01-01T01:00:00Z' })
    await get('/stats/daily', { from: '1970-01-01T00:00:00Z', to: '1970-01-02T00:00:00Z' })
    await get('/stats/daily', { to: '9999-12-31T00:00:00Z' })
    await get('/stats/crons', { to: '9999-12-31T00:00:00Z', order_by: '-duration_max' })
  })
})
