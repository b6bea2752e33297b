import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { FlakyProxy } from './support/FlakyProxy.ts'
import { until } from './support/until.ts'
import { isAlive, WorkerBench } from './support/WorkerBench.ts'

let bench: WorkerBench
beforeAll(async () => {
  bench = await WorkerBench.open()
})
afterAll(() => bench.close())
afterEach(() => bench.clear())

const workers = async () =>
  (await bench.db.query<{ status: string; running: number }>('SELECT * FROM workers')).rows

describe('SIGTERM', () => {
  test('of an idle worker ends it at once: exit 0, signed off', async () => {
    const worker = bench.spawn()
    await until('it started', () => worker.output().includes('"worker started"'))
    const startedAt = performance.now()
    worker.child.kill('SIGTERM')
    expect(await worker.exited).toEqual({ code: 0, signal: null })
    expect(performance.now() - startedAt).toBeLessThan(2_000)
    expect(await workers()).toMatchObject([{ status: 'STOPPED', running: 0 }])
  })

  test('lets what is short finish, claims nothing new, gives the rest back without costing a retry', async () => {
    const gate = bench.aGate()
    const never = bench.aGate()
    const worker = bench.spawn({
      JOBU_WORKER_SHUTDOWN_TIMEOUT_SECONDS: '2',
      JOBU_WORKER_POLL_INTERVAL_SECONDS: '0.2',
    })
    const [short, long, stubborn, apart] = await bench.enqueue(
      { handlerName: 'gated', params: { gate } },
      { handlerName: 'cooperative', maxRetry: 2 },
      { handlerName: 'stubborn', params: { gate: never }, maxRetry: 2 },
      { handlerName: 'spinning-process', params: { ms: 60_000 }, maxRetry: 2 },
    )
    const notes = await bench.notesOnce(4)
    const pids = notes.flatMap(({ pid, child_pid }) => (pid === null ? [] : [pid, child_pid!]))
    expect(pids).toHaveLength(2)

    const startedAt = performance.now()
    worker.child.kill('SIGTERM')
    await until('it is draining', () => worker.output().includes('"service stopping"'))
    const [late] = await bench.enqueue({ handlerName: 'noting' })
    bench.openGate(gate)
    expect(await bench.final(short!)).toMatchObject({ status: 'SUCCESS', attempt: 1 })

    expect(await worker.exited).toEqual({ code: 0, signal: null })
    const tookMs = performance.now() - startedAt
    expect(tookMs).toBeGreaterThanOrEqual(2_000)
    expect(tookMs).toBeLessThan(4_500)
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
    expect(await bench.execution(late!)).toMatchObject({ status: 'PENDING', attempt: 0 })
    expect(await workers()).toMatchObject([{ status: 'STOPPED', running: 0 }])
    expect(pids.some(isAlive)).toBe(false)

    // Another one takes over at once.
    bench.openGate(never)
    await bench.start()
    expect(await bench.final(stubborn!)).toMatchObject({ status: 'SUCCESS', attempt: 2, retryCount: 0 })
  })

  test('while draining it is DRAINING to all, and its leases are kept', async () => {
    const gate = bench.aGate()
    const worker = bench.spawn({ JOBU_WORKER_LEASE_SECONDS: '1', JOBU_WORKER_HEARTBEAT_SECONDS: '0.3' })
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
    const worker = bench.spawn({ JOBU_WORKER_SHUTDOWN_TIMEOUT_SECONDS: '60' })
    const [id] = await bench.enqueue({ handlerName: 'cooperative' })
    await bench.notesOnce(1)
    worker.child.kill('SIGTERM')
    await until('it is draining', () => worker.output().includes('"service stopping"'))
    await bench.db.query('UPDATE job_executions SET cancel_requested_at = now() WHERE id = $1', [id])
    expect((await bench.final(id!, 3_000)).status).toBe('CANCELLED')
    expect(await worker.exited).toEqual({ code: 0, signal: null })
  })

  test('ends in time also when the database does not answer any more', async () => {
    const proxy = await FlakyProxy.open(bench.bench.url)
    try {
      const worker = bench.spawn({ DATABASE_URL: proxy.url, JOBU_WORKER_SHUTDOWN_TIMEOUT_SECONDS: '1' })
      await bench.enqueue({ handlerName: 'cooperative' })
      await bench.notesOnce(1)
      proxy.mute(() => true)
      const startedAt = performance.now()
      worker.child.kill('SIGTERM')
      await worker.exited
      expect(performance.now() - startedAt).toBeLessThan(20_000)
    } finally {
      await bench.clear()
      await proxy.close()
    }
  })

  test('twice ends it at once', async () => {
    const worker = bench.spawn({ JOBU_WORKER_SHUTDOWN_TIMEOUT_SECONDS: '60' })
    await bench.enqueue({ handlerName: 'cooperative' })
    await bench.notesOnce(1)
    worker.child.kill('SIGTERM')
    await until('it is draining', () => worker.output().includes('"service stopping"'))
    worker.child.kill('SIGTERM')
    expect(await worker.exited).toEqual({ code: 130, signal: null })
  })
})
