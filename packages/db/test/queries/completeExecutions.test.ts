import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench, secondsAgo } from '../../../../test/support/builders.ts'
import { completeExecutions, Database, ensurePartitions, schema } from '../../src/index.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterEach(() => bench.clear())
afterAll(() => bench.close())

const deltas = () =>
  bench.db.db.select().from(schema.executionStatDeltas).orderBy(schema.executionStatDeltas.handlerName)

describe('completeExecutions', () => {
  test('makes held executions SUCCESS with their results and returns their ids', async () => {
    const one = await bench.anExecution({ status: 'RUNNING', errorMessage: 'of the try before', attempt: 2 })
    const two = await bench.anExecution({ status: 'RUNNING', cancelRequestedAt: new Date() })
    const written = await completeExecutions(bench.db, [
      { ...one, result: '{"sent":true}' },
      { ...two, result: 'null' },
    ])
    expect(written.sort()).toEqual([one.id, two.id])
    const row = await bench.execution(one)
    expect(row).toMatchObject({
      status: 'SUCCESS',
      result: { sent: true },
      leaseExpiresAt: null,
      errorMessage: null,
      reason: null,
      workerId: 'worker-1',
      attempt: 2,
    })
    expect(row.finishedAt!.getTime()).toBeGreaterThanOrEqual(row.startedAt!.getTime())
    expect((await bench.execution(two)).cancelRequestedAt).toBeNull()
  })

  test('a worker whose lease was reaped writes nothing, whatever became of the execution', async () => {
    const claimedAgain = await bench.anExecution({ status: 'RUNNING', attempt: 2, workerId: 'worker-2' })
    const retried = await bench.anExecution({ attempt: 1 })
    const failed = await bench.anExecution({ status: 'FAILED' })
    const before = await bench.executions()
    const stale = [claimedAgain, retried, failed].map((row) => ({ ...row, attempt: 1, result: '"stale"' }))
    expect(await completeExecutions(bench.db, stale)).toEqual([])
    expect(await bench.executions()).toEqual(before)
    expect(await deltas()).toEqual([])
  })

  test('writes those still held although others of the batch are lost', async () => {
    const held = await bench.anExecution({ status: 'RUNNING' })
    const lost = await bench.anExecution({ status: 'RUNNING', attempt: 2 })
    expect(
      await completeExecutions(
        bench.db,
        [lost, held].map((row) => ({ ...row, attempt: 1, result: '1' })),
      ),
    ).toEqual([held.id])
    expect((await bench.execution(lost)).status).toBe('RUNNING')
  })

  test('the same batch twice is written and counted once', async () => {
    const row = await bench.anExecution({ status: 'RUNNING' })
    expect(await completeExecutions(bench.db, [{ ...row, result: '1' }])).toEqual([row.id])
    expect(await completeExecutions(bench.db, [{ ...row, result: '2' }])).toEqual([])
    expect((await bench.execution(row)).result).toBe(1)
    expect(await deltas()).toHaveLength(1)
  })

  test('appends one statistics delta per cron and handler, with durations and lateness', async () => {
    const cron = await bench.aCron()
    const startedAt = secondsAgo(2)
    const runAt = secondsAgo(5)
    const rows = []
    for (const handlerName of ['echo', 'echo', 'http']) {
      rows.push(await bench.anExecution({ status: 'RUNNING', handlerName, startedAt, runAt }))
    }
    rows.push(
      await bench.anExecution({ status: 'RUNNING', handlerName: 'sql', jobId: cron.id, startedAt, runAt }),
    )
    await completeExecutions(
      bench.db,
      rows.map((row) => ({ ...row, result: '{}' })),
    )
    const written = await deltas()
    expect(written.map((delta) => [delta.handlerName, delta.jobId, delta.count, delta.status])).toEqual([
      ['echo', null, 2, 'SUCCESS'],
      ['http', null, 1, 'SUCCESS'],
      ['sql', cron.id, 1, 'SUCCESS'],
    ])
    for (const { count, durationsMs, latenessMs } of written) {
      expect(latenessMs).toEqual(Array(count).fill(startedAt.getTime() - runAt.getTime()))
      expect(durationsMs).toHaveLength(count)
      for (const duration of durationsMs!) expect(duration).toBeGreaterThanOrEqual(2_000)
    }
  })

  test('an execution that was due, or ran, for more than 24.8 days of milliseconds completes', async () => {
    const longAgo = secondsAgo(40 * 86_400)
    await ensurePartitions(bench.db, longAgo, longAgo)
    const late = await bench.anExecution({ status: 'RUNNING', scheduledTime: longAgo })
    const long = await bench.anExecution({ status: 'RUNNING', handlerName: 'sleep', startedAt: longAgo })
    const done = [late, long].map((row) => ({ ...row, result: '1' }))
    expect((await completeExecutions(bench.db, done)).sort()).toEqual([late.id, long.id])
    const [echo, sleep] = await deltas()
    expect(echo!.latenessMs).toEqual([2_147_483_647])
    expect(sleep!.durationsMs).toEqual([2_147_483_647])
  })

  test('executions of several months in one batch are all written', async () => {
    const times = [0, 20, 40].map((days) => secondsAgo(days * 86_400))
    await ensurePartitions(bench.db, times[2]!, times[0]!)
    const rows = []
    for (const scheduledTime of times) {
      rows.push(await bench.anExecution({ status: 'RUNNING', scheduledTime, runAt: new Date() }))
    }
    const done = await completeExecutions(
      bench.db,
      rows.map((row) => ({ ...row, result: '1' })),
    )
    expect(done).toHaveLength(3)
  })

  test('inside a handler’s own transaction, on a database with plain types, it commits with it', async () => {
    const plain = new Database({ url: bench.url })
    const row = await bench.anExecution({ status: 'RUNNING' })
    const rolledBack = plain.transactional({ label: 'handler' }, async (tx) => {
      expect(await completeExecutions(tx, [{ ...row, result: '1' }])).toEqual([row.id])
      throw new Error('no')
    })
    await expect(rolledBack).rejects.toThrow('no')
    expect((await bench.execution(row)).status).toBe('RUNNING')
    await plain.transactional({ label: 'handler' }, (tx) => completeExecutions(tx, [{ ...row, result: '1' }]))
    expect((await bench.execution(row)).status).toBe('SUCCESS')
    await plain.close()
  })
})
