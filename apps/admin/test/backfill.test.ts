import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { ensurePartitions } from '@jobu/db'
import {
  aCron,
  anExecution,
  type CronState,
  secondsAgo,
  secondsAhead,
} from '../../../test/support/builders.ts'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())
afterEach(async () => {
  for (const table of ['job_executions', 'cron_jobs', 'audit_log'])
    await app.database.query(`DELETE FROM ${table}`)
})

const FROM = '2025-01-10T00:00:00Z'
/** Hourly, at the full hour. */
const anHourly = (state: CronState = {}) => aCron(app.database, { cronExpression: '0 * * * *', ...state })
const ask = (cron: { id: number }, body: object, query = '') =>
  app.api.post(`/crons/${cron.id}/backfill${query}`).send({ from: FROM, to: '2025-01-10T05:00:00Z', ...body })
const executions = async (cron: { id: number }) =>
  (
    await app.database.query<{
      at: Date
      status: string
      waiting: string | null
      limit: number
      params: unknown
    }>(
      `SELECT scheduled_time AS at, status, waiting_for AS waiting, backfill_limit AS limit, params FROM job_executions WHERE job_id = $1 ORDER BY 1`,
      [cron.id],
    )
  ).rows

describe('POST /crons/{id}/backfill', () => {
  test('makes the slots after from and until to that have no execution, and lets the first of them go', async () => {
    const cron = await anHourly()
    const ran = new Date('2025-01-10T02:00:00Z')
    await ensurePartitions(app.database, ran, ran)
    await anExecution(app.database, { jobId: cron.id, scheduledTime: ran, status: 'FAILED' })
    const { body } = await ask(cron, {}).expect(201)
    expect(body).toEqual({
      dry_run: false,
      count: 4,
      existing: 1,
      first: '2025-01-10T01:00:00.000Z',
      last: '2025-01-10T05:00:00.000Z',
      max_active: 1,
      ids: [expect.any(Number), expect.any(Number), expect.any(Number), expect.any(Number)],
    })
    const rows = await executions(cron)
    expect(rows.map((row) => [row.at.toISOString().slice(11, 13), row.status, row.waiting])).toEqual([
      ['01', 'PENDING', null],
      ['02', 'FAILED', null],
      ['03', 'PENDING', 'backfill'],
      ['04', 'PENDING', 'backfill'],
      ['05', 'PENDING', 'backfill'],
    ])
    // Again it finds nothing to make, and adjoining ranges share no slot.
    expect((await ask(cron, {}).expect(201)).body).toMatchObject({
      count: 0,
      existing: 5,
      first: null,
      ids: [],
    })
    const next = await ask(cron, { from: '2025-01-10T05:00:00Z', to: '2025-01-10T06:00:00Z' }).expect(201)
    expect(next.body).toMatchObject({ count: 1, existing: 0, first: '2025-01-10T06:00:00.000Z' })
  })

  test.each([
    [{ dry_run: true }, ''],
    [{}, '?dry_run=true'],
  ])('with %j%s only counts', async (body, query) => {
    const cron = await anHourly()
    const answer = await ask(cron, { max_active: 3, ...body }, query).expect(200)
    expect(answer.body).toMatchObject({ dry_run: true, count: 5, existing: 0, max_active: 3, ids: [] })
    expect(await executions(cron)).toEqual([])
  })

  test('takes a limit and params, and is in the audit log', async () => {
    const cron = await anHourly({ name: 'reports', overlapPolicy: 'allow' })
    await ask(cron, { max_active: 2, params: { message: 'again' } }).expect(201)
    const rows = await executions(cron)
    expect(rows.map((row) => row.waiting)).toEqual([null, null, 'backfill', 'backfill', 'backfill'])
    expect(
      rows.every((row) => row.limit === 2 && (row.params as { message: string }).message === 'again'),
    ).toBe(true)
    const { rows: audited } = await app.database.query('SELECT action, target_name, after FROM audit_log')
    expect(audited).toEqual([
      {
        action: 'cron.backfill',
        target_name: 'reports',
        after: {
          from: '2025-01-10T00:00:00.000Z',
          to: '2025-01-10T05:00:00.000Z',
          max_active: 2,
          params: { message: 'again' },
          count: 5,
        },
      },
    ])
  })

  test('keeps to the window, and minds neither that the cron is disabled nor its max_runs', async () => {
    const cron = await anHourly({
      isEnabled: false,
      nextRunAt: null,
      maxRuns: 1,
      runCount: 1,
      startAt: new Date('2025-01-10T02:00:00Z'),
      endAt: new Date('2025-01-10T04:00:00Z'),
    })
    expect((await ask(cron, {}).expect(201)).body).toMatchObject({
      count: 2,
      first: '2025-01-10T02:00:00.000Z',
      last: '2025-01-10T03:00:00.000Z',
    })
    const later = { from: '2025-01-10T04:00:00Z', to: '2025-01-10T09:00:00Z' }
    expect((await ask(cron, later).expect(201)).body).toMatchObject({ count: 0, existing: 0 })
  })

  test('reaches back to months that have no partition yet', async () => {
    const cron = await aCron(app.database, { cronExpression: '0 0 1 * *' })
    const { body } = await ask(cron, { from: '2022-06-15T00:00:00Z', to: '2022-09-15T00:00:00Z' }).expect(201)
    expect(body.count).toBe(3)
    const { body: slots } = await app.api.get(
      `/crons/${cron.id}/slots?from=2022-07-01T00:00:00Z&to=2022-08-02T00:00:00Z`,
    )
    expect(slots.items).toMatchObject([
      { verdict: 'PENDING', is_backfill: true },
      { verdict: 'PENDING', is_backfill: true, explanation: 'waits (backfill)' },
    ])
  })

  test('of 10,000 slots is made, of more refused with their number, before anything is counted one by one', async () => {
    const minutely = await aCron(app.database)
    const exactly = {
      from: '2025-01-01T00:00:00Z',
      to: new Date(Date.UTC(2025, 0, 1) + 10_000 * 60_000).toISOString(),
    }
    expect((await ask(minutely, exactly).expect(201)).body).toMatchObject({ count: 10_000 })
    const more = await ask(minutely, { from: '1970-01-01T00:00:00Z', dry_run: true }).expect(400)
    expect(more.body.error).toMatchObject({
      code: 'BACKFILL_TOO_LARGE',
      details: [{ field: 'from', received: expect.any(Number) }],
    })
    expect(more.body.error.details[0].received).toBeGreaterThan(28_000_000)
  })

  test('of slots in too many months is refused', async () => {
    const monthly = await aCron(app.database, { cronExpression: '0 0 1 * *' })
    const { body } = await ask(monthly, { from: '2000-01-15T00:00:00Z' }).expect(400)
    expect(body.error).toMatchObject({
      code: 'BACKFILL_TOO_LARGE',
      message: expect.stringContaining('months'),
    })
  })

  test.each<[string, object]>([
    ['to', { from: '2025-01-10T05:00:00Z' }],
    ['to', { to: secondsAhead(60) }],
    ['from', { from: undefined }],
    ['from', { from: 'yesterday' }],
    ['max_active', { max_active: 0 }],
    ['max_active', { max_active: 101 }],
    ['params', { params: [] }],
    ['priority', { priority: 1 }],
  ])('is refused for %s of %j', async (field, body) => {
    const cron = await anHourly()
    const answer = await ask(cron, body).expect(400)
    expect(answer.body.error).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ field }] })
    expect(await executions(cron)).toEqual([])
  })

  test('is refused for params that its handler does not take, and for an unknown cron', async () => {
    const cron = await anHourly({ handlerName: 'mail' })
    const answer = await ask(cron, { params: { to: 'nobody' } }).expect(400)
    expect(answer.body.error.details).toMatchObject([{ field: 'params.to' }])
    await ask({ id: 9_999_999 }, {}).expect(404)
    await app.database.query('UPDATE cron_jobs SET is_enabled = false, deleted_at = now()')
    await ask(cron, {}).expect(404)
  })

  test('is cancelled with its cron', async () => {
    const cron = await anHourly({ createdAt: secondsAgo(60) })
    await ask(cron, {}).expect(201)
    await app.api.delete(`/crons/${cron.id}`).expect(204)
    expect((await executions(cron)).map((row) => row.status)).toEqual(Array(5).fill('CANCELLED'))
  })
})
