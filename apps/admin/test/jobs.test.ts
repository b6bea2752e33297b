import { claimExecutions, completeExecutions, failExecutions } from '@jobu/db'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp
let count = 0

beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const DAY_MS = 86_400_000
const daysFromNow = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString()

async function create(job: Record<string, unknown> = {}) {
  const { body } = await app.api
    .post('/jobs')
    .send({ handler_name: 'echo', ...job })
    .expect(201)
  return body
}

async function refused(job: Record<string, unknown>) {
  const { body } = await app.api
    .post('/jobs')
    .send({ handler_name: 'echo', ...job })
    .expect(400)
  return body.error
}

/** A job that worker `w` has claimed, alone in a queue of its own. */
async function aRunningJob(job: Record<string, unknown> = {}) {
  const queue = `queue-${++count}`
  const { id } = await create({ queue, ...job })
  const [claim] = await claimExecutions(app.database, {
    workerId: 'w',
    leaseMs: 60_000,
    limit: 1,
    ranges: [{ queue, highestPriority: 100, lowestPriority: -100, readyFrom: null }],
    handlers: ['echo'],
    scheduledFrom: null,
  })
  return { id, claim: claim! }
}

async function aFailedJob() {
  const { id, claim } = await aRunningJob()
  await failExecutions(app.database, [
    {
      ...claim,
      outcome: 'FAILED',
      reason: 'HANDLER_ERROR',
      message: 'boom',
      stack: 'at x',
      retryDelayMs: null,
    },
  ])
  return id
}

const executions = async () => (await app.api.get('/jobs?size=1')).body.total

describe('POST /jobs', () => {
  test('answers 201 with every field and its address', async () => {
    const response = await app.api
      .post('/jobs')
      .send({ type: 'echo', params: { message: 'hi' } })
      .expect(201)
    expect(response.headers.location).toBe(`/api/v1/jobs/${response.body.id}`)
    expect(response.body).toEqual({
      id: expect.any(Number),
      job_id: null,
      cron_name: null,
      handler_name: 'echo',
      params: { message: 'hi' },
      param_source: 'api',
      scheduled_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      run_at: response.body.scheduled_time,
      status: 'PENDING',
      waiting_for: null,
      priority: 0,
      queue: 'default',
      attempt: 0,
      started_at: null,
      finished_at: null,
      duration_ms: null,
      retry_count: 0,
      max_retry: 0,
      retry_delay_seconds: 10,
      retry_backoff: 'exponential',
      timeout_seconds: null,
      progress_percentage: null,
      current_step: null,
      cancel_requested_at: null,
      reason: null,
      error_message: null,
      result: null,
      worker_id: null,
      created_at: expect.any(String),
    })
  })

  test('stores what it is given', async () => {
    const given = {
      priority: 32_767,
      queue: 'slow',
      max_retry: 4,
      retry_delay_seconds: 0,
      retry_backoff: 'fixed',
      timeout_seconds: 7,
    }
    expect(await create(given)).toMatchObject(given)
  })

  test('a time ahead is waited for, one that has passed or null runs now', async () => {
    const scheduled_time = daysFromNow(3)
    expect(await create({ scheduled_time })).toMatchObject({
      scheduled_time,
      waiting_for: 'time',
      status: 'PENDING',
    })
    const time = daysFromNow(-1)
    expect(await create({ time })).toMatchObject({ scheduled_time: time, waiting_for: null })
    expect(await create({ time: null })).toMatchObject({ waiting_for: null })
  })

  test('takes any offset', async () => {
    const utc = new Date(Math.floor(Date.now() / 1000) * 1000 + DAY_MS)
    const korean = new Date(utc.getTime() + 9 * 3_600_000).toISOString().replace('.000Z', '+0900')
    expect(await create({ scheduled_time: korean })).toMatchObject({ scheduled_time: utc.toISOString() })
  })

  test('a time in a month without a partition makes one', async () => {
    const { id } = await create({ scheduled_time: daysFromNow(-365) })
    await app.api.get(`/jobs/${id}`).expect(200)
    await create({ scheduled_time: daysFromNow(365) })
    const { body } = await app.api
      .post('/jobs/bulk')
      .send({ jobs: [-300, 0, -330].map((days) => ({ type: 'echo', time: daysFromNow(days) })) })
      .expect(201)
    expect(body.count).toBe(3)
  })

  test.each([
    ['scheduled_time', daysFromNow(367)],
    ['scheduled_time', daysFromNow(-367)],
    ['scheduled_time', '2026-11-21T00:00:00'],
    ['scheduled_time', 'tomorrow'],
    ['time', 5],
    ['priority', -32_769],
    ['queue', null],
    ['max_retry', 1001],
    ['timeout_seconds', 2_147_484],
    ['params', null],
    ['params', 'x'],
    ['idempotency_key', ''],
    ['idempotency_key', 'k'.repeat(256)],
    ['type', 'mail'],
    ['handler_name', null],
    ['job_id', 1],
    ['status', 'SUCCESS'],
  ])('refuses %s = %j and names it', async (field, value) => {
    const error = await refused({ [field]: value })
    expect(error.code).toBe('VALIDATION_FAILED')
    expect(error.details[0].field).toBe(field)
  })

  test('refuses times that contradict each other, a missing and an unknown handler, and bad params', async () => {
    const times = await refused({ time: daysFromNow(1), scheduled_time: daysFromNow(2) })
    expect(times.details[0].field).toBe('time')
    const missing = await app.api.post('/jobs').send({}).expect(400)
    expect(missing.body.error.details[0].field).toBe('handler_name')
    const unknown = await app.api.post('/jobs').send({ type: 'nope' }).expect(400)
    expect(unknown.body.error.details[0]).toMatchObject({ field: 'type', expected: ['echo', 'mail'] })
    const bad = await refused({ handler_name: 'mail', params: { to: 'x' } })
    expect(bad.details).toEqual([
      expect.objectContaining({ field: 'params.to', received: 'x', expected: 'email' }),
    ])
  })

  test('shows no secret of the params it refuses', async () => {
    const error = await refused({
      handler_name: 'mail',
      params: { to: 'a@example.com', api_token: 'hunter2' },
    })
    expect(JSON.stringify(error)).not.toContain('hunter2')
    expect(error.details[0]).toMatchObject({ field: 'params.api_token', received: '***' })
  })

  test('a handler that a worker publishes is known at once', async () => {
    await create()
    await app.database.query(
      `INSERT INTO handlers (name, params_schema, isolation, source) VALUES ('late', '{"type": "object"}', 'none', 'x')`,
    )
    await create({ handler_name: 'late' })
    await app.database.query(`DELETE FROM handlers WHERE name = 'late'`)
  })

  test('a schema that says more than can be checked here lets params pass to the worker', async () => {
    await app.database.query(
      `INSERT INTO handlers (name, params_schema, isolation, source)
       VALUES ('conditional', '{"if": {"type": "object"}, "then": {"type": "string"}}', 'none', 'x')`,
    )
    await create({ handler_name: 'conditional', params: { a: 1 } })
    await app.database.query(`DELETE FROM handlers WHERE name = 'conditional'`)
  })
})

