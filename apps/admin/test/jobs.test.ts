import { claimExecutions, completeExecutions, failExecutions } from '@jobu/db'
import { daysFromNow, jobsOf } from './support/jobsOf.ts'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp
const { create, aRunningJob, aFailedJob } = jobsOf(() => app)

beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

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

describe('PATCH /jobs/{id}', () => {
  test('changes the priority, also of a slot', async () => {
    const { id } = await create()
    const { body } = await app.api.patch(`/jobs/${id}`).send({ priority: 12 }).expect(200)
    expect(body).toMatchObject({ id, priority: 12, status: 'PENDING', waiting_for: null })
    expect((await app.api.get('/jobs?priority=12')).body.items).toMatchObject([{ id }])
  })

  test('moves it ahead and back, also into a month without a partition, with its runs, log and idempotency key', async () => {
    const job = { idempotency_key: 'moved', max_retry: 5 }
    const { id, claim } = await aRunningJob(job)
    await failExecutions(app.database, [
      { ...claim, outcome: 'FAILED', reason: 'HANDLER_ERROR', message: 'no', stack: null, retryDelayMs: 0 },
    ])
    await app.database.query(
      `INSERT INTO execution_logs (execution_id, scheduled_time, logged_at, attempt, line, level, message)
       VALUES ($1, $2, now(), 1, 1, 'info', 'hello')`,
      [id, claim.scheduledTime],
    )
    const ahead = daysFromNow(365)
    const moved = await app.api.patch(`/jobs/${id}`).send({ scheduled_time: ahead }).expect(200)
    expect(moved.body).toMatchObject({ id, scheduled_time: ahead, run_at: ahead, waiting_for: 'time' })
    const back = daysFromNow(-360)
    await app.api.patch(`/jobs/${id}`).send({ scheduled_time: back }).expect(200)
    const { body } = await app.api.get(`/jobs/${id}`).expect(200)
    expect(body).toMatchObject({
      scheduled_time: back,
      waiting_for: null,
      runs: [{ attempt: 1, error_message: 'no' }],
      logs: [{ message: 'hello' }],
    })
    const again = await app.api
      .post('/jobs')
      .send({ handler_name: 'echo', queue: claim.queue, ...job })
      .expect(200)
    expect(again.body.id).toBe(id)
    const now = await app.api.patch(`/jobs/${id}`).send({ scheduled_time: null }).expect(200)
    expect(now.body.waiting_for).toBeNull()
    expect(Math.abs(Date.parse(now.body.scheduled_time) - Date.now())).toBeLessThan(60_000)
  })

  test('what is not PENDING is 409, and so is the time of a slot; nothing to change is 400', async () => {
    const failed = await aFailedJob()
    const { body } = await app.api.patch(`/jobs/${failed}`).send({ priority: 1 }).expect(409)
    expect(body.error).toMatchObject({
      code: 'JOB_NOT_CHANGEABLE',
      details: [{ field: 'status', received: 'FAILED' }],
    })
    const cron = await app.api
      .post('/crons')
      .send({ name: 'kept', cron_expression: '0 0 * * *', handler_name: 'echo' })
    const slot = await app.api.post(`/crons/${cron.body.id}/trigger`).expect(201)
    const kept = await app.api
      .patch(`/jobs/${slot.body.id}`)
      .send({ scheduled_time: daysFromNow(1), priority: 1 })
      .expect(409)
    expect(kept.body.error).toMatchObject({
      code: 'JOB_NOT_CHANGEABLE',
      details: [{ field: 'scheduled_time' }],
    })
    expect(
      (await app.api.patch(`/jobs/${slot.body.id}`).send({ priority: 1 }).expect(200)).body,
    ).toMatchObject({
      priority: 1,
      scheduled_time: slot.body.scheduled_time,
    })
    const { id } = await create()
    for (const [change, field] of [
      [{}, 'priority'],
      [{ priority: 99_999 }, 'priority'],
      [{ scheduled_time: daysFromNow(400) }, 'scheduled_time'],
      [{ status: 'SUCCESS' }, 'status'],
    ] as const) {
      const refused = await app.api.patch(`/jobs/${id}`).send(change).expect(400)
      expect(refused.body.error.details[0].field).toBe(field)
    }
    await app.api.patch('/jobs/999999999').send({ priority: 1 }).expect(404)
  })
})
