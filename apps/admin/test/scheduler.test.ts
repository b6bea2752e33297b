import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { claimExecutions, completeExecutions, registerDispatcher, registerWorker } from '@jobu/db'
import { aCron, anExecution, secondsAgo } from '../../../test/support/builders.ts'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())
afterEach(async () => {
  await app.database.query(
    `UPDATE scheduler_state SET is_running = true, reserved_at = NULL, reserved_until = NULL, reserved_by = NULL, reservation_reason = NULL,
       reserved_for_execution = NULL, reserved_for_time = NULL`,
  )
  for (const table of [
    'job_executions',
    'execution_stat_deltas',
    'cron_jobs',
    'workers',
    'dispatchers',
    'audit_log',
    'scheduler_stops',
  ]) {
    await app.database.query(`DELETE FROM ${table}`)
  }
})

const claim = (limit = 100) =>
  claimExecutions(app.database, {
    workerId: 'w',
    leaseMs: 60_000,
    limit,
    ranges: [{ queue: 'default', highestPriority: 100, lowestPriority: -100, readyFrom: null }],
    handlers: ['echo'],
    scheduledFrom: null,
  })
const enqueue = async () => (await app.api.post('/jobs').send({ handler_name: 'echo' }).expect(201)).body
const status = async () => (await app.api.get('/scheduler/status').expect(200)).body
const audited = async () =>
  (
    await app.database.query<Record<string, unknown>>(
      "SELECT action, target_type, actor_name, before, after FROM audit_log WHERE action <> 'job.create' ORDER BY id",
    )
  ).rows

describe('GET /scheduler/status', () => {
  test('of an idle system', async () => {
    expect(await status()).toEqual({
      scheduler_running: true,
      changed_at: expect.any(String),
      changed_by: null,
      current_job_id: null,
      current_job_ids: [],
      queue_length: 0,
      queue_length_is_exact: true,
      cumulative_stats: {
        total_executed: 0,
        succeeded: 0,
        failed: 0,
        timed_out: 0,
        cancelled: 0,
        skipped: 0,
      },
      has_active_reservation: false,
      reservation: null,
      dispatchers: [],
      workers: [],
    })
  })

  test('says what runs, what waits, who works and what came of it', async () => {
    await registerDispatcher(app.database, { id: 'd-1', hostname: 'h', pid: 1, version: '1' })
    for (const id of ['w-1', 'w-silent']) {
      await registerWorker(app.database, {
        id,
        hostname: 'h',
        pid: 1,
        version: '1',
        queues: ['*'],
        handlers: ['echo'],
        poolSize: 4,
      })
    }
    await app.database.query(
      `UPDATE workers SET heartbeat_at = now() - interval '2 minutes' WHERE id = 'w-silent'`,
    )
    const [older, newer] = [await enqueue(), await enqueue()]
    await claim(1)
    await claim(1)
    await enqueue()
    const insert = `INSERT INTO execution_stat_deltas (count, status, handler_name) VALUES`
    await app.database.query(
      `${insert} (5, 'SUCCESS', 'echo'), (2, 'FAILED', 'echo'), (1, 'TIMEOUT', 'echo'), (3, 'CANCELLED', 'echo'), (4, 'SKIPPED', 'echo')`,
    )
    expect(await status()).toMatchObject({
      current_job_id: newer.id,
      current_job_ids: [newer.id, older.id],
      queue_length: 1,
      cumulative_stats: {
        total_executed: 11,
        succeeded: 5,
        failed: 3,
        timed_out: 1,
        cancelled: 3,
        skipped: 4,
      },
      dispatchers: [{ id: 'd-1' }],
      workers: [{ id: 'w-1', status: 'ACTIVE', pool_size: 4, queues: ['*'] }],
    })
  })
})

