import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench, secondsAgo, secondsAhead } from '../../../../test/support/builders.ts'
import {
  activeExecutionsOf,
  CHANNELS,
  claimExecutions,
  nextWakeUp,
  promoteDueExecutions,
  releaseOverlapWaiters,
  replaceExecutions,
  schema,
} from '../../src/index.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterEach(() => bench.clear())
afterAll(() => bench.close())

describe('promoteDueExecutions', () => {
  test('makes due ones claimable, oldest first up to the limit, and leaves the others', async () => {
    const later = await bench.anExecution({ waitingFor: 'time', runAt: secondsAgo(1), queue: 'b' })
    const first = await bench.anExecution({ waitingFor: 'time', runAt: secondsAgo(9), queue: 'a' })
    const future = await bench.anExecution({ waitingFor: 'time', runAt: secondsAhead(3_600) })
    const overlap = await bench.anExecution({ waitingFor: 'overlap', runAt: secondsAgo(9) })
    const hearing = await bench.listen(CHANNELS.work)
    expect(await promoteDueExecutions(bench.db, 1)).toBe(1)
    expect(await bench.execution(first)).toMatchObject({ status: 'PENDING', waitingFor: null })
    expect((await bench.execution(first)).readyAt).not.toBeNull()
    expect((await bench.execution(later)).readyAt).toBeNull()
    expect(await promoteDueExecutions(bench.db, 10)).toBe(1)
    expect(await promoteDueExecutions(bench.db, 10)).toBe(0)
    expect((await bench.execution(future)).waitingFor).toBe('time')
    expect((await bench.execution(overlap)).waitingFor).toBe('overlap')
    await hearing.until(2)
    expect(hearing.heard).toEqual(['jobu_work a', 'jobu_work b'])
  })

  test('ten at once promote each once', async () => {
    for (let i = 0; i < 20; i++) await bench.anExecution({ waitingFor: 'time', runAt: secondsAgo(1) })
    const counts = await Promise.all(Array.from({ length: 10 }, () => promoteDueExecutions(bench.db, 5)))
    const rest = await promoteDueExecutions(bench.db, 100)
    expect(counts.reduce((sum, count) => sum + count, rest)).toBe(20)
  })
})

describe('nextWakeUp', () => {
  test('is null when nothing waits, else the delay to the earliest of crons and executions', async () => {
    expect(await nextWakeUp(bench.db)).toBeNull()
    await bench.aCron({ nextRunAt: secondsAhead(1_000) })
    await bench.aCron({ nextRunAt: secondsAgo(1_000), isEnabled: false })
    await bench.anExecution({ waitingFor: 'overlap', runAt: secondsAgo(1_000) })
    const near = (expected: number, actual: number | null) => Math.abs(expected - actual!) < 10_000
    expect(near(1_000_000, await nextWakeUp(bench.db))).toBe(true)
    await bench.anExecution({ waitingFor: 'time', runAt: secondsAhead(500) })
    expect(near(500_000, await nextWakeUp(bench.db))).toBe(true)
    await bench.aCron({ nextRunAt: secondsAgo(100) })
    expect(near(-100_000, await nextWakeUp(bench.db))).toBe(true)
  })
})

describe('activeExecutionsOf', () => {
  test('counts what goes and what waits, and names the one that runs, else the oldest', async () => {
    const cron = await bench.aCron()
    const quiet = await bench.aCron()
    await bench.anExecution({ jobId: quiet.id, status: 'SUCCESS' })
    await bench.anExecution({ jobId: cron.id, scheduledTime: secondsAgo(300) })
    const running = await bench.anExecution({
      jobId: cron.id,
      status: 'RUNNING',
      scheduledTime: secondsAgo(200),
    })
    await bench.anExecution({ jobId: cron.id, waitingFor: 'overlap', scheduledTime: secondsAgo(100) })
    expect(await activeExecutionsOf(bench.db, [cron.id, quiet.id])).toEqual([
      {
        jobId: cron.id,
        id: running.id,
        scheduledTime: running.scheduledTime,
        status: 'RUNNING',
        going: 2,
        buffered: 1,
      },
    ])
    expect(await activeExecutionsOf(bench.db, [])).toEqual([])
  })
})

