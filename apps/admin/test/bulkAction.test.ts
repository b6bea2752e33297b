import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { jobsOf } from './support/jobsOf.ts'
import { startTestApp, type TestApp, TOKEN } from './support/startTestApp.ts'

let app: TestApp
const { create, aRunningJob, aFailedJob, aSuccessfulJob, audited } = jobsOf(() => app)

beforeAll(async () => {
  app = await startTestApp()
})
afterEach(async () => {
  for (const table of ['job_executions', 'execution_totals', 'execution_stat_deltas', 'audit_log']) {
    await app.database.query(`DELETE FROM ${table}`)
  }
})
afterAll(() => app.stop())

const bulk = async (verb: string, body: object, query = '') =>
  (await app.api.post(`/jobs/bulk/${verb}${query}`).send(body).expect(200)).body
const statusOf = async (id: number) => (await app.api.get(`/jobs/${id}`).expect(200)).body.status
const many = (count: number, queue: string) =>
  app.api
    .post('/jobs/bulk')
    .send({ jobs: Array.from({ length: count }, () => ({ type: 'echo', queue })) })
    .expect(201)

describe('POST /jobs/bulk/{verb} by ids', () => {
  test('does what can be done, and counts what is in another status; an id nobody has does not match', async () => {
    const failed = [await aFailedJob(), await aFailedJob()]
    const success = await aSuccessfulJob()
    const ids = [...failed, success, failed[0]!, 999_999_999]
    const counts = { matched: 3, skipped: 1, is_exact: true }
    expect(await bulk('retry', { ids, dry_run: true })).toEqual({
      ...counts,
      dry_run: true,
      changed: 0,
      remaining: 2,
    })
    expect(await statusOf(failed[0]!)).toBe('FAILED')
    expect(await bulk('retry', { ids })).toEqual({ ...counts, dry_run: false, changed: 2, remaining: 0 })
    expect(await statusOf(failed[1]!)).toBe('PENDING')
    expect(await bulk('retry', { ids })).toMatchObject({ matched: 3, changed: 0, skipped: 3, remaining: 0 })
  })

  test('cancels what is PENDING and asks what is RUNNING; deletes all but what is RUNNING', async () => {
    const pending = await create()
    const running = await aRunningJob()
    const ids = [pending.id, running.id]
    expect(await bulk('cancel', { ids })).toMatchObject({ matched: 2, changed: 2, skipped: 0 })
    expect(await statusOf(pending.id)).toBe('CANCELLED')
    const { body } = await app.api.get(`/jobs/${running.id}`)
    expect(body).toMatchObject({ status: 'RUNNING', cancel_requested_at: expect.any(String) })
    expect(await bulk('delete', { ids })).toMatchObject({ matched: 2, changed: 1, skipped: 1 })
    await app.api.get(`/jobs/${pending.id}`).expect(404)
  })

  test('lets a slot go that waited for one of them', async () => {
    const cron = await app.api
      .post('/crons')
      .send({ name: 'waits', cron_expression: '0 0 * * *', handler_name: 'echo' })
    const first = await app.api.post(`/crons/${cron.body.id}/trigger`).expect(201)
    const { rows } = await app.database.query<{ id: number }>(
      `INSERT INTO job_executions (job_id, scheduled_time, run_at, waiting_for, handler_name, param_source)
       VALUES ($1, now(), now(), 'overlap', 'echo', 'cron') RETURNING id`,
      [cron.body.id],
    )
    await bulk('cancel', { ids: [first.body.id] })
    expect((await app.api.get(`/jobs/${rows[0]!.id}`)).body.waiting_for).toBeNull()
  })
})

