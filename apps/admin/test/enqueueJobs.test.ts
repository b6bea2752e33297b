import { daysFromNow, jobsOf } from './support/jobsOf.ts'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp
const { create, refused, executions } = jobsOf(() => app)

beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

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
    const utc = new Date(Math.floor(Date.now() / 1000) * 1000 + 86_400_000)
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