describe('releaseOverlapWaiters', () => {
  const waiter = (jobId: number, secondsBack: number, runAt = secondsAgo(1)) =>
    bench.anExecution({ jobId, waitingFor: 'overlap', scheduledTime: secondsAgo(secondsBack), runAt })

  test.each(['PENDING', 'RUNNING'] as const)(
    'keeps it waiting while an earlier one is %s',
    async (status) => {
      const cron = await bench.aCron()
      await bench.anExecution({ jobId: cron.id, status, scheduledTime: secondsAgo(100) })
      const waits = await waiter(cron.id, 50)
      expect(await releaseOverlapWaiters(bench.db, null)).toBe(0)
      expect((await bench.execution(waits)).waitingFor).toBe('overlap')
    },
  )

  test('lets the oldest go once the earlier one is final, one at a time', async () => {
    const cron = await bench.aCron()
    await bench.anExecution({ jobId: cron.id, status: 'FAILED', scheduledTime: secondsAgo(100) })
    const second = await waiter(cron.id, 40)
    const first = await waiter(cron.id, 50)
    const hearing = await bench.listen(CHANNELS.work)
    expect(await releaseOverlapWaiters(bench.db, [cron.id])).toBe(1)
    expect(await releaseOverlapWaiters(bench.db, [cron.id])).toBe(0)
    expect((await bench.execution(first)).readyAt).not.toBeNull()
    expect((await bench.execution(second)).waitingFor).toBe('overlap')
    await hearing.until(1)
    expect(hearing.heard).toEqual(['jobu_work default'])
  })

  test('two at once let one go, once', async () => {
    const cron = await bench.aCron()
    for (let i = 1; i <= 3; i++) await waiter(cron.id, i * 10)
    let second: Promise<number> = Promise.resolve(-1)
    await bench.db.transactional({ label: 'release' }, async (tx) => {
      expect(await releaseOverlapWaiters(tx, [cron.id])).toBe(1)
      second = releaseOverlapWaiters(bench.db, [cron.id])
      await bench.untilBlocked()
    })
    expect(await second).toBe(0)
    expect((await bench.executions()).filter((row) => row.readyAt !== null)).toHaveLength(1)
  })

  test('one whose jitter is not over goes on to wait for its time', async () => {
    const cron = await bench.aCron()
    const waits = await waiter(cron.id, 10, secondsAhead(600))
    expect(await releaseOverlapWaiters(bench.db, null)).toBe(1)
    expect(await bench.execution(waits)).toMatchObject({ waitingFor: 'time', readyAt: null })
  })

  test('looks only at the crons given', async () => {
    const cron = await bench.aCron()
    const other = await bench.aCron()
    const mine = await waiter(cron.id, 10)
    const theirs = await waiter(other.id, 10)
    expect(await releaseOverlapWaiters(bench.db, [cron.id])).toBe(1)
    expect((await bench.execution(mine)).waitingFor).toBeNull()
    expect((await bench.execution(theirs)).waitingFor).toBe('overlap')
  })
})

describe('replaceExecutions', () => {
  const newer = (cron: { id: number }) => ({ jobId: cron.id, slot: new Date() })

  test('cancels what waits, asks what runs to stop, and names the crons of which something runs', async () => {
    const busy = await bench.aCron()
    const idle = await bench.aCron()
    const running = await bench.anExecution({
      jobId: busy.id,
      status: 'RUNNING',
      scheduledTime: secondsAgo(90),
    })
    const waits = await bench.anExecution({
      jobId: busy.id,
      waitingFor: 'overlap',
      scheduledTime: secondsAgo(30),
    })
    const ready = await bench.anExecution({ jobId: idle.id, scheduledTime: secondsAgo(30) })
    const stranger = await bench.anExecution()
    const hearing = await bench.listen(CHANNELS.cancel)
    expect(await replaceExecutions(bench.db, [newer(busy), newer(idle)])).toEqual([busy.id])
    expect(await bench.execution(running)).toMatchObject({ status: 'RUNNING', reason: 'REPLACED' })
    expect((await bench.execution(running)).cancelRequestedAt).not.toBeNull()
    for (const row of [waits, ready]) {
      expect(await bench.execution(row)).toMatchObject({ status: 'CANCELLED', reason: 'REPLACED' })
    }
    expect((await bench.execution(stranger)).status).toBe('PENDING')
    await hearing.until(1)
    expect(hearing.heard).toEqual([`jobu_cancel ${running.id}`])
    const counted = await bench.db.db.select().from(schema.executionStatDeltas)
    expect(counted.map((delta) => [delta.status, delta.count])).toEqual([
      ['CANCELLED', 1],
      ['CANCELLED', 1],
    ])
  })

  test('one that is claimed at the same instant is asked to stop, not overlooked', async () => {
    const cron = await bench.aCron()
    const row = await bench.anExecution({ jobId: cron.id, scheduledTime: secondsAgo(30) })
    let replacing: Promise<number[]> = Promise.resolve([])
    await bench.db.transactional({ label: 'claim' }, async (tx) => {
      await claimExecutions(tx, {
        workerId: 'worker-1',
        leaseMs: 30_000,
        limit: 1,
        ranges: [{ queue: 'default', highestPriority: 9, lowestPriority: -9, readyFrom: null }],
        handlers: ['echo'],
        scheduledFrom: null,
      })
      replacing = replaceExecutions(bench.db, [newer(cron)])
      await bench.untilBlocked()
    })
    expect(await replacing).toEqual([cron.id])
    expect((await bench.execution(row)).cancelRequestedAt).not.toBeNull()
  })
})
