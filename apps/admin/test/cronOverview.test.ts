import { aCron, anExecution, secondsAgo } from '../../../test/support/builders.ts'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp

beforeAll(async () => {
  app = await startTestApp()
})
afterEach(async () => {
  for (const table of ['job_executions', 'execution_stat_deltas', 'execution_failures_hourly', 'cron_jobs']) {
    await app.database.query(`DELETE FROM ${table}`)
  }
})
afterAll(() => app.stop())

const recent = async (query: string) => (await app.api.get(`/crons/recent-runs?${query}`).expect(200)).body

describe('GET /crons/recent-runs', () => {
  test('answers the newest runs of each cron, oldest first, in the order of the ids; skipped slots are among them', async () => {
    const [a, b] = [await aCron(app.database), await aCron(app.database)]
    const old = await anExecution(app.database, {
      jobId: a.id,
      status: 'SUCCESS',
      scheduledTime: secondsAgo(500),
    })
    const failed = await anExecution(app.database, {
      jobId: a.id,
      status: 'FAILED',
      scheduledTime: secondsAgo(400),
      startedAt: secondsAgo(399),
      finishedAt: new Date(secondsAgo(399).getTime() + 250),
    })
    const skipped = await anExecution(app.database, {
      jobId: a.id,
      status: 'SKIPPED',
      scheduledTime: secondsAgo(300),
    })
    const running = await anExecution(app.database, {
      jobId: a.id,
      status: 'RUNNING',
      scheduledTime: secondsAgo(200),
    })
    const body = await recent(`ids=${b.id},${a.id}&count=3`)
    expect(body).toEqual({
      items: [
        { cron_id: b.id, runs: [] },
        {
          cron_id: a.id,
          runs: [
            {
              job_id: failed.id,
              scheduled_time: failed.scheduledTime.toISOString(),
              status: 'FAILED',
              duration_ms: failed.finishedAt!.getTime() - failed.startedAt!.getTime(),
              started_at: failed.startedAt!.toISOString(),
            },
            expect.objectContaining({
              job_id: skipped.id,
              status: 'SKIPPED',
              started_at: null,
              duration_ms: null,
            }),
            expect.objectContaining({ job_id: running.id, status: 'RUNNING', duration_ms: null }),
          ],
        },
      ],
    })
    const all = await recent(`ids=${a.id}`)
    expect(all.items[0].runs.map((run: { job_id: number }) => run.job_id)).toEqual([
      old.id,
      failed.id,
      skipped.id,
      running.id,
    ])
  })

  test('reaches over the turn of a month, and takes an id twice, or of nobody, as it is', async () => {
    const cron = await aCron(app.database)
    await app.database.query(`SELECT jobu_ensure_partitions(now() - interval '70 days', now())`)
    for (const days of [0, 31, 62]) {
      await anExecution(app.database, {
        jobId: cron.id,
        status: 'SUCCESS',
        scheduledTime: secondsAgo(days * 86_400 + 1),
      })
    }
    const { items } = await recent(`ids=${cron.id}&ids=${cron.id}&ids=9007199254740991`)
    expect(items.map((item: { runs: object[] }) => item.runs.length)).toEqual([3, 0])
  })

  test.each([
    ['', 'ids'],
    ['ids=', 'ids[0]'],
    ['ids=x', 'ids[0]'],
    [`ids=${Array.from({ length: 201 }, (_, id) => id)}`, 'ids'],
    ['ids=1&count=101', 'count'],
    ['ids=1&count=0', 'count'],
  ])('refuses ?%s', async (query, field) => {
    const { body } = await app.api.get(`/crons/recent-runs?${query}`).expect(400)
    expect(body.error.details[0].field).toBe(field)
  })
})