describe('POST /jobs/bulk/{verb} by filter', () => {
  test('counts first where asked to, by body or query, then does it in batches and leaves others alone', async () => {
    await many(1_300, 'mass')
    await many(3, 'others')
    const dry = { dry_run: true, matched: 1_300, changed: 0, skipped: 0, remaining: 1_300, is_exact: true }
    expect(await bulk('cancel', { filter: { queue: 'mass' }, dry_run: true })).toEqual(dry)
    expect(await bulk('cancel', { filter: { queue: 'mass' } }, '?dry_run=true')).toEqual(dry)
    expect(await bulk('cancel', { filter: { queue: 'mass' } })).toEqual({
      ...dry,
      dry_run: false,
      changed: 1_300,
      remaining: 0,
    })
    const { rows } = await app.database.query(
      `SELECT queue, status, count(*) FROM job_executions GROUP BY 1, 2 ORDER BY 1`,
    )
    expect(rows).toEqual([
      { queue: 'mass', status: 'CANCELLED', count: 1_300 },
      { queue: 'others', status: 'PENDING', count: 3 },
    ])
    expect(await bulk('retry', { filter: { queue: 'mass', status: 'CANCELLED' } })).toMatchObject({
      changed: 1_300,
    })
    expect(await bulk('delete', { all: true })).toMatchObject({ changed: 1_303, remaining: 0 })
  })

  test('takes every field of the list', async () => {
    const id = await aFailedJob('disk full', { priority: 5 })
    const { body } = await app.api.get(`/jobs/${id}`)
    const filter = {
      status: ['FAILED', 'SUCCESS'],
      handler_name: 'echo',
      queue: body.queue,
      param_source: 'api',
      priority: 5,
      from_date: body.scheduled_time,
      to_date: new Date(Date.parse(body.scheduled_time) + 1).toISOString(),
      q: 'disk',
    }
    expect(await bulk('retry', { filter, dry_run: true })).toMatchObject({ matched: 1, remaining: 1 })
    for (const other of [{ priority: 4 }, { to_date: body.scheduled_time }, { q: 'tape' }, { cron_id: 1 }]) {
      expect(await bulk('retry', { filter: { ...filter, ...other } })).toMatchObject({
        matched: 0,
        changed: 0,
      })
    }
    expect(await bulk('retry', { filter })).toMatchObject({ matched: 1, changed: 1 })
  })

  test('a filter for a status that it cannot be done to changes nothing', async () => {
    const { id } = await aRunningJob()
    expect(await bulk('delete', { filter: { status: 'RUNNING' } })).toMatchObject({
      matched: 1,
      changed: 0,
      skipped: 1,
      remaining: 0,
    })
    expect(await statusOf(id)).toBe('RUNNING')
  })

  test('a client that goes away stops it after the batch at hand, and the audit entry counts what was done', async () => {
    const { body } = await many(2_000, 'left')
    const count = async (text: string) =>
      (await app.database.query<{ count: number }>(`SELECT count(*) FROM ${text}`)).rows[0]!.count
    // The first batch waits for this row.
    const locker = new pg.Client({ connectionString: app.url })
    await locker.connect()
    await locker.query('BEGIN')
    await locker.query('SELECT FROM job_executions WHERE id = $1 FOR UPDATE', [body.ids[0]])
    const closed = new Promise((resolve) =>
      app.server.once('request', (_, response) => response.once('close', resolve)),
    )
    const { port } = app.server.address() as AddressInfo
    const sent = request({
      port,
      method: 'POST',
      path: '/api/v1/jobs/bulk/cancel',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    })
    sent.on('error', () => {})
    sent.end(JSON.stringify({ filter: { queue: 'left' } }))
    const blocked = `pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
    while ((await count(blocked)) === 0);
    sent.destroy()
    await closed
    await locker.query('COMMIT')
    await locker.end()
    while ((await count(`job_executions WHERE status = 'CANCELLED'`)) === 0);
    const entries = (await audited()).filter(({ action }) => action === 'jobs.cancel')
    expect(entries).toEqual([expect.objectContaining({ after: { filter: { queue: 'left' }, changed: 500 } })])
    expect(await bulk('cancel', { filter: { queue: 'left' } })).toMatchObject({ changed: 1_500 })
  })

  test.each([
    [{}, 'ids'],
    [{ ids: [] }, 'ids'],
    [{ ids: [1, 'x'] }, 'ids[1]'],
    [{ ids: Array(10_001).fill(1) }, 'ids'],
    [{ ids: [1], all: true }, 'ids'],
    [{ filter: {} }, 'filter'],
    [{ filter: { queue: 'a' }, all: true }, 'ids'],
    [{ filter: { colour: 'red' } }, 'filter.colour'],
    [{ filter: { status: 'DONE' } }, 'filter.status'],
    [{ filter: { from_date: 'today' } }, 'filter.from_date'],
    [{ all: false }, 'all'],
    [{ all: true, dry_run: 'yes' }, 'dry_run'],
  ])('refuses %j', async (body, field) => {
    for (const verb of ['retry', 'cancel', 'delete']) {
      const { body: answer } = await app.api.post(`/jobs/bulk/${verb}`).send(body).expect(400)
      expect(answer.error.details[0].field).toBe(field)
    }
  })
})

describe('the audit log', () => {
  test('has one entry for each change of a job, with what changed', async () => {
    const { id } = await create({ params: { message: 'x' }, queue: 'audited', idempotency_key: 'once' })
    await create({ params: { message: 'x' }, queue: 'audited', idempotency_key: 'once' }).catch(() => {})
    await app.api.patch(`/jobs/${id}`).send({ priority: 9 }).expect(200)
    await app.api.post(`/jobs/${id}/cancel`).expect(200)
    await app.api.post(`/jobs/${id}/retry`).expect(200)
    await app.api.delete(`/jobs/${id}`).expect(204)
    const entries = await audited()
    const target = { actor_name: 'api token', target_type: 'job', target_id: String(id), target_name: 'echo' }
    expect(entries).toEqual([
      {
        ...target,
        action: 'job.create',
        before: null,
        after: { handler_name: 'echo', params: { message: 'x' }, queue: 'audited' },
      },
      { ...target, action: 'job.update', before: { priority: 0 }, after: { priority: 9 } },
      {
        ...target,
        action: 'job.cancel',
        before: expect.objectContaining({ status: 'PENDING' }),
        after: expect.objectContaining({ status: 'CANCELLED', reason: 'CANCELLED_BY_USER' }),
      },
      {
        ...target,
        action: 'job.retry',
        before: expect.objectContaining({ status: 'CANCELLED' }),
        after: expect.objectContaining({ status: 'PENDING', reason: null }),
      },
      {
        ...target,
        action: 'job.delete',
        before: expect.objectContaining({ id, queue: 'audited', priority: 9 }),
        after: null,
      },
    ])
  })

  test('has one entry for many, and none for what changed nothing', async () => {
    const { body } = await many(3, 'audited')
    const { ids } = body
    await bulk('cancel', { ids })
    await bulk('cancel', { ids })
    await bulk('cancel', { filter: { queue: 'audited' }, dry_run: true })
    await bulk('delete', { all: true })
    const target = {
      actor_name: 'api token',
      target_type: 'jobs',
      target_id: null,
      target_name: null,
      before: null,
    }
    expect(await audited()).toEqual([
      { ...target, action: 'jobs.create', after: { count: 3, first_id: ids[0], last_id: ids[2] } },
      { ...target, action: 'jobs.cancel', after: { ids, changed: 3 } },
      { ...target, action: 'jobs.delete', after: { all: true, changed: 3 } },
    ])
  })
})

test('cancelled jobs whose time lies ahead are found by a filter, and wait for their time again', async () => {
  for (const days of [0.1, 3, 200]) {
    const time = new Date(Date.now() + days * 86_400_000).toISOString()
    await create({ handler_name: 'echo', queue: 'ahead', time })
  }
  expect(await bulk('cancel', { filter: { queue: 'ahead' } })).toMatchObject({ matched: 3, changed: 3 })
  expect(await bulk('retry', { filter: { queue: 'ahead', status: 'CANCELLED' } })).toMatchObject({
    matched: 3,
    changed: 3,
    remaining: 0,
  })
  const { body } = await app.api.get('/jobs?queue=ahead&status=PENDING').expect(200)
  expect(body.items.map((job: { waiting_for: string }) => job.waiting_for)).toEqual(['time', 'time', 'time'])
})
