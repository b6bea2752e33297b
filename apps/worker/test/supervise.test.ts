import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { CHANNELS, cancelExecutions } from '@jobu/db'
import { until } from '../../../test/support/until.ts'
import { isAlive, WorkerBench } from './support/WorkerBench.ts'

let bench: WorkerBench
beforeAll(async () => {
  bench = await WorkerBench.open()
})
afterAll(() => bench.close())
afterEach(() => bench.clear())

async function cancel(id: number): Promise<void> {
  const { scheduledTime } = await bench.execution(id)
  await cancelExecutions(bench.db, [{ id, scheduledTime }], 'somebody')
}

/** As `cancel`, but nobody is told: the NOTIFY is lost. */
async function cancelInSilence(id: number): Promise<void> {
  await bench.db.query(
    `UPDATE job_executions SET cancel_requested_at = now(), reason = 'CANCELLED_BY_USER' WHERE id = $1`,
    [id],
  )
}

/** The noted child processes, once they are gone. */
async function untilGone(): Promise<void> {
  const pids = (await bench.notes()).flatMap(({ pid, child_pid }) => [pid!, child_pid!])
  expect(pids.length).toBeGreaterThan(0)
  await until('its processes are gone', () => !pids.some(isAlive))
}

/** What the worker says where the grace had to end it. */
const UNHEEDED = 'handler did not stop in time, settled without it'

describe('a timeout', () => {
  test('of a handler that heeds its signal ends it at once, as TIMEOUT', async () => {
    await bench.start({ abort_grace_ms: 60_000 })
    const row = await bench.run({ handlerName: 'cooperative', timeoutSeconds: 1 })
    expect(row).toMatchObject({ status: 'TIMEOUT', reason: 'TIMEOUT', errorMessage: 'timed out after 1 s' })
    expect(row.finishedAt!.getTime() - row.startedAt!.getTime()).toBeGreaterThanOrEqual(990)
    expect(bench.logged.map(({ message }) => message)).not.toContain(UNHEEDED)
  })

  test('of a handler that ignores it is TIMEOUT after the grace; its slot is free once it really ends', async () => {
    const gate = bench.aGate()
    await bench.start({ pool_size: 1, abort_grace_ms: 200 })
    const row = await bench.run({ handlerName: 'stubborn', params: { gate }, timeoutSeconds: 1 })
    expect(row).toMatchObject({ status: 'TIMEOUT', reason: 'TIMEOUT', result: null })
    expect(bench.logged.map(({ message }) => message)).toContain(UNHEEDED)
    const [next] = await bench.enqueue({ handlerName: 'noting' })
    expect((await bench.execution(next!)).status).toBe('PENDING')
    bench.openGate(gate)
    await bench.final(next!)
    // What it returned after all changes nothing.
    expect(await bench.execution(row.id)).toMatchObject({ status: 'TIMEOUT', result: null })
  })

  test('is tried again like a failure', async () => {
    await bench.start({ abort_grace_ms: 100 })
    const row = await bench.run({
      handlerName: 'cooperative',
      timeoutSeconds: 1,
      maxRetry: 1,
      retryDelaySeconds: 0,
    })
    expect(row).toMatchObject({ status: 'TIMEOUT', attempt: 2, retryCount: 1 })
    expect((await bench.attempts(row.id)).map((one) => one.outcome)).toEqual(['TIMEOUT', 'TIMEOUT'])
  })

  test("of the handler counts where the execution has none; the execution's own wins", async () => {
    const folder = bench.handlersFolder({
      'hasty.mjs': `import { setTimeout as pause } from 'node:timers/promises'
        export const hasty = { name: 'hasty', timeoutSeconds: 0.3, run: (_, ctx) => pause(700, 'done', { signal: ctx.signal }) }`,
    })
    await bench.start({ handlers_path: [folder] })
    const [own, given] = await bench.enqueue(
      { handlerName: 'hasty' },
      { handlerName: 'hasty', timeoutSeconds: 600 },
    )
    expect((await bench.final(own!)).status).toBe('TIMEOUT')
    expect(await bench.final(given!)).toMatchObject({ status: 'SUCCESS', result: 'done' })
  })

  test('a handler that stops without a word after its signal has not succeeded', async () => {
    const folder = bench.handlersFolder({
      'silent.mjs': `export const silent = { name: 'silent', run: (_, ctx) =>
        new Promise((stop) => ctx.signal.addEventListener('abort', () => stop('as if it were done'))) }`,
    })
    await bench.start({ handlers_path: [folder], abort_grace_ms: 60_000 })
    const row = await bench.run({ handlerName: 'silent', timeoutSeconds: 1 })
    expect(row).toMatchObject({ status: 'TIMEOUT', result: null })
  })
})

