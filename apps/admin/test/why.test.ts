import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import {
  cancelExecutionsOfCrons,
  claimExecutions,
  insertBackfill,
  registerDispatcher,
  registerWorker,
  releaseBackfill,
} from '@jobu/db'
import {
  aCron,
  anExecution,
  type ExecutionState,
  secondsAgo,
  secondsAhead,
} from '../../../test/support/builders.ts'
import { inWords } from '../src/services/inWords.ts'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())
afterEach(async () => {
  await app.api.post('/scheduler/start')
  await app.api.delete('/scheduler/reservation')
  for (const table of [
    'job_executions',
    'cron_jobs',
    'workers',
    'dispatchers',
    'audit_log',
    'scheduler_stops',
  ]) {
    await app.database.query(`DELETE FROM ${table}`)
  }
})

const execution = (state?: ExecutionState) => anExecution(app.database, state)
const aWorker = (state: { id?: string; queues?: string[]; handlers?: string[]; poolSize?: number } = {}) =>
  registerWorker(app.database, {
    id: 'worker-1',
    hostname: 'h',
    pid: 1,
    version: '1',
    queues: ['*'],
    handlers: ['echo'],
    poolSize: 4,
    ...state,
  })
const aDispatcher = () => registerDispatcher(app.database, { id: 'd', hostname: 'h', pid: 1, version: '1' })
const why = async ({ id }: { id: number }) => (await app.api.get(`/jobs/${id}/why`).expect(200)).body
const codes = (answer: { causes: Array<{ code: string }> }) => answer.causes.map((cause) => cause.code)

