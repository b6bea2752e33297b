import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { reapExpiredLeases } from '@jobu/dispatcher'
import { until } from '../../../test/support/until.ts'
import { FlakyProxy } from './support/FlakyProxy.ts'
import { WorkerBench } from './support/WorkerBench.ts'

let bench: WorkerBench
beforeAll(async () => {
  bench = await WorkerBench.open()
})
afterAll(() => bench.close())
afterEach(() => bench.clear())

const SHORT_LEASE = { lease_seconds: 1, heartbeat_seconds: 0.3 }
const SHORT_LEASE_ENV = { JOBU_WORKER_LEASE_SECONDS: '1', JOBU_WORKER_HEARTBEAT_SECONDS: '0.3' }

/** Reaps all the while, as a dispatcher does. */
function reaping(): () => Promise<number> {
  let isOver = false
  let reaped = 0
  const done = (async () => {
    while (!isOver) {
      reaped += await reapExpiredLeases(bench.db)
      await pause(50)
    }
  })()
  return async () => {
    isOver = true
    await done
    return reaped
  }
}

describe('the heartbeat', () => {
  test('renews the lease of a handler that spins again and again: one attempt, SUCCESS', async () => {
    bench.spawn({ JOBU_WORKER_LEASE_SECONDS: '60', JOBU_WORKER_HEARTBEAT_SECONDS: '0.3' })
    const gate = bench.aGate()
    const params = { ms: 600_000, gate }
    const [id] = await bench.enqueue({ handlerName: 'spinning', params, maxRetry: 3, retryDelaySeconds: 0 })
    await bench.notesOnce(1)
    for (let renewals = 0; renewals < 4; renewals++) {
      const { leaseExpiresAt } = await bench.execution(id!)
      await bench.executionOnce(id!, (row) => row.leaseExpiresAt! > leaseExpiresAt!)
    }
    bench.openGate(gate)
    expect(await bench.final(id!)).toMatchObject({ status: 'SUCCESS', attempt: 1, result: { spun: 600_000 } })
  })

  test('of a worker whose process is stopped ends with it: the lease expires and another attempt runs', async () => {
    const stopped = bench.spawn(SHORT_LEASE_ENV)
    const [id] = await bench.enqueue({ handlerName: 'cooperative', maxRetry: 3, retryDelaySeconds: 0 })
    await bench.notesOnce(1)
    stopped.child.kill('SIGSTOP')
    const stopReaping = reaping()
    await bench.executionOnce(id!, (row) => row.status === 'PENDING' && row.retryCount === 1)
    await stopReaping()
    expect(await bench.attempts(id!)).toMatchObject([{ outcome: 'FAILED', reason: 'WORKER_LOST' }])
    await bench.start()
    await bench.notesOnce(2)
    stopped.child.kill('SIGCONT')
    // It finds its token refused, and its handler told; nothing of it reaches the row.
    await until('its handler is told', () => stopped.output().includes('"lease lost"'))
    expect(await bench.execution(id!)).toMatchObject({ status: 'RUNNING', attempt: 2 })
  })

  test('ends a handler that spins past its timeout: TIMEOUT, its process killed, what else ran there given back', async () => {
    const gate = bench.aGate()
    const worker = bench.spawn({ ...SHORT_LEASE_ENV, JOBU_WORKER_ABORT_GRACE_MS: '100' })
    const [other] = await bench.enqueue({ handlerName: 'gated', params: { gate }, maxRetry: 1 })
    await bench.notesOnce(1)
    const [spinning] = await bench.enqueue({
      handlerName: 'spinning-at-once',
      params: { ms: 600_000 },
      timeoutSeconds: 1,
    })
    expect(await worker.exited).toMatchObject({ signal: 'SIGKILL' })
    expect(await bench.execution(spinning!)).toMatchObject({ status: 'TIMEOUT', reason: 'TIMEOUT' })
    expect(await bench.attempts(spinning!)).toMatchObject([{ outcome: 'TIMEOUT' }])
    expect(await bench.execution(other!)).toMatchObject({ status: 'PENDING', retryCount: 0 })
    expect(await bench.attempts(other!)).toMatchObject([{ outcome: 'RELEASED', reason: 'DRAINED' }])
    bench.openGate(gate)
    await bench.start()
    expect(await bench.final(other!)).toMatchObject({ status: 'SUCCESS', attempt: 2 })
  })

  test('tells a handler whose lease was taken: its signal aborts, its result is refused, the second attempt stands', async () => {
    const gate = bench.aGate()
    const folder = bench.handlersFolder({
      'losing.mjs': `import { existsSync } from 'node:fs'
        import { setTimeout as pause } from 'node:timers/promises'
        export const losing = { name: 'losing', async run({ gate }, ctx) {
          if (ctx.attempt > 1) return { attempt: ctx.attempt }
          await ctx.getConnection().query('INSERT INTO notes (execution_id, attempt) VALUES (1, 1)')
          while (!ctx.signal.aborted) await pause(5)
          await ctx.getConnection().query('INSERT INTO notes (execution_id, attempt) VALUES ($1, 2)', [ctx.signal.reason.code === 'LEASE_LOST' ? 1 : 0])
          return { attempt: 1 }
        } }`,
    })
    await bench.start({ ...SHORT_LEASE, handlers_path: [folder], pool_size: 1, abort_grace_ms: 60_000 })
    const [id] = await bench.enqueue({
      handlerName: 'losing',
      params: { gate },
      maxRetry: 1,
      retryDelaySeconds: 0,
    })
    await bench.notesOnce(1)
    await bench.reapAll()
    const [, told] = await bench.notesOnce(2)
    expect(told).toMatchObject({ execution_id: 1 })
    expect(await bench.final(id!)).toMatchObject({ status: 'SUCCESS', result: { attempt: 2 }, attempt: 2 })
  })

  test('tells the lost attempt also when the same worker runs the next one', async () => {
    await bench.start({ ...SHORT_LEASE, pool_size: 2, abort_grace_ms: 100 })
    const gate = bench.aGate()
    const [id] = await bench.enqueue({
      handlerName: 'gated',
      params: { gate },
      maxRetry: 1,
      retryDelaySeconds: 0,
    })
    await bench.notesOnce(1)
    await bench.reapAll()
    await bench.notesOnce(2)
    // One of the two is gone when a third finds a slot.
    const third = await bench.run({ handlerName: 'echo' })
    expect(third.status).toBe('SUCCESS')
    expect(await bench.execution(id!)).toMatchObject({ status: 'RUNNING', attempt: 2 })
    bench.openGate(gate)
    expect(await bench.final(id!)).toMatchObject({ status: 'SUCCESS', attempt: 2 })
    expect(bench.logged.filter((line) => line.level === 'error')).toEqual([])
  })

  test('a result that comes after the lease was reaped is refused and changes nothing', async () => {
    const gate = bench.aGate()
    // No beat comes in time to tell it.
    await bench.start({ lease_seconds: 300, heartbeat_seconds: 100 })
    await bench.untilBeat()
    const [id] = await bench.enqueue({ handlerName: 'gated', params: { gate } })
    await bench.notesOnce(1)
    await bench.reapAll()
    const reaped = await bench.execution(id!)
    expect(reaped).toMatchObject({ status: 'FAILED', reason: 'WORKER_LOST' })
    bench.openGate(gate)
    await until('the refusal', () =>
      bench.logged.find((line) => line.message === 'outcome refused: lease lost'),
    )
    expect(await bench.execution(id!)).toEqual(reaped)
  })

  test.each([
    ['success', false],
    ['failure', true],
  ])('a %s that comes while a second attempt runs is refused: the token is old', async (_, fails) => {
    const gates = [bench.aGate(), bench.aGate()]
    const folder = bench.handlersFolder({
      'two.mjs': `import { existsSync } from 'node:fs'
        import { setTimeout as pause } from 'node:timers/promises'
        export const two = { name: 'two', async run({ gates, fails }, ctx) {
          await ctx.getConnection().query('INSERT INTO notes (execution_id, attempt) VALUES ($1, $2)', [ctx.execution.id, ctx.attempt])
          while (!existsSync(gates[ctx.attempt - 1])) await pause(5)
          if (fails && ctx.attempt === 1) throw new Error('too late')
          return ctx.attempt
        } }`,
    })
    await bench.start({ handlers_path: [folder], lease_seconds: 300, heartbeat_seconds: 100 })
    await bench.untilBeat()
    const [id] = await bench.enqueue({
      handlerName: 'two',
      params: { gates, fails },
      maxRetry: 5,
      retryDelaySeconds: 0,
    })
    await bench.notesOnce(1)
    await bench.reapAll()
    await bench.notesOnce(2)
    bench.openGate(gates[0]!)
    await until('the refusal', () =>
      bench.logged.find((line) => line.message === 'outcome refused: lease lost'),
    )
    expect(await bench.execution(id!)).toMatchObject({ status: 'RUNNING', attempt: 2, retryCount: 1 })
    bench.openGate(gates[1]!)
    expect(await bench.final(id!)).toMatchObject({ status: 'SUCCESS', attempt: 2, result: 2 })
    expect((await bench.attempts(id!)).map(({ reason }) => reason)).toEqual(['WORKER_LOST'])
  })

  test('goes on over a new connection when its own goes silent', async () => {
    const proxy = await FlakyProxy.open(bench.bench.url)
    try {
      await bench.start({ lease_seconds: 60, heartbeat_seconds: 0.5 }, { url: proxy.url })
      const [id] = await bench.enqueue({ handlerName: 'cooperative' })
      await bench.notesOnce(1)
      const claimed = await bench.execution(id!)
      const { leaseExpiresAt: first } = await bench.executionOnce(
        id!,
        (row) => row.leaseExpiresAt! > claimed.leaseExpiresAt!,
      )
      proxy.mute((name) => name.endsWith('-heartbeat'))
      // What was under way may yet have been done; the one after that goes over another connection.
      const { leaseExpiresAt: second } = await bench.executionOnce(id!, (row) => row.leaseExpiresAt! > first!)
      const { leaseExpiresAt: third } = await bench.executionOnce(id!, (row) => row.leaseExpiresAt! > second!)
      // Seconds, where a connection that is waited for without a bound stays silent for good.
      expect(third!.getTime() - first!.getTime()).toBeLessThan(60_000)
    } finally {
      await bench.clear()
      await proxy.close()
    }
  })

  test('whose connection is killed goes on over another one', async () => {
    const worker = await bench.start({ lease_seconds: 3, heartbeat_seconds: 0.3 })
    const [id] = await bench.enqueue({ handlerName: 'cooperative' })
    await bench.notesOnce(1)
    const kill = () =>
      bench.db.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [
        `${worker.id}-heartbeat`,
      ])
    const { leaseExpiresAt } = await bench.execution(id!)
    await kill()
    await bench.executionOnce(id!, (row) => row.leaseExpiresAt! > leaseExpiresAt!)
    expect(await bench.execution(id!)).toMatchObject({ status: 'RUNNING', attempt: 1 })
  })
})
