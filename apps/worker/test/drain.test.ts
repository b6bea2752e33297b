import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { until } from '../../../test/support/until.ts'
import { FlakyProxy } from './support/FlakyProxy.ts'
import { isAlive, WorkerBench } from './support/WorkerBench.ts'

let bench: WorkerBench
beforeAll(async () => {
  bench = await WorkerBench.open()
})
afterAll(() => bench.close())
afterEach(() => bench.clear())

const workers = async () =>
  (await bench.db.query<{ status: string; running: number }>('SELECT * FROM workers')).rows

/** Nothing that a test sees is done because the time to finish was over. */
const NO_TIMEOUT = { JOBU_WORKER_SHUTDOWN_TIMEOUT_SECONDS: '3600' }

describe('SIGTERM', () => {
  test('of an idle worker ends it at once: exit 0, signed off', async () => {
    const worker = bench.spawn(NO_TIMEOUT)
    await until('it started', () => worker.output().includes('"worker started"'))
    worker.child.kill('SIGTERM')
    expect(await worker.exited).toEqual({ code: 0, signal: null })
    expect(await workers()).toMatchObject([{ status: 'STOPPED', running: 0 }])
  })

  test('lets what runs finish, claims nothing new, and ends with the last of it', async () => {
    const gate = bench.aGate()
    const worker = bench.spawn({ ...NO_TIMEOUT, JOBU_WORKER_POLL_INTERVAL_SECONDS: '0.2' })
    const [short] = await bench.enqueue({ handlerName: 'gated', params: { gate } })
    await bench.notesOnce(1)
    worker.child.kill('SIGTERM')
    await until('it is draining', () => worker.output().includes('"service stopping"'))
    const [late] = await bench.enqueue({ handlerName: 'noting' })
    bench.openGate(gate)
    expect(await worker.exited).toEqual({ code: 0, signal: null })
    expect(await bench.execution(short!)).toMatchObject({ status: 'SUCCESS', attempt: 1 })
    expect(await bench.execution(late!)).toMatchObject({ status: 'PENDING', attempt: 0 })
    expect(await workers()).toMatchObject([{ status: 'STOPPED', running: 0 }])
  })

  test('gives back what does not finish in time, without costing a retry', async () => {
    const never = bench.aGate()
    const worker = bench.spawn({ JOBU_WORKER_SHUTDOWN_TIMEOUT_SECONDS: '1' })
    const [long, stubborn, apart] = await bench.enqueue(
      { handlerName: 'cooperative', maxRetry: 2 },
      { handlerName: 'stubborn', params: { gate: never }, maxRetry: 2 },
      { handlerName: 'spinning-process', params: { ms: 600_000 }, maxRetry: 2 },
    )
    const notes = await bench.notesOnce(3)
    const pids = notes.flatMap(({ pid, child_pid }) => (pid === null ? [] : [pid, child_pid!]))
    expect(pids).toHaveLength(2)

    const startedAt = performance.now()
    worker.child.kill('SIGTERM')
    expect(await worker.exited).toEqual({ code: 0, signal: null })
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1_000)
    for (const id of [long, stubborn, apart]) {
      expect(await bench.execution(id!)).toMatchObject({
        status: 'PENDING',
        attempt: 1,
        retryCount: 0,
        workerId: null,
        reason: 'DRAINED',
      })
      expect(await bench.attempts(id!)).toMatchObject([{ outcome: 'RELEASED', reason: 'DRAINED' }])
    }
    expect(await workers()).toMatchObject([{ status: 'STOPPED', running: 0 }])
    expect(pids.some(isAlive)).toBe(false)

    // Another one takes over at once.
    bench.openGate(never)
    await bench.start()
    expect(await bench.final(stubborn!)).toMatchObject({ status: 'SUCCESS', attempt: 2, retryCount: 0 })
  })

  test('while draining it is DRAINING to all, and its leases are kept', async () => {
    const gate = bench.aGate()
    const worker = bench.spawn({
      ...NO_TIMEOUT,
      JOBU_WORKER_LEASE_SECONDS: '1',
      JOBU_WORKER_HEARTBEAT_SECONDS: '0.3',
    })
    const [id] = await bench.enqueue({ handlerName: 'gated', params: { gate } })
    await bench.notesOnce(1)
    worker.child.kill('SIGTERM')
    await until('it is DRAINING', async () => (await workers())[0]?.status === 'DRAINING')
    const { leaseExpiresAt } = await bench.execution(id!)
    await bench.executionOnce(id!, (row) => row.leaseExpiresAt!.getTime() > leaseExpiresAt!.getTime() + 1_000)
    bench.openGate(gate)
    expect(await worker.exited).toEqual({ code: 0, signal: null })
    expect(await bench.execution(id!)).toMatchObject({ status: 'SUCCESS', attempt: 1 })
  })

  test('a cancel is heeded while draining', async () => {
    const worker = bench.spawn(NO_TIMEOUT)
    const [id] = await bench.enqueue({ handlerName: 'cooperative' })
    await bench.notesOnce(1)
    worker.child.kill('SIGTERM')
    await until('it is draining', () => worker.output().includes('"service stopping"'))
    await bench.db.query('UPDATE job_executions SET cancel_requested_at = now() WHERE id = $1', [id])
    expect((await bench.final(id!)).status).toBe('CANCELLED')
    expect(await worker.exited).toEqual({ code: 0, signal: null })
  })

  test('ends in time also when the database does not answer any more', async () => {
    const proxy = await FlakyProxy.open(bench.bench.url)
    try {
      const worker = bench.spawn({ DATABASE_URL: proxy.url, JOBU_WORKER_SHUTDOWN_TIMEOUT_SECONDS: '1' })
      await bench.enqueue({ handlerName: 'cooperative' })
      await bench.notesOnce(1)
      proxy.mute(() => true)
      worker.child.kill('SIGTERM')
      // Nothing answers before the test ends: without bounds of its own it would never exit.
      await worker.exited
    } finally {
      await bench.clear()
      await proxy.close()
    }
  })

  test('twice ends it at once', async () => {
    const worker = bench.spawn(NO_TIMEOUT)
    await bench.enqueue({ handlerName: 'cooperative' })
    await bench.notesOnce(1)
    worker.child.kill('SIGTERM')
    await until('it is draining', () => worker.output().includes('"service stopping"'))
    worker.child.kill('SIGTERM')
    expect(await worker.exited).toEqual({ code: 130, signal: null })
  })
})