describe('idempotency', () => {
  test('the same request again answers the first job with 200', async () => {
    const job = { params: { a: 1, b: { c: 2, d: 3 } }, idempotency_key: 'same', time: daysFromNow(1) }
    const first = await create(job)
    const again = await app.api
      .post('/jobs')
      .send({
        scheduled_time: job.time,
        idempotency_key: 'same',
        params: { b: { d: 3, c: 2 }, a: 1 },
        type: 'echo',
      })
      .expect(200)
    expect(again.body).toEqual(first)
    expect(again.headers.location).toBe(`/api/v1/jobs/${first.id}`)
  })

  test('another request under the key is 409', async () => {
    await create({ idempotency_key: 'other' })
    const { body } = await app.api
      .post('/jobs')
      .send({ type: 'echo', priority: 1, idempotency_key: 'other' })
      .expect(409)
    expect(body.error).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
      details: [{ field: 'idempotency_key', received: 'other' }],
    })
  })

  test('twenty requests at once under one key make one job', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        app.api.post('/jobs').send({ type: 'echo', idempotency_key: 'at once' }),
      ),
    )
    expect(answers.map((answer) => answer.status).sort()).toEqual([...Array(19).fill(200), 201])
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1)
  })

  test('a key whose job was deleted makes no second one', async () => {
    const { id } = await create({ idempotency_key: 'deleted' })
    await app.api.delete(`/jobs/${id}`).expect(204)
    const { body } = await app.api
      .post('/jobs')
      .send({ type: 'echo', idempotency_key: 'deleted' })
      .expect(409)
    expect(body.error.message).toMatch(/no longer exists/)
  })

  test('in bulk: known keys, new keys and none, in order', async () => {
    const known = await create({ idempotency_key: 'bulk known' })
    const jobs = [
      { type: 'echo' },
      { type: 'echo', idempotency_key: 'bulk known' },
      { type: 'echo', idempotency_key: 'bulk new' },
      { type: 'echo', idempotency_key: 'bulk new' },
    ]
    const first = await app.api.post('/jobs/bulk').send({ jobs }).expect(201)
    const { ids } = first.body
    expect(ids[1]).toBe(known.id)
    expect(ids[3]).toBe(ids[2])
    expect(new Set(ids).size).toBe(3)
    const again = await app.api
      .post('/jobs/bulk')
      .send({ jobs: jobs.slice(1) })
      .expect(201)
    expect(again.body.ids).toEqual(ids.slice(1))
    const before = await executions()
    const { body } = await app.api
      .post('/jobs/bulk')
      .send({ jobs: [{ type: 'echo' }, { type: 'echo', priority: 1, idempotency_key: 'bulk new' }] })
      .expect(409)
    expect(body.error.details[0].field).toBe('jobs[1].idempotency_key')
    expect(await executions()).toBe(before)
  })
})

