import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench, secondsAgo, secondsAhead } from '../../../../test/support/builders.ts'
import {
  CHANNELS,
  extendLeases,
  findCancelRequests,
  findExpiredLeases,
  releaseUnheld,
  schema,
} from '../../src/index.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterEach(() => bench.clear())
afterAll(() => bench.close())

describe('extendLeases', () => {
  test('renews all that are held, also one that has expired but was not reaped', async () => {
    const held = await bench.anExecution({ status: 'RUNNING', leaseExpiresAt: secondsAhead(1) })
    const late = await bench.anExecution({ status: 'RUNNING', leaseExpiresAt: secondsAgo(5) })
    expect((await extendLeases(bench.db, [held, late], 600_000)).sort()).toEqual([held.id, late.id])
    for (const row of await bench.executions()) {
      expect(row.leaseExpiresAt!.getTime()).toBeGreaterThan(Date.now() + 500_000)
    }
  })

  test('leaves out what was taken away, and changes none of it', async () => {
    const reclaimed = await bench.anExecution({ status: 'RUNNING', attempt: 2 })
    const reaped = await bench.anExecution({ attempt: 1 })
    const before = await bench.executions()
    const stale = [reclaimed, reaped].map((row) => ({ ...row, attempt: 1 }))
    expect(await extendLeases(bench.db, stale, 600_000)).toEqual([])
    expect(await extendLeases(bench.db, [], 600_000)).toEqual([])
    expect(await bench.executions()).toEqual(before)
  })
})

describe('findCancelRequests', () => {
  test('names the held executions somebody asked to cancel, with the reason', async () => {
    const asked = await bench.anExecution({
      status: 'RUNNING',
      cancelRequestedAt: new Date(),
      reason: 'CANCELLED_BY_USER',
    })
    const replaced = await bench.anExecution({
      status: 'RUNNING',
      cancelRequestedAt: new Date(),
      reason: 'REPLACED',
    })
    const calm = await bench.anExecution({ status: 'RUNNING' })
    const ofAnother = await bench.anExecution({
      status: 'RUNNING',
      cancelRequestedAt: new Date(),
      attempt: 2,
    })
    const found = await findCancelRequests(bench.db, [asked, replaced, calm, { ...ofAnother, attempt: 1 }])
    expect(found.sort((a, b) => a.id - b.id)).toEqual([
      { id: asked.id, reason: 'CANCELLED_BY_USER' },
      { id: replaced.id, reason: 'REPLACED' },
    ])
  })
})

describe('releaseUnheld', () => {
  test('gives back what the worker owns but does not hold, at no cost, and wakes the workers', async () => {
    const unheld = await bench.anExecution({ status: 'RUNNING', maxRetry: 1, queue: 'reports' })
    const held = await bench.anExecution({ status: 'RUNNING' })
    const ofAnother = await bench.anExecution({ status: 'RUNNING', workerId: 'worker-2' })
    const hearing = await bench.listen(CHANNELS.work)
    expect(await releaseUnheld(bench.db, 'worker-1', [held.id])).toEqual([unheld.id])
    expect(await bench.execution(unheld)).toMatchObject({
      status: 'PENDING',
      waitingFor: null,
      retryCount: 0,
      attempt: 1,
      leaseExpiresAt: null,
      workerId: null,
    })
    expect((await bench.execution(held)).status).toBe('RUNNING')
    expect((await bench.execution(ofAnother)).status).toBe('RUNNING')
    await hearing.until(1)
    expect(hearing.heard).toEqual(['jobu_work reports'])
  })

  test('what somebody asked to cancel does not run after all', async () => {
    const row = await bench.anExecution({
      status: 'RUNNING',
      cancelRequestedAt: new Date(),
      reason: 'CANCELLED_BY_USER',
    })
    expect(await releaseUnheld(bench.db, 'worker-1', [])).toEqual([row.id])
    const after = await bench.execution(row)
    expect(after).toMatchObject({ status: 'CANCELLED', reason: 'CANCELLED_BY_USER', readyAt: null })
    expect(after.finishedAt).not.toBeNull()
    expect(await bench.db.db.select().from(schema.executionStatDeltas)).toMatchObject([
      { status: 'CANCELLED', count: 1, handlerName: 'echo' },
    ])
  })
})

describe('findExpiredLeases', () => {
  test('returns those past their lease, oldest first, and says whose time limit passed as well', async () => {
    const timedOut = await bench.anExecution({
      status: 'RUNNING',
      leaseExpiresAt: secondsAgo(5),
      startedAt: secondsAgo(61),
      timeoutSeconds: 60,
    })
    const inTime = await bench.anExecution({
      status: 'RUNNING',
      leaseExpiresAt: secondsAgo(9),
      startedAt: secondsAgo(30),
      timeoutSeconds: 60,
      maxRetry: 3,
      retryCount: 1,
    })
    await bench.anExecution({ status: 'RUNNING', leaseExpiresAt: secondsAhead(5) })
    expect(await findExpiredLeases(bench.db, 10)).toEqual([
      {
        id: inTime.id,
        scheduledTime: inTime.scheduledTime,
        attempt: 1,
        workerId: 'worker-1',
        retryCount: 1,
        retryDelaySeconds: 10,
        retryBackoff: 'exponential',
        leaseExpiresAt: inTime.leaseExpiresAt,
        isTimedOut: false,
      },
      expect.objectContaining({ id: timedOut.id, isTimedOut: true }),
    ])
    expect(await findExpiredLeases(bench.db, 1)).toHaveLength(1)
  })

  test('passes over what another reaper holds', async () => {
    await bench.anExecution({ status: 'RUNNING', leaseExpiresAt: secondsAgo(5) })
    const other = await bench.client()
    await other.query('BEGIN')
    await other.query('SELECT FROM job_executions FOR UPDATE')
    expect(await findExpiredLeases(bench.db, 10)).toEqual([])
    await other.query('ROLLBACK')
    expect(await findExpiredLeases(bench.db, 10)).toHaveLength(1)
  })
})
