import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { completeExecutions, ensurePartitions, listAttempts, schema } from '@jobu/db'
import { Bench, type ExecutionState, secondsAgo, secondsAhead } from '../../../test/support/builders.ts'
import { reapExpiredLeases } from '../src/index.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterEach(() => bench.clear())
afterAll(() => bench.close())

const anExpired = (state: ExecutionState = {}) =>
  bench.anExecution({ status: 'RUNNING', leaseExpiresAt: secondsAgo(5), ...state })

describe('reapExpiredLeases', () => {
  test('retries what has a retry left, after its backoff, and keeps the lost attempt', async () => {
    const row = await anExpired({ maxRetry: 1, retryBackoff: 'fixed', retryDelaySeconds: 100 })
    expect(await reapExpiredLeases(bench.db)).toBe(1)
    const after = await bench.execution(row)
    expect(after).toMatchObject({
      status: 'PENDING',
      waitingFor: 'time',
      retryCount: 1,
      reason: 'WORKER_LOST',
    })
    expect(Math.abs(after.runAt.getTime() - secondsAhead(100).getTime())).toBeLessThan(20_000)
    expect(await listAttempts(bench.db, row)).toMatchObject([
      { attempt: 1, outcome: 'FAILED', reason: 'WORKER_LOST', workerId: 'worker-1' },
    ])
  })

  test('fails what has none with "worker lost", naming the worker', async () => {
    const row = await anExpired({ workerId: 'worker-9' })
    expect(await reapExpiredLeases(bench.db)).toBe(1)
    const after = await bench.execution(row)
    expect(after).toMatchObject({ status: 'FAILED', reason: 'WORKER_LOST' })
    expect(after.errorMessage).toContain('worker lost: worker-9 stopped renewing its lease')
  })

  test('what had passed its time limit as well is TIMEOUT, and retried like a failure', async () => {
    const limit = { startedAt: secondsAgo(61), timeoutSeconds: 60 }
    const final = await anExpired(limit)
    const again = await anExpired({ ...limit, maxRetry: 1 })
    const inTime = await anExpired({ startedAt: secondsAgo(30), timeoutSeconds: 3_600 })
    expect(await reapExpiredLeases(bench.db)).toBe(3)
    expect(await bench.execution(final)).toMatchObject({ status: 'TIMEOUT', reason: 'TIMEOUT' })
    expect((await bench.execution(final)).errorMessage).toContain('timed out, and worker lost')
    expect(await bench.execution(again)).toMatchObject({ status: 'PENDING', retryCount: 1 })
    expect((await bench.execution(inTime)).status).toBe('FAILED')
  })

  test('what somebody asked to cancel is CANCELLED, retries or not', async () => {
    const row = await anExpired({
      maxRetry: 5,
      cancelRequestedAt: secondsAgo(10),
      reason: 'CANCELLED_BY_USER',
    })
    await reapExpiredLeases(bench.db)
    expect(await bench.execution(row)).toMatchObject({ status: 'CANCELLED', reason: 'CANCELLED_BY_USER' })
  })

  test('leaves leases that have not expired', async () => {
    const row = await bench.anExecution({ status: 'RUNNING' })
    expect(await reapExpiredLeases(bench.db)).toBe(0)
    expect((await bench.execution(row)).status).toBe('RUNNING')
  })

  test('a worker that was only slow finds its result refused', async () => {
    const row = await anExpired()
    await reapExpiredLeases(bench.db)
    expect(await completeExecutions(bench.db, [{ ...row, result: '1' }])).toEqual([])
    expect((await bench.execution(row)).status).toBe('FAILED')
  })

  test('two reapers at once take each of 1,200 once, in batches', async () => {
    await bench.db.query(
      `INSERT INTO job_executions (scheduled_time, run_at, status, attempt, worker_id, started_at, lease_expires_at, param_source, handler_name)
       SELECT now(), now(), 'RUNNING', 1, 'w', now(), now() - interval '5 seconds', 'api', 'echo' FROM generate_series(1, 1200)`,
    )
    const reaped = await Promise.all([reapExpiredLeases(bench.db), reapExpiredLeases(bench.db)])
    expect(reaped[0]! + reaped[1]!).toBe(1_200)
    expect((await bench.db.query('SELECT FROM execution_attempts')).rowCount).toBe(1_200)
    const deltas = await bench.db.db.select().from(schema.executionStatDeltas)
    expect(deltas.reduce((sum, delta) => sum + delta.count, 0)).toBe(1_200)
  })

  test('one whose lease and slot are months old is reaped like any other', async () => {
    const longAgo = secondsAgo(40 * 86_400)
    await ensurePartitions(bench.db, longAgo, longAgo)
    const row = await anExpired({ scheduledTime: longAgo, startedAt: longAgo, leaseExpiresAt: longAgo })
    expect(await reapExpiredLeases(bench.db)).toBe(1)
    expect((await bench.execution(row)).status).toBe('FAILED')
  })
})