describe('POST /jobs/bulk', () => {
  test('ten thousand jobs at once, ids in their order', async () => {
    const jobs = Array.from({ length: 10_000 }, (_, n) => ({ type: 'echo', queue: 'bulk', params: { n } }))
    const { body } = await app.api.post('/jobs/bulk').send({ jobs }).expect(201)
    expect(body.count).toBe(10_000)
    expect(new Set(body.ids).size).toBe(10_000)
    for (const n of [0, 4_999, 9_999]) {
      expect((await app.api.get(`/jobs/${body.ids[n]}`)).body.params).toEqual({ n })
    }
  })

  test('one bad job refuses all, and is named', async () => {
    const before = await executions()
    const jobs: object[] = Array.from({ length: 20 }, () => ({
      handler_name: 'mail',
      params: { to: 'a@example.com' },
    }))
    jobs[17] = { handler_name: 'mail', params: { to: 'nobody' } }
    const params = await app.api.post('/jobs/bulk').send({ jobs }).expect(400)
    expect(params.body.error.details).toEqual([expect.objectContaining({ field: 'jobs[17].params.to' })])
    jobs[17] = { handler_name: 'mial' }
    const name = await app.api.post('/jobs/bulk').send({ jobs }).expect(400)
    expect(name.body.error.details[0].field).toBe('jobs[17].handler_name')
    jobs[17] = { handler_name: 'mail', priority: 'high', colour: 'red' }
    const shape = await app.api.post('/jobs/bulk').send({ jobs }).expect(400)
    expect(shape.body.error.details.map((detail: { field: string }) => detail.field)).toEqual([
      'jobs[17].priority',
      'jobs[17].colour',
    ])
    expect(await executions()).toBe(before)
  })

  test('none, too many, and no list are refused', async () => {
    await app.api.post('/jobs/bulk').send({ jobs: [] }).expect(400)
    await app.api.post('/jobs/bulk').send({ jobs: 5 }).expect(400)
    const jobs = Array.from({ length: 10_001 }, () => ({ type: 'echo' }))
    const { body } = await app.api.post('/jobs/bulk').send({ jobs }).expect(400)
    expect(body.error.details).toEqual([expect.objectContaining({ field: 'jobs' })])
  })

  test('of ten thousand faults it names the first hundred', async () => {
    const jobs = Array.from({ length: 10_000 }, () => ({ type: 'nope' }))
    const { body } = await app.api.post('/jobs/bulk').send({ jobs }).expect(400)
    expect(body.error.details).toHaveLength(100)
    expect(body.error.message).toMatch(/and 9997 more$/)
  })
})

