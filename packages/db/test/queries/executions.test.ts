import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench, secondsAgo, secondsAhead } from '../../../../test/support/builders.ts'
import {
  appendLogs,
  CHANNELS,
  cancelExecutions,
  cancelExecutionsOfCrons,
  deleteExecutions,
  failExecutions,
  getExecution,
  insertExecutions,
  lastLogs,
  listAttempts,
  retryExecutions,
  schema,
} from '../../src/index.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterEach(() => bench.clear())
afterAll(() => bench.close())

const idsOf = (rows: Array<{ id: number }>) => rows.map(({ id }) => id)

describe('insertExecutions', () => {
  test('returns the keys in the order given, with their scheduled times', async () => {
    const times = [null, secondsAhead(7_200), null, secondsAhead(3_600), secondsAgo(60)]
    const keys = await insertExecutions(
      bench.db,
      times.map((scheduledTime, index) => ({
        handlerName: `handler ${index}`,
        paramSource: 'api',
        scheduledTime,
        priority: -index,
      })),
    )
    const names = await Promise.all(
      keys.map(async (key) => (await getExecution(bench.db, key.id)).handlerName),
    )
    expect(names).toEqual([0, 1, 2, 3, 4].map((index) => `handler ${index}`))
    expect(keys[1]!.scheduledTime).toEqual(times[1])
    expect(keys[4]!.scheduledTime).toEqual(times[4])
  })

  test('what is due is claimable at once, what is in the future waits for its time', async () => {
    const future = secondsAhead(3_600)
    const [now, later] = await insertExecutions(bench.db, [
      { handlerName: 'echo', paramSource: 'api' },
      { handlerName: 'echo', paramSource: 'event', scheduledTime: future },
    ])
    expect(await bench.execution(now!)).toMatchObject({
      status: 'PENDING',
      waitingFor: null,
      paramSource: 'api',
    })
    expect((await bench.execution(now!)).readyAt).not.toBeNull()
    expect(await bench.execution(later!)).toMatchObject({ waitingFor: 'time', readyAt: null, runAt: future })
  })

  test('takes everything given, and the defaults for what is left out', async () => {
    const cron = await bench.aCron()
    const job = {
      handlerName: 'http',
      params: { url: 'x', list: [1, { a: null }], text: 'a "b" \\ {c}' },
      paramSource: 'cron' as const,
      jobId: cron.id,
      priority: 7,
      queue: 'reports',
      maxRetry: 3,
      retryDelaySeconds: 0,
      retryBackoff: 'fixed' as const,
      timeoutSeconds: 9,
    }
    const [full, bare] = await insertExecutions(bench.db, [job, { handlerName: 'echo', paramSource: 'api' }])
    expect(await bench.execution(full!)).toMatchObject(job)
    expect(await bench.execution(bare!)).toMatchObject({
      params: {},
      jobId: null,
      priority: 0,
      queue: 'default',
      maxRetry: 0,
      retryDelaySeconds: 10,
      retryBackoff: 'exponential',
      timeoutSeconds: null,
      attempt: 0,
      retryCount: 0,
    })
  })

  test('writes all or none', async () => {
    const far = new Date(Date.now() + 3 * 366 * 86_400_000)
    const failed = insertExecutions(bench.db, [
      { handlerName: 'echo', paramSource: 'api' },
      { handlerName: 'echo', paramSource: 'api', scheduledTime: far },
    ])
    await expect(failed).rejects.toThrow('no partition')
    expect(await bench.executions()).toEqual([])
  })

  test('500 in one statement are one notification per queue', async () => {
    const hearing = await bench.listen(CHANNELS.work, CHANNELS.dispatch)
    await insertExecutions(
      bench.db,
      Array.from({ length: 500 }, (_, index) => ({
        handlerName: 'echo',
        paramSource: 'api' as const,
        queue: index % 2 ? 'a' : 'b',
        scheduledTime: index < 400 ? null : secondsAhead(60),
      })),
    )
    await bench.db.query(`NOTIFY jobu_work, 'end'`)
    await hearing.until(4)
    expect(hearing.heard.sort()).toEqual(['jobu_crons', 'jobu_work a', 'jobu_work b', 'jobu_work end'])
  })
})

