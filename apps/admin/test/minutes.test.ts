import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

const MINUTE_MS = 60_000

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterEach(async () => {
  for (const table of ['minute_samples', 'queue_samples']) await app.database.query(`DELETE FROM ${table}`)
})
afterAll(() => app.stop())

interface Sample {
  /** How many had settled ever. */
  success?: number
  failed?: number
  skipped?: number
  ready?: number
  running?: number
  oldestReadyMs?: number
  /** Of what had settled in its hour, in milliseconds. */
  lateness?: number[]
  queue?: string
}

async function sample(at: string | Date, sampled: Sample = {}): Promise<void> {
  const { success = 0, failed = 0, skipped = 0, ready = 0, running = 0, oldestReadyMs = null } = sampled
  await app.database.query(
    `INSERT INTO minute_samples (at, success, failed, timeout, cancelled, skipped, ready, running, oldest_ready_ms, lateness_histogram)
     VALUES ($1, $2, $3, 0, 0, $4, $5, $6, $7, (SELECT coalesce(sum(jobu_histogram_unit(ms)), 0) FROM unnest($8::integer[]) AS ms))`,
    [at, success, failed, skipped, ready, running, oldestReadyMs, sampled.lateness ?? []],
  )
  if (sampled.queue === undefined) return
  await app.database.query(
    'INSERT INTO queue_samples (at, queue, ready, running, oldest_ready_ms) VALUES ($1, $2, $3, $4, $5)',
    [at, sampled.queue, ready, running, oldestReadyMs],
  )
}

async function get(query: Record<string, unknown> = {}) {
  const response = await app.api.get('/stats/minutes').query(query)
  expect([response.status, response.body.error]).toEqual([200, undefined])
  return response.body
}
const UNCOUNTED = {
  settled: null,
  success: null,
  failed: null,
  timeout: null,
  cancelled: null,
  skipped: null,
  lateness: null,
}
const UNKNOWN = { ...UNCOUNTED, running: null, ready: null, oldest_ready_ms: null }
const NONE = { settled: 0, success: 0, failed: 0, timeout: 0, cancelled: 0, skipped: 0, lateness: null }
const at = (time: string) => `2026-01-10T${time}:00.000Z`
const between = (from: string, to: string) => ({ from: at(from), to: at(to) })