describe('GET /jobs', () => {
  test('filters by cron, status, handler, queue and time, newest first', async () => {
    const queue = 'listed'
    const a = await create({ queue })
    const b = await create({ queue, time: daysFromNow(2) })
    const c = await create({ queue, handler_name: 'mail', params: { to: 'a@example.com' } })
    await app.api.post(`/jobs/${a.id}/cancel`).expect(200)
    const ids = async (query: string) => {
      const { body } = await app.api.get(`/jobs?queue=${queue}&${query}`).expect(200)
      return body.items.map((job: { id: number }) => job.id)
    }
    expect(await ids('')).toEqual([c.id, b.id, a.id])
    expect(await ids('status=CANCELLED')).toEqual([a.id])
    expect(await ids('status=CANCELLED,PENDING')).toEqual([c.id, b.id, a.id])
    expect(await ids('status=CANCELLED&status=SUCCESS')).toEqual([a.id])
    expect(await ids('handler_name=mail')).toEqual([c.id])
    expect(await ids(`from_date=${daysFromNow(1)}`)).toEqual([b.id])
    expect(await ids(`to_date=${daysFromNow(1)}`)).toEqual([c.id, a.id])
    const korean = new Date(Date.now() + DAY_MS + 9 * 3_600_000).toISOString().slice(0, 19)
    expect(await ids(`from_date=${korean}+09:00`)).toEqual([b.id])
    expect(await ids('limit=1&offset=1')).toEqual([b.id])
    const { body } = await app.api.get(`/jobs?queue=${queue}&size=2&page=2`)
    expect(body).toMatchObject({ items: [{ id: a.id }], total: 3, page: 2, size: 2, pages: 2 })
    const cron = await app.api
      .post('/crons')
      .send({ name: 'of jobs', cron_expression: '0 0 * * *', handler_name: 'echo' })
    const run = await app.api.post(`/crons/${cron.body.id}/trigger`).expect(201)
    const ofCron = await app.api.get(`/jobs?cron_id=${cron.body.id}`).expect(200)
    expect(ofCron.body.items).toEqual([run.body])
  })

  test.each([
    'status=DONE',
    'status=',
    'status=PENDING,',
    'cron_id=x',
    'cron_id=1&cron_id=2',
    'cron_id=99999999999999999999',
    'from_date=2026-01-01',
    'from_date=2026-01-01T00:00:00',
    'to_date=never',
    'queue=%00',
    'queue=%ED%A0%80%00',
    'size=1000',
    'page=2&offset=1',
    'param_source=api',
  ])('refuses ?%s', async (query) => {
    const { body } = await app.api.get(`/jobs?${query}`).expect(400)
    expect(body.error.details[0].field).toBeTruthy()
  })
})

describe('GET /jobs/{id}', () => {
  test('shows its runs and the last hundred lines', async () => {
    const { id, claim } = await aRunningJob({ max_retry: 2 })
    const running = await app.api.get(`/jobs/${id}`).expect(200)
    expect(running.body).toMatchObject({
      status: 'RUNNING',
      runs: [
        { attempt: 1, status: 'RUNNING', worker_id: 'w', started_at: expect.any(String), finished_at: null },
      ],
      logs: [],
    })
    await failExecutions(app.database, [
      {
        ...claim,
        outcome: 'FAILED',
        reason: 'HANDLER_ERROR',
        message: 'boom',
        stack: 'Error: boom\n at x',
        retryDelayMs: 0,
      },
    ])
    const [second] = await claimExecutions(app.database, {
      workerId: 'w2',
      leaseMs: 60_000,
      limit: 1,
      ranges: [{ queue: claim.queue, highestPriority: 0, lowestPriority: 0, readyFrom: null }],
      handlers: ['echo'],
      scheduledFrom: null,
    })
    await completeExecutions(app.database, [{ ...second!, result: '{"ok":true}' }])
    await app.database.query(
      `INSERT INTO execution_logs (execution_id, scheduled_time, logged_at, attempt, line, level, message)
       SELECT $1, $2, now(), 1, n, 'info', 'line ' || n FROM generate_series(1, 150) AS n`,
      [id, claim.scheduledTime],
    )
    const { body } = await app.api.get(`/jobs/${id}`).expect(200)
    expect(body).toMatchObject({
      status: 'SUCCESS',
      result: { ok: true },
      attempt: 2,
      retry_count: 1,
      duration_ms: expect.any(Number),
    })
    expect(body.runs).toEqual([
      {
        attempt: 1,
        status: 'FAILED',
        worker_id: 'w',
        started_at: expect.any(String),
        finished_at: expect.any(String),
        duration_ms: expect.any(Number),
        reason: 'HANDLER_ERROR',
        error_message: 'boom',
        error_stack: 'Error: boom\n at x',
      },
      expect.objectContaining({ attempt: 2, status: 'SUCCESS', worker_id: 'w2', error_stack: null }),
    ])
    expect(body.logs).toHaveLength(100)
    expect(body.logs[0]).toMatchObject({ line: 51, level: 'info', message: 'line 51', fields: null })
    const runs = await app.api.get(`/jobs/${id}/runs`).expect(200)
    expect(runs.body.items).toEqual(body.runs)
    const logs = await app.api.get(`/jobs/${id}/logs?page=3&size=70`).expect(200)
    expect(logs.body).toMatchObject({ total: 150, page: 3, pages: 3 })
    expect(logs.body.items.map((line: { line: number }) => line.line)).toEqual([
      141, 142, 143, 144, 145, 146, 147, 148, 149, 150,
    ])
  })

  test.each(['', '/runs', '/logs'])('an unknown id is 404, a bad one 400: /jobs/{id}%s', async (path) => {
    const { body } = await app.api.get(`/jobs/999999999${path}`).expect(404)
    expect(body.error.code).toBe('JOB_NOT_FOUND')
    await app.api.get(`/jobs/9223372036854775808${path}`).expect(400)
  })
})

