import { foldStats } from '@jobu/db'
import { aCron, anExecution, type ExecutionState, secondsAgo } from '../../../test/support/builders.ts'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp

beforeAll(async () => {
  app = await startTestApp()
  await app.database.query(`SELECT jobu_ensure_partitions(now() - interval '70 days', now())`)
})
afterEach(async () => {
  for (const table of [
    'job_executions',
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

/** As the statements that settle leave it: the row, and its delta. */
async function aFailure(errorMessage: string, state: ExecutionState = {}) {
  const row = await anExecution(app.database, {
    status: 'FAILED',
    reason: 'HANDLER_ERROR',
    errorMessage,
    ...state,
  })
  await app.database.query(
    `INSERT INTO execution_stat_deltas (settled_at, job_id, handler_name, status, count, durations_ms, lateness_ms)
     VALUES ($1, $2, $3, $4, 1, '{5}', '{0}')`,
    [row.finishedAt, row.jobId, row.handlerName, row.status],
  )
  return row
}
const failures = async (query: object = {}) =>
  (await app.api.get('/stats/failures').query(query).expect(200)).body

describe('GET /stats/failures', () => {
  test('groups by reason, handler and what the messages have in common, the most frequent first', async () => {
    const crons = [await aCron(app.database), await aCron(app.database)]
    const first = await aFailure('no answer from 10.0.0.1 after 300 ms\nat x', {
      jobId: crons[1]!.id,
      finishedAt: secondsAgo(30),
    })
    await aFailure('no answer from 10.0.0.2 after 17 ms', { jobId: crons[0]!.id, finishedAt: secondsAgo(20) })
    await aFailure('no answer from 10.0.0.2 after 9 ms', {
      jobId: crons[1]!.id,
      scheduledTime: secondsAgo(2),
      finishedAt: secondsAgo(10),
    })
    const last = await aFailure('no answer from 10.0.0.2 after 1 ms', {
      status: 'TIMEOUT',
      finishedAt: secondsAgo(5),
    })
    await aFailure('no answer from 10.0.0.1 after 1 ms', { handlerName: 'mail' })
    await aFailure('no answer from 10.0.0.1 after 1 ms', { reason: 'WORKER_LOST' })
    await aFailure('no luck')
    await anExecution(app.database, { status: 'CANCELLED', errorMessage: 'no luck' })
    const body = await failures()
    expect(body).toMatchObject({ total: 7, grouped: 7, is_complete: true })
    expect(body.items).toHaveLength(4)
    expect(body.items[0]).toEqual({
      reason: 'HANDLER_ERROR',
      message: 'no answer from # after # ms',
      handler_name: 'echo',
      count: 4,
      cron_count: 2,
      crons: [
        { id: crons[1]!.id, name: crons[1]!.name },
        { id: crons[0]!.id, name: crons[0]!.name },
      ],
      first_at: first.finishedAt!.toISOString(),
      last_at: last.finishedAt!.toISOString(),
      last_job_id: last.id,
      statuses: ['FAILED', 'TIMEOUT'],
      example: 'no answer from 10.0.0.2 after 1 ms',
    })
    await foldStats(app.database, 100)
    expect(await failures()).toEqual(body)
  })

  test('narrowed by cron and by handler', async () => {
    const cron = await aCron(app.database)
    await aFailure('a', { jobId: cron.id })
    await aFailure('b', { handlerName: 'mail' })
    const messages = async (query: object) => {
      const { total, items } = await failures(query)
      return [total, items.map((item: { message: string }) => item.message)]
    }
    expect(await messages({ cron_id: cron.id })).toEqual([1, ['a']])
    expect(await messages({ handler_name: 'mail' })).toEqual([1, ['b']])
    expect(await messages({ handler_name: 'mail', cron_id: cron.id })).toEqual([0, []])
  })

  test('of a time: what settled in it, also what was scheduled weeks before, and what has been retried since is in the total only', async () => {
    const now = Date.now()
    await aFailure('before', {
      scheduledTime: secondsAgo(31 * 3_600),
      finishedAt: new Date(now - 30 * 3_600_000),
    })
    await aFailure('backfilled', { scheduledTime: secondsAgo(40 * 86_400) })
    const retried = await aFailure('retried')
    await app.database.query(
      `UPDATE job_executions SET status = 'SUCCESS', error_message = NULL, reason = NULL WHERE id = $1`,
      [retried.id],
    )
    const body = await failures()
    expect(body).toMatchObject({
      total: 2,
      grouped: 1,
      is_complete: true,
      items: [{ message: 'backfilled' }],
    })
    const to = new Date(now - 29 * 3_600_000).toISOString()
    expect(await failures({ from: new Date(now - 31 * 3_600_000).toISOString(), to })).toMatchObject({
      total: 1,
      items: [{ message: 'before' }],
    })
  })

  test('looks at the newest ten thousand of a time, and says that it was not all', async () => {
    await app.database.query(
      `INSERT INTO job_executions (scheduled_time, run_at, status, started_at, finished_at, param_source, handler_name, reason, error_message)
       SELECT at, at, 'FAILED', at, at, 'api', 'echo', 'HANDLER_ERROR', CASE WHEN i = 10001 THEN 'the oldest' ELSE 'number ' || i END
       FROM (SELECT i, now() - i * interval '1 millisecond' AS at FROM generate_series(1, 10001) AS i) AS t`,
    )
    await app.database.query(
      `INSERT INTO execution_stat_deltas (handler_name, status, count) VALUES ('echo', 'FAILED', 10001)`,
    )
    const body = await failures()
    expect(body).toMatchObject({ total: 10_001, grouped: 10_000, is_complete: false })
    expect(
      body.items.map(({ message, count }: { message: string; count: number }) => [message, count]),
    ).toEqual([['number #', 10_000]])
  })

  test('shows fifty groups, and five crons of each', async () => {
    const word = (n: number) => `${'ghijklmnop'[Math.floor(n / 10)]}${'ghijklmnop'[n % 10]}`
    for (let n = 0; n < 52; n++) await aFailure(`cause ${word(n)}`)
    for (let n = 0; n < 6; n++) await aFailure('of crons', { jobId: (await aCron(app.database)).id })
    const { items, grouped } = await failures()
    expect([items.length, grouped]).toEqual([50, 58])
    expect([items[0].cron_count, items[0].crons.length]).toEqual([6, 5])
  })

  test.each([
    [{ from: new Date(Date.now() - 8 * 86_400_000).toISOString() }, 'from'],
    [{ from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' }, 'from'],
    [{ cron_id: 'x' }, 'cron_id'],
    [{ status: 'FAILED' }, 'status'],
  ])('refuses %j', async (query, field) => {
    const { body } = await app.api.get('/stats/failures').query(query).expect(400)
    expect(body.error.details[0].field).toBe(field)
  })
})