describe('GET /stats/minutes', () => {
  test('answers what settled between two samples, how late, and what there was at the end of the minute', async () => {
    const hour = Array.from({ length: 50 }, () => 2_000)
    await sample(at('03:20'), { success: 100, failed: 7, ready: 9, running: 9, lateness: hour })
    const more = { success: 103, failed: 8, skipped: 40, ready: 5, running: 3, oldestReadyMs: 1_234 }
    await sample(at('03:21'), { ...more, lateness: [...hour, 3, 3, 3, 15] })
    await sample(at('03:22'), { ...more, ready: 0, lateness: [...hour, 3, 3, 3, 15] })
    expect(await get(between('03:20', '03:22'))).toEqual({
      ...between('03:20', '03:22'),
      queue: null,
      items: [
        {
          at: at('03:20'),
          ...NONE,
          settled: 44,
          success: 3,
          failed: 1,
          skipped: 40,
          lateness: { p50_ms: 3, p95_ms: 15, p99_ms: 15 },
          running: 3,
          ready: 5,
          oldest_ready_ms: 1_234,
        },
        { at: at('03:21'), ...NONE, running: 3, ready: 0, oldest_ready_ms: 1_234 },
      ],
    })
  })

  test('lateness begins anew with the hour', async () => {
    await sample(at('03:59'), { lateness: [3] })
    await sample(at('04:00'), { lateness: [3, 7] })
    await sample(at('04:01'), { lateness: [3, 15] })
    await sample(at('04:02'), { lateness: [3, 15, 3] })
    const { items } = await get(between('03:59', '04:02'))
    const lateness = items.map((item: { lateness: object }) => Object.values(item.lateness))
    expect(lateness).toEqual([
      [7, 7, 7],
      [3, 15, 15],
      [3, 3, 3],
    ])
  })

  test('of minutes without a sample nothing is known, nor what settled in the one after', async () => {
    await sample(at('03:20'), { success: 10, ready: 1 })
    await sample(at('03:21'), { success: 11, ready: 2 })
    // No dispatcher at 03:22 and 03:23.
    await sample(at('03:24'), { success: 99, ready: 3 })
    await sample(at('03:25'), { success: 100, ready: 4 })
    const known = { running: 0, oldest_ready_ms: null }
    expect((await get(between('03:19', '03:26'))).items).toEqual([
      { at: at('03:19'), ...UNCOUNTED, ...known, ready: 1 },
      { at: at('03:20'), ...NONE, settled: 1, success: 1, ...known, ready: 2 },
      { at: at('03:21'), ...UNKNOWN },
      { at: at('03:22'), ...UNKNOWN },
      { at: at('03:23'), ...UNCOUNTED, ...known, ready: 3 },
      { at: at('03:24'), ...NONE, settled: 1, success: 1, ...known, ready: 4 },
      { at: at('03:25'), ...UNKNOWN },
    ])
  })

  test('of one queue it knows what it held: nothing where it has no row, null where there is no sample', async () => {
    await sample(at('03:21'), { success: 5, ready: 2, running: 1, oldestReadyMs: 50, queue: 'mail' })
    await sample(at('03:22'), { success: 9, ready: 7, queue: 'other' })
    const { queue, items } = await get({ ...between('03:20', '03:23'), queue: 'mail' })
    expect(queue).toBe('mail')
    expect(items).toEqual([
      { at: at('03:20'), ...UNCOUNTED, running: 1, ready: 2, oldest_ready_ms: 50 },
      { at: at('03:21'), ...UNCOUNTED, running: 0, ready: 0, oldest_ready_ms: null },
      { at: at('03:22'), ...UNKNOWN },
    ])
  })

  test('takes whole minutes: those in which the time begins and ends', async () => {
    const { from, to, items } = await get({ from: '2026-01-10T03:20:59Z', to: '2026-01-10T03:22:01Z' })
    expect([from, to, items.length]).toEqual([at('03:20'), at('03:23'), 3])
  })

  test('without a time: the last hour, without the present minute', async () => {
    const { rows } = await app.database.query<{ at: Date }>(`SELECT date_trunc('minute', now()) AS at`)
    const present = rows[0]!.at.getTime()
    // The minute may turn meanwhile.
    for (let minute = -70; minute <= 1; minute++) await sample(new Date(present + minute * MINUTE_MS))
    const { from, to, items } = await get()
    const end = Date.parse(to)
    expect([present, present + MINUTE_MS]).toContain(end)
    expect(Date.parse(from)).toBe(end - 60 * MINUTE_MS)
    expect(items).toHaveLength(60)
    expect(items.filter((item: { settled: number | null }) => item.settled === null)).toEqual([])
    expect(Date.parse(items.at(-1).at)).toBe(end - MINUTE_MS)
  })

  test('of what is to come there is nothing', async () => {
    const from = new Date(Date.now() + 3_600_000).toISOString()
    const to = new Date(Date.now() + 7_200_000).toISOString()
    expect((await get({ from, to })).items).toEqual([])
    expect((await get({ from: new Date().toISOString(), to })).items).toEqual([])
  })

  test.each([
    ['an end before its beginning', between('03:20', '03:19'), 'from', 'must lie before to'],
    [
      'more than a day',
      { from: at('03:20'), to: '2026-01-11T04:21:00Z' },
      'from',
      'lies more than 24 hours before to',
    ],
    ['a beginning in the future', { from: '2200-01-01T00:00:00Z' }, 'from', 'must lie before to'],
    ['two queues', { queue: ['a', 'b'] }, 'queue', 'was given more than once'],
    ['a name that no queue can have', { queue: 'x'.repeat(101) }, 'queue', 'Too big'],
    ['an unknown field', { minutes: 5 }, 'minutes', ''],
  ])('refuses %s', async (_, query, field, message) => {
    const response = await app.api.get('/stats/minutes').query(query)
    expect(response.status).toBe(400)
    expect(response.body.error.details).toMatchObject([{ field, message: expect.stringContaining(message) }])
  })
})