describe('POST /scheduler/stop and start', () => {
  test('hold from the answer on, twice as well as once, and say by whom', async () => {
    const { id } = await enqueue()
    for (let time = 0; time < 2; time++) {
      const { body } = await app.api.post('/scheduler/stop').expect(200)
      expect(body).toMatchObject({ scheduler_running: false, changed_by: 'api token' })
    }
    expect(await claim()).toEqual([])
    for (let time = 0; time < 2; time++) {
      const { body } = await app.api.post('/scheduler/start').expect(200)
      expect(body.scheduler_running).toBe(true)
    }
    expect((await claim()).map((one) => one.id)).toEqual([id])
    // Only what changed something.
    expect(await audited()).toEqual([
      {
        action: 'scheduler.stop',
        target_type: 'scheduler',
        actor_name: 'api token',
        before: { is_running: true },
        after: { is_running: false },
      },
      expect.objectContaining({
        action: 'scheduler.start',
        before: { is_running: false },
        after: { is_running: true },
      }),
    ])
  })

  test('a stop is made also while something reads the state for long', async () => {
    await app.database.transactional({ label: 'backup', readonly: true }, async (tx) => {
      await tx.query('SELECT FROM scheduler_state')
      // Outside of that transaction: a request is another caller.
      const { body } = await app.api.post('/scheduler/stop').expect(200)
      expect(body.scheduler_running).toBe(false)
    })
  })

  test('a dry run of the start says what would run, by the rules of dispatching, and starts nothing', async () => {
    await app.api.post('/scheduler/stop').expect(200)
    const minutely = { cronExpression: '* * * * *', nextRunAt: secondsAgo(600) }
    await aCron(app.database, { ...minutely, misfirePolicy: 'fire_all', overlapPolicy: 'allow' })
    await aCron(app.database, { ...minutely, misfirePolicy: 'skip', overlapPolicy: 'allow' })
    const busy = await aCron(app.database, { cronExpression: '0 0 1 1 *', nextRunAt: secondsAgo(5) })
    await anExecution(app.database, { jobId: busy.id, status: 'RUNNING' })
    await aCron(app.database, { nextRunAt: secondsAgo(600), isEnabled: false })
    await aCron(app.database, {})
    await enqueue()
    const { body } = await app.api.post('/scheduler/start?dry_run=true').expect(200)
    expect(body).toMatchObject({
      dry_run: true,
      scheduler_running: false,
      crons: 3,
      crons_running: 2,
      waiting: 0,
      queue_length: 1,
      is_complete: true,
    })
    // Eleven instants of the first run or ten, as the clock has it; of the second only the newest, and the busy one is skipped.
    expect(body.slots + body.skipped).toBeGreaterThanOrEqual(21)
    expect(body.slots).toBeGreaterThanOrEqual(11)
    expect(body.skipped).toBeGreaterThanOrEqual(9)
    expect((await status()).scheduler_running).toBe(false)
    expect((await app.api.get('/jobs?status=PENDING')).body.total).toBe(1)
  })

  test.each(['/scheduler/start?dry_run=perhaps', '/scheduler/start?force=1', '/scheduler/stop?dry_run=true'])(
    'POST %s is refused',
    async (path) => {
      const { body } = await app.api.post(path).expect(400)
      expect(body.error.code).toBe('VALIDATION_FAILED')
    },
  )
})

