import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench, type Execution, secondsAgo, secondsAhead } from '../../../../test/support/builders.ts'
import {
  CHANNELS,
  ensurePartitions,
  type Failure,
  failExecutions,
  listAttempts,
  schema,
} from '../../src/index.ts'

/** Long beside what a statement takes, also on a machine that stands still for seconds. */
const DELAY_MS = 600_000

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterEach(() => bench.clear())
afterAll(() => bench.close())

const failureOf = (row: Execution, failure: Partial<Failure> = {}): Failure => ({
  id: row.id,
  scheduledTime: row.scheduledTime,
  attempt: row.attempt,
  outcome: 'FAILED',
  reason: 'HANDLER_ERROR',
  message: 'no such host',
  stack: 'Error: no such host\n    at run',
  retryDelayMs: DELAY_MS,
  ...failure,
})
const fail = (row: Execution, failure?: Partial<Failure>) =>
  failExecutions(bench.db, [failureOf(row, failure)])
const deltas = () => bench.db.db.select().from(schema.executionStatDeltas)

describe('failExecutions', () => {
  test('with a retry left and a delay it waits for its time, one retry used, and nothing is counted yet', async () => {
    const row = await bench.anExecution({ status: 'RUNNING', maxRetry: 2 })
    expect(await fail(row)).toEqual([{ id: row.id, status: 'PENDING' }])
    const after = await bench.execution(row)
    expect(after).toMatchObject({
      status: 'PENDING',
      waitingFor: 'time',
      readyAt: null,
      retryCount: 1,
      attempt: 1,
      leaseExpiresAt: null,
      finishedAt: null,
      workerId: null,
      reason: 'HANDLER_ERROR',
      errorMessage: 'no such host',
    })
    const delayMs = after.runAt.getTime() - (await listAttempts(bench.db, row))[0]!.finishedAt.getTime()
    expect(Math.abs(delayMs - DELAY_MS)).toBeLessThan(DELAY_MS / 10)
    expect(await deltas()).toEqual([])
  })

  test('with a retry left and no delay it is claimable at once', async () => {
    const row = await bench.anExecution({ status: 'RUNNING', maxRetry: 1 })
    const hearing = await bench.listen(CHANNELS.work, CHANNELS.dispatch)
    await fail(row, { retryDelayMs: 0 })
    const after = await bench.execution(row)
    expect(after).toMatchObject({ status: 'PENDING', waitingFor: null, retryCount: 1 })
    expect(after.readyAt).not.toBeNull()
    await hearing.until(1)
    expect(hearing.heard).toEqual(['jobu_work default'])
  })

  test('a retry that waits for its time wakes the dispatchers, once for a batch', async () => {
    const rows = [1, 2, 3].map(() => bench.anExecution({ status: 'RUNNING', maxRetry: 1 }))
    const hearing = await bench.listen(CHANNELS.work, CHANNELS.dispatch)
    await failExecutions(
      bench.db,
      (await Promise.all(rows)).map((row) => failureOf(row)),
    )
    await bench.db.query(`NOTIFY jobu_work, 'end'`)
    await hearing.until(2)
    expect(hearing.heard).toEqual(['jobu_crons', 'jobu_work end'])
  })

  test('with its retries used up it is FAILED, or TIMEOUT, and counted with its duration', async () => {
    const failed = await bench.anExecution({ status: 'RUNNING', maxRetry: 2, retryCount: 2, attempt: 3 })
    const timedOut = await bench.anExecution({ status: 'RUNNING', handlerName: 'sleep' })
    expect(await fail(failed)).toEqual([{ id: failed.id, status: 'FAILED' }])
    expect(await fail(timedOut, { outcome: 'TIMEOUT', reason: 'TIMEOUT' })).toEqual([
      { id: timedOut.id, status: 'TIMEOUT' },
    ])
    const after = await bench.execution(failed)
    expect(after).toMatchObject({
      retryCount: 2,
      workerId: 'worker-1',
      leaseExpiresAt: null,
      waitingFor: null,
    })
    expect(after.finishedAt).not.toBeNull()
    const written = await deltas()
    expect(written.map((delta) => [delta.status, delta.count, delta.durationsMs?.length]).sort()).toEqual([
      ['FAILED', 1, 1],
      ['TIMEOUT', 1, 1],
    ])
  })

  test('without a delay (null) it is final although retries are left', async () => {
    const row = await bench.anExecution({ status: 'RUNNING', maxRetry: 5 })
    expect(await fail(row, { retryDelayMs: null })).toEqual([{ id: row.id, status: 'FAILED' }])
  })

  test('RELEASED goes back claimable at once, costs no retry and is not counted', async () => {
    const row = await bench.anExecution({ status: 'RUNNING', maxRetry: 0, runAt: secondsAgo(9) })
    expect(await fail(row, { outcome: 'RELEASED', reason: 'DRAINED', retryDelayMs: null })).toEqual([
      { id: row.id, status: 'PENDING' },
    ])
    const after = await bench.execution(row)
    expect(after).toMatchObject({ retryCount: 0, waitingFor: null, runAt: row.runAt, workerId: null })
    expect(after.readyAt).not.toBeNull()
    expect((await listAttempts(bench.db, row)).map((attempt) => attempt.outcome)).toEqual(['RELEASED'])
    expect(await deltas()).toEqual([])
  })

  test.each(['FAILED', 'TIMEOUT', 'RELEASED', 'CANCELLED'] as const)(
    'a cancel that was asked for wins over %s',
    async (outcome) => {
      const row = await bench.anExecution({
        status: 'RUNNING',
        maxRetry: 5,
        cancelRequestedAt: secondsAgo(1),
        reason: 'CANCELLED_BY_USER',
      })
      expect(await fail(row, { outcome })).toEqual([{ id: row.id, status: 'CANCELLED' }])
      expect(await bench.execution(row)).toMatchObject({
        status: 'CANCELLED',
        reason: 'CANCELLED_BY_USER',
        cancelRequestedAt: null,
        retryCount: 0,
      })
      expect((await listAttempts(bench.db, row))[0]).toMatchObject({ outcome: 'CANCELLED' })
    },
  )

  test('a worker whose lease was reaped writes nothing', async () => {
    const claimedAgain = await bench.anExecution({ status: 'RUNNING', attempt: 2 })
    const ended = await bench.anExecution({ status: 'SUCCESS' })
    const before = await bench.executions()
    const stale = [claimedAgain, ended].map((row) => failureOf(row, { attempt: 1 }))
    expect(await failExecutions(bench.db, stale)).toEqual([])
    expect(await bench.executions()).toEqual(before)
    expect(await listAttempts(bench.db, claimedAgain)).toEqual([])
    expect(await deltas()).toEqual([])
  })

  test('keeps every attempt with its error, start, end and worker', async () => {
    const row = await bench.anExecution({ status: 'RUNNING', maxRetry: 1 })
    await fail(row, { message: 'first' })
    await bench.db.query(
      `UPDATE job_executions SET status = 'RUNNING', attempt = 2, waiting_for = NULL, worker_id = 'worker-2',
         started_at = now(), lease_expires_at = now() WHERE id = $1`,
      [row.id],
    )
    await fail(await bench.execution(row), { message: 'second', stack: null })
    const attempts = await listAttempts(bench.db, row)
    expect(attempts).toMatchObject([
      {
        attempt: 1,
        outcome: 'FAILED',
        workerId: 'worker-1',
        startedAt: row.startedAt,
        errorMessage: 'first',
      },
      { attempt: 2, outcome: 'FAILED', workerId: 'worker-2', errorMessage: 'second', errorStack: null },
    ])
    expect(attempts[0]!.errorStack).toContain('no such host')
    for (const { startedAt, finishedAt } of attempts) expect(finishedAt >= startedAt!).toBe(true)
  })

  test('stores an error text with NUL, quotes and backslashes, and cuts one of 100 KB', async () => {
    const strange = await bench.anExecution({ status: 'RUNNING' })
    const huge = await bench.anExecution({ status: 'RUNNING' })
    const text = 'a\0b "c" \\d\\ {e},NULL\n\u{1F680}'
    await failExecutions(bench.db, [
      failureOf(strange, { message: text, stack: text }),
      failureOf(huge, { message: 'x'.repeat(100_000), stack: 'y'.repeat(100_000) }),
    ])
    const kept = text.replace('\0', '\\0')
    expect((await bench.execution(strange)).errorMessage).toBe(kept)
    expect((await listAttempts(bench.db, strange))[0]!.errorStack).toBe(kept)
    const cut = (await bench.execution(huge)).errorMessage!
    expect(cut.length).toBeLessThan(20_000)
    expect(cut).toMatch(/^x+ \[cut\]$/)
  })

  test('an error text whose cut falls into a surrogate pair is stored', async () => {
    const row = await bench.anExecution({ status: 'RUNNING' })
    await fail(row, { message: `x${'\u{1F680}'.repeat(50_000)}`, stack: null })
    expect((await bench.execution(row)).status).toBe('FAILED')
  })

  test('an execution that was due for more than 24.8 days of milliseconds fails like any other', async () => {
    const longAgo = secondsAgo(40 * 86_400)
    await ensurePartitions(bench.db, longAgo, longAgo)
    const row = await bench.anExecution({ status: 'RUNNING', scheduledTime: longAgo, startedAt: new Date() })
    expect(await fail(row)).toEqual([{ id: row.id, status: 'FAILED' }])
  })

  test('a batch of different endings settles each by its own', async () => {
    const retry = await bench.anExecution({ status: 'RUNNING', maxRetry: 1, leaseExpiresAt: secondsAhead(1) })
    const final = await bench.anExecution({ status: 'RUNNING' })
    const released = await bench.anExecution({ status: 'RUNNING' })
    const lost = await bench.anExecution({ status: 'RUNNING', attempt: 7 })
    const settled = await failExecutions(bench.db, [
      failureOf(retry),
      failureOf(final),
      failureOf(released, { outcome: 'RELEASED', reason: 'DRAINED' }),
      failureOf(lost, { attempt: 6 }),
    ])
    expect(Object.fromEntries(settled.map(({ id, status }) => [id, status]))).toEqual({
      [retry.id]: 'PENDING',
      [final.id]: 'FAILED',
      [released.id]: 'PENDING',
    })
  })
})