describe('GET /jobs/{id}/why of a PENDING execution', () => {
  test('that nothing holds up says that it is being claimed', async () => {
    await aWorker()
    const answer = await why(await execution())
    expect(answer).toMatchObject({
      status: 'PENDING',
      verdict: 'BEING_CLAIMED',
      explanation: expect.stringMatching(/^Nothing is in its way/),
      causes: [{ code: 'BEING_CLAIMED', details: { workers: ['worker-1'] } }],
      cron: null,
    })
  })

  test('under a stopped scheduler names who stopped it and since when, and what stands in its way besides', async () => {
    const row = await execution({ queue: 'reports' })
    await app.api.post('/scheduler/reservation').send({ reason: 'upgrade', ttl_seconds: 600 })
    await app.api.post('/scheduler/stop')
    const answer = await why(row)
    expect(codes(answer)).toEqual(['SCHEDULER_STOPPED', 'QUEUE_RESERVED', 'NO_WORKER'])
    expect(answer).toMatchObject({
      verdict: 'SCHEDULER_STOPPED',
      causes: [
        { details: { stopped_by: 'api token', stopped_at: expect.any(String) } },
        { details: { reason: 'upgrade', reserved_by: 'api token', reserved_until: expect.any(String) } },
        { details: { workers: [] } },
      ],
    })
    expect(answer.explanation).toContain('stopped by api token')
    expect(answer.explanation).toContain('upgrade')
  })

  test('that the queue is reserved for is not held by that', async () => {
    await aWorker()
    const other = await execution()
    const { body: alone } = await app.api.post('/jobs/echo/trigger').send({}).expect(201)
    expect((await why(other)).verdict).toBe('QUEUE_RESERVED')
    expect((await why(other)).causes[0].details.reserved_for_job_id).toBe(alone.id)
    expect(codes(await why(alone))).not.toContain('QUEUE_RESERVED')
  })

  test.each<[string, ExecutionState, string]>([
    [
      'whose time is ahead',
      { scheduledTime: secondsAhead(7_200), runAt: secondsAhead(7_200), waitingFor: 'time' },
      'SCHEDULED_LATER',
    ],
    [
      'that failed and backs off',
      {
        runAt: secondsAhead(600),
        waitingFor: 'time',
        attempt: 2,
        retryCount: 1,
        maxRetry: 3,
        reason: 'HANDLER_ERROR',
      },
      'BACKING_OFF',
    ],
    ['that jitter moved', { jobId: 1, runAt: secondsAhead(600), waitingFor: 'time' }, 'JITTER'],
  ])('%s says until when', async (_, state, code) => {
    await aWorker()
    const cron = await aCron(app.database)
    const row = await execution({ ...state, ...(state.jobId && { jobId: cron.id }) })
    const answer = await why(row)
    expect(codes(answer)).toEqual([code])
    expect(answer.causes[0].details).toMatchObject({ until: row.runAt.toISOString() })
  })

  test('whose time has come waits for a dispatcher, and says so when there is none', async () => {
    await aWorker()
    const row = await execution({ runAt: secondsAgo(1), waitingFor: 'time' })
    expect(codes(await why(row))).toEqual(['NO_DISPATCHER', 'PROMOTION_DUE'])
    await aDispatcher()
    expect(codes(await why(row))).toEqual(['PROMOTION_DUE'])
  })

  test('that waits for an overlap names the execution that blocks it', async () => {
    await aWorker()
    const cron = await aCron(app.database)
    const blocker = await execution({ jobId: cron.id, status: 'RUNNING', scheduledTime: secondsAgo(90) })
    const row = await execution({ jobId: cron.id, waitingFor: 'overlap', scheduledTime: secondsAgo(30) })
    const answer = await why(row)
    expect(answer).toMatchObject({
      verdict: 'WAITING_FOR_OVERLAP',
      causes: [{ details: { blocking: [{ job_id: blocker.id, status: 'RUNNING', worker_id: 'worker-1' }] } }],
      cron: { id: cron.id, name: cron.name, is_enabled: true },
    })
    expect(answer.explanation).toContain(`execution ${blocker.id}`)
  })

  test('of a backfill says how many stand before it', async () => {
    await aWorker()
    const cron = await aCron(app.database)
    const slots = [3, 2, 1].map((hours) => secondsAgo(hours * 3_600))
    const keys = await insertBackfill(app.database, { jobId: cron.id, slots, params: null, limit: 1 })
    await releaseBackfill(app.database, null)
    expect(await why(keys[2]!)).toMatchObject({
      verdict: 'WAITING_FOR_BACKFILL',
      causes: [{ details: { max_active: 1, ahead: 1, active: [keys[0]!.id] } }],
    })
  })

  test.each<[string, Array<Parameters<typeof aWorker>[0]>, string]>([
    ['no worker is alive', [], 'NO_WORKER'],
    ['no worker serves its queue', [{ queues: ['other'] }], 'QUEUE_NOT_SERVED'],
    ['no worker has its handler', [{ handlers: ['sql'] }], 'HANDLER_NOT_SERVED'],
    ['no worker does both', [{ queues: ['other'] }, { id: 'b', handlers: ['sql'] }], 'NO_WORKER_SERVES_BOTH'],
  ])('says that %s', async (_, workers, code) => {
    for (const worker of workers) await aWorker(worker)
    expect(codes(await why(await execution()))).toEqual([code])
  })

  test('a worker that drains, or was last heard a minute ago, serves nothing', async () => {
    await aWorker()
    const row = await execution()
    await app.database.query(`UPDATE workers SET status = 'DRAINING'`)
    expect(await why(row)).toMatchObject({ verdict: 'NO_WORKER', causes: [{ details: { draining: 1 } }] })
    await app.database.query(
      `UPDATE workers SET status = 'ACTIVE', heartbeat_at = now() - interval '61 seconds'`,
    )
    expect((await why(row)).verdict).toBe('NO_WORKER')
  })

  test('says that all slots of the workers that could take it are in use, and who stands before it', async () => {
    await aWorker({ poolSize: 2 })
    await aWorker({ id: 'elsewhere', queues: ['other'], poolSize: 9 })
    await execution({ status: 'RUNNING' })
    await execution({ status: 'RUNNING' })
    await execution({ priority: 5 })
    await execution({ readyAt: secondsAgo(60) })
    const row = await execution({ readyAt: secondsAgo(30) })
    // None of these goes before it: later, lower, another queue, not ready.
    await execution()
    await execution({ priority: -1, readyAt: secondsAgo(90) })
    await execution({ queue: 'other', priority: 9 })
    await execution({ waitingFor: 'time', priority: 9, runAt: secondsAhead(9) })
    const answer = await why(row)
    expect(codes(answer)).toEqual(['POOLS_FULL', 'BEHIND_OTHERS'])
    expect(answer.causes).toMatchObject([
      { details: { workers: ['worker-1'], slots: 2 } },
      { details: { ahead: 2, is_exact: true } },
    ])
  })
})