describe('a cancel', () => {
  test('of a PENDING execution is done at once, and no worker runs it', async () => {
    const [id] = await bench.enqueue({ handlerName: 'noting' })
    await cancel(id!)
    expect(await bench.execution(id!)).toMatchObject({ status: 'CANCELLED', reason: 'CANCELLED_BY_USER' })
    await bench.start({ poll_interval_seconds: 0.1 })
    await bench.run({ handlerName: 'noting' })
    expect(await bench.notes()).toHaveLength(1)
  })

  test.each([
    ['a handler that heeds its signal', 'cooperative'],
    ['a handler that spins in a process', 'spinning-process'],
    ['a handler that spins in a thread', 'spinning-thread'],
    ['a handler that ignores its signal', 'stubborn'],
  ])('of %s ends it', async (_, handlerName) => {
    await bench.start({ poll_interval_seconds: 3_600 })
    const [id] = await bench.enqueue({ handlerName, params: { ms: 600_000, gate: bench.aGate() } })
    await bench.notesOnce(1)
    await cancel(id!)
    const row = await bench.final(id!)
    expect(row).toMatchObject({ status: 'CANCELLED', reason: 'CANCELLED_BY_USER' })
    expect(await bench.attempts(id!)).toMatchObject([{ outcome: 'CANCELLED' }])
    if (handlerName === 'spinning-process') await untilGone()
  })

  test('is brought by its NOTIFY alone, whatever the poll may find', async () => {
    await bench.untilListening(await bench.start({ poll_interval_seconds: 3_600 }))
    const [id] = await bench.enqueue({ handlerName: 'cooperative' })
    await bench.notesOnce(1)
    await bench.db.query('SELECT pg_notify($1, $2)', [CHANNELS.cancel, String(id)])
    expect((await bench.final(id!)).status).toBe('CANCELLED')
  })

  test('is not lost with its NOTIFY: the poll finds it', async () => {
    await bench.start({ poll_interval_seconds: 3_600 })
    const [id] = await bench.enqueue({ handlerName: 'cooperative' })
    await bench.notesOnce(1)
    await cancelInSilence(id!)
    expect((await bench.final(id!)).status).toBe('CANCELLED')
  })

  test('wins over a retry that the attempt would have earned', async () => {
    await bench.start()
    const [id] = await bench.enqueue({ handlerName: 'cooperative', maxRetry: 5, retryDelaySeconds: 0 })
    await bench.notesOnce(1)
    await cancel(id!)
    expect(await bench.final(id!)).toMatchObject({ status: 'CANCELLED', attempt: 1 })
  })

  test('asked for again after it was retried runs into the new attempt only', async () => {
    await bench.start()
    const [id] = await bench.enqueue({ handlerName: 'cooperative' })
    await bench.notesOnce(1)
    await cancel(id!)
    await bench.final(id!)
    await bench.db.query(
      `UPDATE job_executions SET status = 'PENDING', ready_at = now(), finished_at = NULL, started_at = NULL, worker_id = NULL, reason = NULL
       WHERE id = $1`,
      [id],
    )
    await bench.db.query(`SELECT pg_notify('jobu_work', 'default')`)
    await bench.notesOnce(2)
    expect(await bench.execution(id!)).toMatchObject({ status: 'RUNNING', attempt: 2 })
    await cancel(id!)
    expect(await bench.final(id!)).toMatchObject({ status: 'CANCELLED', attempt: 2 })
  })
})
