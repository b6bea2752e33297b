import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { CHANNELS } from '@jobu/db'
import { WorkerBench } from './support/WorkerBench.ts'

let bench: WorkerBench
beforeAll(async () => {
  bench = await WorkerBench.open()
})
afterAll(() => bench.close())
afterEach(() => bench.clear())

/** No poll explains a claim within a test's time. */
const NO_POLL = { poll_interval_seconds: 3_600 }

const order = async () => (await bench.notes()).map((note) => note.execution_id)

describe('claims of a worker', () => {
  test('of more executions than pool_size, no more than pool_size run at once, and all of them run', async () => {
    const gate = bench.aGate()
    const jobs = Array.from({ length: 12 }, () => ({ handlerName: 'gated', params: { gate } }))
    await bench.enqueue(...jobs)
    await bench.start({ pool_size: 3 })
    await bench.notesOnce(3)
    // Whatever wakes the worker: three hold the pool.
    await bench.enqueue({ handlerName: 'gated', params: { gate } })
    await pause(100)
    expect((await bench.counts()).RUNNING).toBe(3)
    bench.openGate(gate)
    await bench.untilAll('SUCCESS', 13)
    const beside = (await bench.bench.executions()).map((row) => (row.result as { beside: number }).beside)
    expect(Math.max(...beside)).toBe(3)
  })

  test('the highest priority runs first, and of equal ones the longest ready', async () => {
    const priorities = [0, 5, -3, 0, 32_767, 5, -32_768]
    const ids = await bench.enqueue(...priorities.map((priority) => ({ handlerName: 'noting', priority })))
    await bench.start({ pool_size: 1 })
    await bench.untilAll('SUCCESS', 7)
    expect(await order()).toEqual([4, 1, 5, 0, 3, 2, 6].map((index) => ids[index]))
  })

  test('a high priority that comes later overtakes the backlog', async () => {
    const gate = bench.aGate()
    await bench.start({ pool_size: 1 })
    const [first] = await bench.enqueue({ handlerName: 'gated', params: { gate } })
    await bench.notesOnce(1)
    const second = bench.aGate()
    const backlog = await bench.enqueue(
      ...Array.from({ length: 30 }, (_, n) =>
        n === 3
          ? { handlerName: 'gated', params: { gate: second }, priority: 1 }
          : { handlerName: 'noting', priority: 1 },
      ),
    )
    bench.openGate(gate)
    await bench.notesOnce(5)
    const [urgent] = await bench.enqueue({ handlerName: 'noting', priority: 9 })
    bench.openGate(second)
    await bench.untilAll('SUCCESS', 32)
    expect(await order()).toEqual([first, ...backlog.slice(0, 4), urgent, ...backlog.slice(4)])
  })

  test('only the queues it serves are claimed', async () => {
    const [, other] = await bench.enqueue(
      { handlerName: 'noting', queue: 'mine' },
      { handlerName: 'noting', queue: 'others' },
    )
    await bench.start({ queues: ['mine'], poll_interval_seconds: 0.1 })
    await bench.untilAll('SUCCESS', 1)
    // Two more sweeps would have found it.
    await pause(250)
    expect(await bench.execution(other!)).toMatchObject({ status: 'PENDING', attempt: 0 })
  })

  test("'*' serves a queue nobody told of, found at the start, and a new one told by NOTIFY", async () => {
    const [before] = await bench.enqueue({ handlerName: 'noting', queue: 'older than the worker' })
    await bench.start(NO_POLL)
    await bench.final(before!)
    await bench.run({ handlerName: 'noting', queue: 'new' })
  })

  test('queues of one priority take turns: a backlog in one does not starve another', async () => {
    const backlog = Array.from({ length: 40 }, () => ({ handlerName: 'noting', queue: 'a' }))
    await bench.enqueue(...backlog)
    const [other] = await bench.enqueue({ handlerName: 'noting', queue: 'b' })
    await bench.start({ pool_size: 1, queues: ['a', 'b'] })
    await bench.untilAll('SUCCESS', 41)
    expect((await order()).indexOf(other!)).toBeLessThan(5)
  })

  test('a handler it does not have is left to others, and holds up nothing', async () => {
    const [unknown, known] = await bench.enqueue({ handlerName: 'not-here' }, { handlerName: 'noting' })
    await bench.start({ poll_interval_seconds: 0.1 })
    await bench.final(known!)
    await pause(250)
    expect((await bench.execution(unknown!)).status).toBe('PENDING')
  })

  test('an idle worker is woken by NOTIFY', async () => {
    const worker = await bench.start(NO_POLL)
    await bench.untilListening(worker)
    // The sweep that follows it is over.
    await pause(100)
    expect((await bench.run({ handlerName: 'noting' })).status).toBe('SUCCESS')
  })

  test('without any NOTIFY the poll finds the execution', async () => {
    await bench.start({ poll_interval_seconds: 0.2 })
    await pause(100)
    const { id } = await bench.bench.anExecution({ handlerName: 'noting' })
    expect((await bench.final(id)).status).toBe('SUCCESS')
  })

  test('one that became ready behind the cursor is found by the sweep', async () => {
    await bench.start(NO_POLL)
    await bench.run({ handlerName: 'noting' })
    const { id } = await bench.bench.anExecution({
      handlerName: 'noting',
      readyAt: new Date(Date.now() - 60_000),
    })
    // What makes a worker sweep at once; when it sweeps by itself is for the tests of ClaimLoop.
    await bench.db.query(`NOTIFY ${CHANNELS.scheduler}`)
    expect((await bench.final(id)).status).toBe('SUCCESS')
  })

  test('one scheduled more than a month ago is found by the sweep too', async () => {
    const long = new Date(Date.now() - 33 * 86_400_000)
    await bench.db.query('SELECT jobu_ensure_partitions($1, $1)', [long])
    const { id } = await bench.bench.anExecution({ handlerName: 'noting', scheduledTime: long })
    await bench.start(NO_POLL)
    expect((await bench.final(id)).status).toBe('SUCCESS')
  })

  test('two workers share what is ready: each execution runs once', async () => {
    await bench.start({ pool_size: 5 })
    await bench.start({ pool_size: 5 })
    const gate = bench.aGate()
    // Ten at once are more than one of them can hold.
    const gated = Array.from({ length: 10 }, () => ({ handlerName: 'gated', params: { gate }, priority: 1 }))
    const ids = await bench.enqueue(
      ...gated,
      ...Array.from({ length: 190 }, () => ({ handlerName: 'noting' })),
    )
    await bench.notesOnce(10)
    bench.openGate(gate)
    await bench.untilAll('SUCCESS', 200)
    expect((await order()).sort((a, b) => a - b)).toEqual(ids)
    const workers = new Set((await bench.bench.executions()).map((row) => row.workerId))
    expect(workers.size).toBe(2)
  })

  test('a deferred execution is not claimed before its time', async () => {
    const [id] = await bench.enqueue({ handlerName: 'noting', scheduledTime: new Date(Date.now() + 60_000) })
    await bench.start({ poll_interval_seconds: 0.1 })
    await pause(300)
    expect(await bench.execution(id!)).toMatchObject({ status: 'PENDING', attempt: 0, waitingFor: 'time' })
  })
})