describe('GET /jobs/{id}/why of a RUNNING execution', () => {
  test('says where, since when, how far and until when', async () => {
    const row = await execution({
      status: 'RUNNING',
      startedAt: secondsAgo(30),
      timeoutSeconds: 60,
      progressPercentage: 40,
      currentStep: 'half',
    })
    expect(await why(row)).toMatchObject({
      verdict: 'RUNNING',
      explanation: expect.stringContaining('40 % (half)'),
      causes: [
        {
          details: {
            worker_id: 'worker-1',
            attempt: 1,
            deadline: new Date(row.startedAt!.getTime() + 60_000).toISOString(),
            lease_expires_at: row.leaseExpiresAt!.toISOString(),
          },
        },
      ],
    })
  })

  test('names a lost lease, a cancel that was asked for and a limit that has passed first', async () => {
    const row = await execution({
      status: 'RUNNING',
      startedAt: secondsAgo(90),
      timeoutSeconds: 60,
      leaseExpiresAt: secondsAgo(5),
      cancelRequestedAt: secondsAgo(10),
      errorMessage: 'cancelled by ann',
    })
    const answer = await why(row)
    expect(codes(answer)).toEqual(['LEASE_EXPIRED', 'CANCEL_REQUESTED', 'TIME_LIMIT_PASSED', 'RUNNING'])
    expect(answer.explanation).toContain('cancelled by ann')
  })
})