describe('cancelExecutions', () => {
  test('PENDING is CANCELLED at once, RUNNING is asked and told, what has ended stays', async () => {
    const ready = await bench.anExecution()
    const backingOff = await bench.anExecution({ waitingFor: 'time', runAt: secondsAhead(60), attempt: 1 })
    const running = await bench.anExecution({ status: 'RUNNING' })
    const ended = await bench.anExecution({ status: 'SUCCESS' })
    const hearing = await bench.listen(CHANNELS.cancel)
    const changed = await cancelExecutions(bench.db, [ready, backingOff, running, ended], 'ann')
    expect(changed.sort()).toEqual(idsOf([ready, backingOff, running]))
    for (const row of [ready, backingOff]) {
      const after = await bench.execution(row)
      expect(after).toMatchObject({
        status: 'CANCELLED',
        reason: 'CANCELLED_BY_USER',
        errorMessage: 'cancelled by ann',
        readyAt: null,
        waitingFor: null,
      })
      expect(after.finishedAt).not.toBeNull()
    }
    expect((await bench.execution(running)).cancelRequestedAt).not.toBeNull()
    expect(await bench.execution(running)).toMatchObject({ status: 'RUNNING', finishedAt: null })
    expect((await bench.execution(ended)).status).toBe('SUCCESS')
    await hearing.until(1)
    expect(hearing.heard).toEqual([`jobu_cancel ${running.id}`])
    expect(await bench.db.db.select().from(schema.executionStatDeltas)).toMatchObject([
      { status: 'CANCELLED', count: 2, handlerName: 'echo' },
    ])
  })

  test('asking again keeps the time of the first request', async () => {
    const since = secondsAgo(30)
    const running = await bench.anExecution({ status: 'RUNNING', cancelRequestedAt: since })
    expect(await cancelExecutions(bench.db, [running], 'ann')).toEqual([running.id])
    expect((await bench.execution(running)).cancelRequestedAt).toEqual(since)
  })

  test('cancelExecutionsOfCrons reaches all that its cron left unfinished, and only that', async () => {
    const cron = await bench.aCron()
    const pending = await bench.anExecution({ jobId: cron.id, scheduledTime: secondsAgo(9) })
    const running = await bench.anExecution({ jobId: cron.id, status: 'RUNNING' })
    const stranger = await bench.anExecution()
    await cancelExecutionsOfCrons(bench.db, [cron.id], 'ann')
    expect((await bench.execution(pending)).status).toBe('CANCELLED')
    expect((await bench.execution(running)).cancelRequestedAt).not.toBeNull()
    expect((await bench.execution(stranger)).status).toBe('PENDING')
    await cancelExecutionsOfCrons(bench.db, [999_999], 'ann')
  })
})

describe('retryExecutions', () => {
  test.each(['FAILED', 'TIMEOUT', 'CANCELLED'] as const)(
    'brings %s back, clean and claimable',
    async (status) => {
      const row = await bench.anExecution({
        status,
        attempt: 3,
        retryCount: 2,
        errorMessage: 'no',
        reason: 'HANDLER_ERROR',
        progressPercentage: 30,
        currentStep: 'half',
        result: { a: 1 },
      })
      const hearing = await bench.listen(CHANNELS.work)
      expect(await retryExecutions(bench.db, [row])).toEqual([row.id])
      const after = await bench.execution(row)
      expect(after).toMatchObject({
        status: 'PENDING',
        attempt: 3,
        retryCount: 3,
        waitingFor: null,
        finishedAt: null,
        startedAt: null,
        errorMessage: null,
        reason: null,
        progressPercentage: null,
        currentStep: null,
        result: null,
        workerId: null,
      })
      expect(after.readyAt).not.toBeNull()
      await hearing.until(1)
      expect(hearing.heard).toEqual(['jobu_work default'])
    },
  )

  test.each(['PENDING', 'RUNNING', 'SUCCESS', 'SKIPPED'] as const)('leaves %s alone', async (status) => {
    const row = await bench.anExecution({ status })
    const before = await bench.execution(row)
    expect(await retryExecutions(bench.db, [row])).toEqual([])
    expect(await bench.execution(row)).toEqual(before)
  })

  test('one that was cancelled before its time waits for it again', async () => {
    const scheduledTime = secondsAhead(3_600)
    const row = await bench.anExecution({ status: 'CANCELLED', scheduledTime, attempt: 0 })
    const hearing = await bench.listen(CHANNELS.dispatch)
    expect(await retryExecutions(bench.db, [row])).toEqual([row.id])
    expect(await bench.execution(row)).toMatchObject({
      waitingFor: 'time',
      readyAt: null,
      runAt: scheduledTime,
      retryCount: 0,
    })
    await hearing.until(1)
  })
})

describe('deleteExecutions', () => {
  test('deletes PENDING and final ones with their attempts and logs, never a RUNNING one', async () => {
    const failed = await bench.anExecution({ status: 'RUNNING' })
    await failExecutions(bench.db, [
      {
        ...failed,
        outcome: 'FAILED',
        reason: 'HANDLER_ERROR',
        message: 'no',
        stack: null,
        retryDelayMs: null,
      },
    ])
    const pending = await bench.anExecution()
    const running = await bench.anExecution({ status: 'RUNNING' })
    const log = {
      attempt: 1,
      line: 1,
      loggedAt: new Date(),
      level: 'info' as const,
      message: 'x',
      fields: null,
    }
    for (const row of [failed, running]) {
      await appendLogs(bench.db, [{ ...log, id: row.id, scheduledTime: row.scheduledTime }])
    }
    const deleted = await deleteExecutions(bench.db, [failed, pending, running])
    expect(deleted.sort()).toEqual(idsOf([failed, pending]))
    expect(idsOf(await bench.executions())).toEqual([running.id])
    expect(await listAttempts(bench.db, failed)).toEqual([])
    expect(await lastLogs(bench.db, failed, 1)).toEqual([])
    expect(await lastLogs(bench.db, running, 1)).toHaveLength(1)
  })
})

describe('getExecution', () => {
  test('gives an execution with its cron’s name, also when the cron is gone', async () => {
    const cron = await bench.aCron({ name: 'nightly' })
    const slot = await bench.anExecution({ jobId: cron.id })
    const job = await bench.anExecution()
    expect(await getExecution(bench.db, slot.id)).toMatchObject({ id: slot.id, cronName: 'nightly' })
    expect(await getExecution(bench.db, job.id)).toMatchObject({ id: job.id, cronName: null })
    await expect(getExecution(bench.db, 999_999)).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' })
  })
})