describe('retry, cancel and delete', () => {
  test('a FAILED job is tried again', async () => {
    const id = await aFailedJob()
    const { body } = await app.api.post(`/jobs/${id}/retry`).expect(200)
    expect(body).toMatchObject({ id, status: 'PENDING', retry_count: 1, error_message: null })
  })

  test('a PENDING, RUNNING or SUCCESS job cannot be retried', async () => {
    const pending = await create()
    const { id, claim } = await aRunningJob()
    for (const one of [pending.id, id]) {
      const { body } = await app.api.post(`/jobs/${one}/retry`).expect(409)
      expect(body.error.code).toBe('JOB_NOT_RETRYABLE')
    }
    await completeExecutions(app.database, [{ ...claim, result: '1' }])
    const { body } = await app.api.post(`/jobs/${id}/retry`).expect(409)
    expect(body.error).toMatchObject({ details: [{ field: 'status', received: 'SUCCESS' }] })
    await app.api.post('/jobs/999999999/retry').expect(404)
  })

  test('a PENDING job is cancelled at once, a RUNNING one is told, a final one is 409', async () => {
    const { id } = await create()
    const cancelled = await app.api.post(`/jobs/${id}/cancel`).expect(200)
    expect(cancelled.body).toMatchObject({
      status: 'CANCELLED',
      reason: 'CANCELLED_BY_USER',
      error_message: 'cancelled by api token',
    })
    const { body } = await app.api.post(`/jobs/${id}/cancel`).expect(409)
    expect(body.error).toMatchObject({
      code: 'JOB_NOT_CANCELLABLE',
      details: [{ field: 'status', received: 'CANCELLED' }],
    })
    const running = await aRunningJob()
    const told = await app.api.post(`/jobs/${running.id}/cancel`).expect(200)
    expect(told.body).toMatchObject({ status: 'RUNNING', cancel_requested_at: expect.any(String) })
    await app.api.post('/jobs/999999999/cancel').expect(404)
  })

  test('cancelling what a slot waits for lets the slot go', async () => {
    const cron = await app.api
      .post('/crons')
      .send({ name: 'waits', cron_expression: '0 0 * * *', handler_name: 'echo' })
    const first = await app.api.post(`/crons/${cron.body.id}/trigger`).expect(201)
    const { rows } = await app.database.query<{ id: number }>(
      `INSERT INTO job_executions (job_id, scheduled_time, run_at, waiting_for, handler_name, param_source)
       VALUES ($1, now(), now(), 'overlap', 'echo', 'cron') RETURNING id`,
      [cron.body.id],
    )
    await app.api.post(`/jobs/${first.body.id}/cancel`).expect(200)
    const { body } = await app.api.get(`/jobs/${rows[0]!.id}`)
    expect(body).toMatchObject({ status: 'PENDING', waiting_for: null })
  })

  test('DELETE removes what does not run, with its attempts and log', async () => {
    const id = await aFailedJob()
    await app.api.delete(`/jobs/${id}`).expect(204)
    await app.api.get(`/jobs/${id}`).expect(404)
    const { rows } = await app.database.query('SELECT FROM execution_attempts WHERE execution_id = $1', [id])
    expect(rows).toEqual([])
    const pending = await create()
    await app.api.delete(`/jobs/${pending.id}`).expect(204)
    const running = await aRunningJob()
    const { body } = await app.api.delete(`/jobs/${running.id}`).expect(409)
    expect(body.error).toMatchObject({
      code: 'JOB_NOT_DELETABLE',
      details: [{ field: 'status', received: 'RUNNING' }],
    })
    await app.api.delete('/jobs/999999999').expect(404)
  })
})