describe('GET /jobs/{id}/why of an execution that has ended', () => {
  test('well: how late it began and how long it ran', async () => {
    const row = await execution({
      status: 'SUCCESS',
      scheduledTime: secondsAgo(100),
      startedAt: new Date(secondsAgo(100).getTime() + 2_000),
      finishedAt: new Date(secondsAgo(100).getTime() + 7_000),
    })
    const { details } = (await why(row)).causes[0]
    expect([Math.round(details.late_ms / 100), Math.round(details.duration_ms / 100)]).toEqual([20, 50])
    expect((await why(row)).verdict).toBe('SUCCEEDED')
  })

  test.each<[ExecutionState, string[]]>([
    [
      { status: 'FAILED', reason: 'HANDLER_ERROR', maxRetry: 2, retryCount: 2 },
      ['HANDLER_ERROR', 'RETRIES_USED_UP'],
    ],
    [{ status: 'FAILED', reason: 'PARAMS_INVALID' }, ['PARAMS_INVALID', 'NO_RETRIES']],
    [{ status: 'FAILED', reason: 'PARAMS_INVALID', maxRetry: 3 }, ['PARAMS_INVALID']],
    [{ status: 'FAILED', reason: null }, ['FAILED', 'NO_RETRIES']],
    [{ status: 'TIMEOUT', reason: 'TIMEOUT' }, ['TIMEOUT', 'NO_RETRIES']],
  ])('badly, as %j: %j', async (state, expected) => {
    const answer = await why(await execution({ errorMessage: 'boom', ...state }))
    expect(codes(answer)).toEqual(expected)
    expect(answer.explanation).toContain('boom')
  })

  test('by a cancel: who asked, before it started or while it ran', async () => {
    const pending = await execution()
    await app.api.post(`/jobs/${pending.id}/cancel`).expect(200)
    expect(await why(pending)).toMatchObject({
      verdict: 'CANCELLED_BY_USER',
      explanation: expect.stringMatching(/cancelled by api token at .*, before it started/),
      causes: [{ details: { by: 'api token' } }],
    })
    await app.database.query(
      `INSERT INTO audit_log (actor_kind, actor_name, action, target_type, target_id, request_id) VALUES ('user', 'ann', 'job.cancel', 'job', $1, 'r-1')`,
      [String(pending.id)],
    )
    expect((await why(pending)).causes[0].details).toMatchObject({ by: 'ann', request_id: 'r-1' })
  })

  test('with its cron: who deleted that', async () => {
    const cron = await aCron(app.database, { name: 'nightly' })
    const row = await execution({ jobId: cron.id })
    await cancelExecutionsOfCrons(app.database, [cron.id], 'ann')
    await app.database.query('UPDATE cron_jobs SET is_enabled = false, deleted_at = now() WHERE id = $1', [
      cron.id,
    ])
    expect(await why(row)).toMatchObject({
      verdict: 'CRON_DELETED',
      explanation: expect.stringContaining('"nightly" was deleted by ann'),
      cron: { is_enabled: false, deleted_at: expect.any(String) },
    })
  })

  test('as a slot that was skipped: which execution overlapped', async () => {
    const cron = await aCron(app.database)
    const row = await execution({
      jobId: cron.id,
      status: 'SKIPPED',
      reason: 'OVERLAP',
      errorMessage:
        'skipped: execution 41 of 2026-01-01T00:00:00.000Z is still RUNNING (overlap_policy skip)',
    })
    expect(await why(row)).toMatchObject({
      verdict: 'OVERLAP',
      causes: [{ details: { blocking_job_id: 41, overlap_policy: 'skip' } }],
    })
  })

  test('as slots that were missed: by which policy, how many, and that the scheduler was stopped then', async () => {
    const cron = await aCron(app.database)
    await app.database.query(
      `INSERT INTO scheduler_stops (stopped_at, started_at, stopped_by, started_by) VALUES (now() - interval '2 hours', now() - interval '1 hour', 'ann', 'ben')`,
    )
    const covers = {
      first: secondsAgo(6_000).toISOString(),
      last: secondsAgo(5_000).toISOString(),
      count: 17,
    }
    const row = await execution({
      jobId: cron.id,
      status: 'SKIPPED',
      reason: 'MISFIRE',
      scheduledTime: secondsAgo(6_000),
      result: covers,
      errorMessage: 'skipped: missed',
    })
    const answer = await why(row)
    expect(codes(answer)).toEqual(['MISFIRE', 'SCHEDULER_WAS_STOPPED'])
    expect(answer.causes).toMatchObject([
      { details: { covers, misfire_policy: 'fire_once' } },
      { details: { stopped_by: 'ann', started_by: 'ben' } },
    ])
  })

  test('of none with this id is 404', async () => {
    const { body } = await app.api.get('/jobs/9999999/why').expect(404)
    expect(body.error.code).toBe('JOB_NOT_FOUND')
  })
})

test('the answer costs a bounded look at a long queue', async () => {
  await aWorker()
  await app.database.query(
    `INSERT INTO job_executions (scheduled_time, run_at, ready_at, param_source, handler_name, priority)
     SELECT now(), now(), now(), 'api', 'echo', n % 2 FROM generate_series(1, 30000) n`,
  )
  const row = await execution({ priority: -1 })
  expect((await why(row)).causes[0].details).toMatchObject({ ahead: 10_000, is_exact: false })
  const [first] = await claimExecutions(app.database, {
    workerId: 'worker-1',
    leaseMs: 600_000,
    limit: 1,
    ranges: [{ queue: 'default', highestPriority: 1, lowestPriority: 1, readyFrom: null }],
    handlers: ['echo'],
    scheduledFrom: null,
  })
  expect((await why(first!)).verdict).toBe('RUNNING')
})

test.each<[number, string]>([
  [-5, '0 ms'],
  [350, '350 ms'],
  [1_000, '1 second'],
  [125_000, '2 minutes 5 seconds'],
  [3_600_000, '1 hour'],
  [3_605_000, '1 hour'],
  [90_061_000, '1 day 1 hour'],
])('%d ms in words is %s', (ms, words) => {
  expect(inWords(ms)).toBe(words)
})