describe('POST and DELETE /scheduler/reservation', () => {
  test('holds the queue until it is ended, and a second one is refused meanwhile', async () => {
    const { id } = await enqueue()
    const made = await app.api
      .post('/scheduler/reservation')
      .send({ reason: 'upgrade', ttl_seconds: 60 })
      .expect(201)
    expect(made.body).toEqual({
      reason: 'upgrade',
      reserved_by: 'api token',
      reserved_at: expect.any(String),
      reserved_until: expect.any(String),
      job_id: null,
    })
    expect(Date.parse(made.body.reserved_until) - Date.parse(made.body.reserved_at)).toBe(60_000)
    expect(await claim()).toEqual([])
    expect(await status()).toMatchObject({
      has_active_reservation: true,
      reservation: made.body,
      queue_length: 1,
    })
    const refused = await app.api.post('/scheduler/reservation').send({ reason: 'me too' }).expect(409)
    expect(refused.body.error).toMatchObject({
      code: 'RESERVATION_EXISTS',
      message: expect.stringContaining('upgrade'),
    })

    await app.api.delete('/scheduler/reservation').expect(204)
    expect((await claim()).map((one) => one.id)).toEqual([id])
    const gone = await app.api.delete('/scheduler/reservation').expect(404)
    expect(gone.body.error.code).toBe('RESERVATION_NOT_FOUND')
    expect((await audited()).map((entry) => entry.action)).toEqual(['scheduler.reserve', 'scheduler.free'])
  })

  test('ends by itself after its time: another may be made, and there is nothing to end', async () => {
    await app.api.post('/scheduler/reservation').send({ reason: 'upgrade', ttl_seconds: 60 }).expect(201)
    await app.database.query(`UPDATE scheduler_state SET reserved_until = now()`)
    expect(await status()).toMatchObject({ has_active_reservation: false, reservation: null })
    await app.api.delete('/scheduler/reservation').expect(404)
    await app.api.post('/scheduler/reservation').send({ reason: 'next', ttl_seconds: 60 }).expect(201)
  })

  test('of many asked for at once one is made', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) => app.api.post('/scheduler/reservation').send({ reason: `r ${n}` })),
    )
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409, 409, 409])
  })

  test.each<[string, unknown]>([
    ['reason', { ttl_seconds: 60 }],
    ['reason', { reason: ' ', ttl_seconds: 60 }],
    ['ttl_seconds', { reason: 'x', ttl_seconds: 0 }],
    ['ttl_seconds', { reason: 'x', ttl_seconds: 604_801 }],
    ['ttl_seconds', { reason: 'x', ttl_seconds: '60' }],
    ['until', { reason: 'x', until: 1 }],
  ])('is refused for %s of %j', async (field, body) => {
    const answer = await app.api
      .post('/scheduler/reservation')
      .send(body as object)
      .expect(400)
    expect(answer.body.error.details).toMatchObject([{ field }])
  })
})

describe('POST /jobs/{handler}/trigger', () => {
  test('makes a job that runs alone, and says what to use instead', async () => {
    const other = await enqueue()
    const response = await app.api.post('/jobs/echo/trigger').send({ message: 'hi' }).expect(201)
    expect(response.headers).toMatchObject({
      location: `/api/v1/jobs/${response.body.id}`,
      deprecation: '@1767225600',
      link: '</api/v1/jobs>; rel="successor-version"',
    })
    expect(response.body).toMatchObject({
      handler_name: 'echo',
      params: { message: 'hi' },
      status: 'PENDING',
      param_source: 'api',
    })
    const [claimed, ...more] = await claim()
    expect([claimed!.id, more]).toEqual([response.body.id, []])
    expect(await status()).toMatchObject({ reservation: { job_id: response.body.id } })
    const refused = await app.api.post('/jobs/echo/trigger').send({}).expect(409)
    expect(refused.body.error.code).toBe('RESERVATION_EXISTS')
    await completeExecutions(app.database, [{ ...claimed!, result: '{}' }])
    expect(await status()).toMatchObject({ has_active_reservation: false })
    expect((await claim()).map((one) => one.id)).toEqual([other.id])
    expect(await audited()).toMatchObject([
      {
        action: 'job.trigger',
        target_type: 'job',
        after: { handler_name: 'echo', params: { message: 'hi' } },
      },
    ])
  })

  test('reads params in an object of their own as well, and none as an empty object', async () => {
    const wrapped = await app.api
      .post('/jobs/echo/trigger')
      .send({ params: { message: 'hi' } })
      .expect(201)
    expect(wrapped.body.params).toEqual({ message: 'hi' })
    await app.api.delete('/scheduler/reservation').expect(204)
    const none = await app.api.post('/jobs/echo/trigger').expect(201)
    expect(none.body.params).toEqual({})
  })

  test('refuses a handler nobody has, and params that do not fit, and then reserves nothing', async () => {
    const unknown = await app.api.post('/jobs/nobody/trigger').send({}).expect(404)
    expect(unknown.body.error.code).toBe('HANDLER_NOT_FOUND')
    const bare = await app.api.post('/jobs/mail/trigger').send({ to: 'x' }).expect(400)
    expect(bare.body.error.details).toMatchObject([{ field: 'to' }])
    const wrapped = await app.api
      .post('/jobs/mail/trigger')
      .send({ params: { to: 'x' } })
      .expect(400)
    expect(wrapped.body.error.details).toMatchObject([{ field: 'params.to' }])
    await app.api.post('/jobs/echo/trigger').send([1]).expect(400)
    expect(await status()).toMatchObject({ has_active_reservation: false, queue_length: 0 })
  })
})