describe('GET /crons/facets', () => {
  test('counts the crons of each tag, owner and handler, the most frequent first; deleted ones do not count', async () => {
    await aCron(app.database, { tags: ['b', 'a'], owner: 'ann' })
    await aCron(app.database, { tags: ['b'], owner: 'bob', handlerName: 'mail' })
    await aCron(app.database, { owner: 'bob' })
    await aCron(app.database, {
      tags: ['c'],
      owner: 'eve',
      isEnabled: false,
      nextRunAt: null,
      deletedAt: new Date(),
    })
    const { body } = await app.api.get('/crons/facets').expect(200)
    expect(body).toEqual({
      tags: [
        { name: 'b', count: 2 },
        { name: 'a', count: 1 },
      ],
      owners: [
        { name: 'bob', count: 2 },
        { name: 'ann', count: 1 },
      ],
      handlers: [
        { name: 'echo', count: 2 },
        { name: 'mail', count: 1 },
      ],
    })
  })

  test('names the two hundred most frequent', async () => {
    await app.database.query(
      `INSERT INTO cron_jobs (name, cron_expression, timezone, handler_name, tags)
       SELECT 'tagged ' || i, '0 0 * * *', 'UTC', 'echo', ARRAY['tag ' || i, 'all'] FROM generate_series(1, 250) AS i`,
    )
    const { body } = await app.api.get('/crons/facets').expect(200)
    expect(body.tags).toHaveLength(200)
    expect(body.tags[0]).toEqual({ name: 'all', count: 250 })
  })
})

describe('GET /crons narrowed', () => {
  const ids = async (query: string) =>
    (await app.api.get(`/crons?${query}`).expect(200)).body.items.map((cron: { id: number }) => cron.id)

  test('by owner, and by several tags: those that have all of them', async () => {
    const a = await aCron(app.database, { tags: ['x', 'y'], owner: 'ann' })
    const b = await aCron(app.database, { tags: ['x', 'has, comma'], owner: 'bob' })
    expect(await ids('tag=x')).toEqual([a.id, b.id])
    expect(await ids('tag=x&tag=y')).toEqual([a.id])
    expect(await ids('tag=has%2C%20comma')).toEqual([b.id])
    expect(await ids('owner=bob')).toEqual([b.id])
    expect(await ids('owner=bob&tag=y')).toEqual([])
  })

  test('by the status of the last run that was not skipped, whatever was before it', async () => {
    const withRuns = async (
      ...statuses: Array<'SUCCESS' | 'FAILED' | 'TIMEOUT' | 'SKIPPED' | 'RUNNING' | 'PENDING'>
    ) => {
      const { id } = await aCron(app.database)
      for (const [index, status] of statuses.entries()) {
        await anExecution(app.database, { jobId: id, status, scheduledTime: secondsAgo(500 - index) })
        if (status !== 'FAILED' && status !== 'TIMEOUT') continue
        await app.database.query(
          `INSERT INTO execution_failures_hourly VALUES (date_trunc('hour', now()), $1, 1) ON CONFLICT DO NOTHING`,
          [id],
        )
      }
      return id
    }
    const failed = await withRuns('SUCCESS', 'FAILED', 'SKIPPED')
    await withRuns('FAILED', 'SUCCESS')
    const timeout = await withRuns('TIMEOUT')
    const running = await withRuns('FAILED', 'RUNNING')
    const pending = await withRuns('SUCCESS', 'PENDING')
    await withRuns()
    expect(await ids('last_status=FAILED')).toEqual([failed])
    expect(await ids('last_status=FAILED,TIMEOUT&order_by=-id')).toEqual([timeout, failed])
    expect(await ids('last_status=RUNNING')).toEqual([running])
    expect(await ids('last_status=PENDING&last_status=RUNNING')).toEqual([running, pending])
    expect(await ids('last_status=FAILED&owner=nobody')).toEqual([])
    const { body } = await app.api.get('/crons?last_status=FAILED,TIMEOUT&size=1').expect(200)
    expect(body).toMatchObject({ total: 2, total_is_exact: true })
    expect(await ids(`last_status=FAILED,TIMEOUT&size=1&cursor=${body.next_cursor}`)).toEqual([timeout])
    await app.api.get(`/crons?last_status=FAILED&cursor=${body.next_cursor}`).expect(400)
  })

  test('a failure that is in no roll-up yet counts at once', async () => {
    const { id } = await aCron(app.database)
    await anExecution(app.database, { jobId: id, status: 'FAILED' })
    await app.database.query(
      `INSERT INTO execution_stat_deltas (job_id, handler_name, status, count) VALUES ($1, 'echo', 'FAILED', 1)`,
      [id],
    )
    expect(await ids('last_status=FAILED')).toEqual([id])
  })

  test('by a status that leaves no trace of its own is refused', async () => {
    const { body } = await app.api.get('/crons?last_status=SUCCESS').expect(400)
    expect(body.error.details).toEqual([
      { field: 'last_status[0]', message: 'is "SUCCESS", expected PENDING, RUNNING, FAILED, TIMEOUT' },
    ])
  })
})
