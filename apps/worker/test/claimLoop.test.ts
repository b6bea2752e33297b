import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { ClaimedExecution, ClaimOptions, Database } from '@jobu/db'
import { createLogger } from '@jobu/runtime'
import { ClaimLoop, WorkerMetrics, workerSchema } from '@jobu/worker'
import type { z } from 'zod'
import { until } from '../../../test/support/until.ts'
import { aClaim } from './support/aClaim.ts'

/** What a claim asked for, and when by the clock of the test. */
interface Asked {
  at: number
  limit: number
  isSweep: boolean
}

/** More claims than any test here has a reason for: a loop that does not sleep ends at them. */
const MOST_CLAIMS = 1_000

/** The loop's clock and its sleeps are the test's; what it awaits beside them goes on as always. */
beforeEach(() => {
  jest.useFakeTimers({
    doNotFake: [
      'Date',
      'nextTick',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
    ],
  })
})
let stop = async () => {}
afterEach(async () => {
  await stop()
  jest.useRealTimers()
})

/** Lets this much time pass, and whatever comes of it happen. */
const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms)

/** A loop on a database that answers claims with `answer`, and what came of it. */
function aLoop(options: {
  config?: z.input<typeof workerSchema>
  room?: () => number
  answer?: (asked: Asked) => Promise<ClaimedExecution[]>
  release?: () => Promise<number[]>
}) {
  const asked: Asked[] = []
  const claimed: ClaimedExecution[] = []
  let released = 0
  const query = async ({ name, values }: { name?: string; values: unknown[] }) => {
    if (name === 'readyQueues') return { rows: [{ queue: 'default' }] }
    if (name !== 'claimExecutions') {
      released++
      return { rows: (await (options.release?.() ?? [])).map((id) => ({ id })) }
    }
    const scheduledFrom = values[7] as ClaimOptions['scheduledFrom'] | '-infinity'
    const one = { at: performance.now(), limit: Number(values[2]), isSweep: scheduledFrom === '-infinity' }
    asked.push(one)
    if (asked.length > MOST_CLAIMS) throw new Error('the loop does not sleep')
    return { rows: (await options.answer?.(one)) ?? [] }
  }
  const loop = new ClaimLoop({
    db: { query } as unknown as Database,
    config: workerSchema.parse(options.config ?? {}),
    metrics: new WorkerMetrics(['echo']),
    logger: createLogger('worker', { JOBU_LOG_LEVEL: 'silent' }),
    workerId: 'worker-1',
    handlers: ['echo'],
    room: options.room ?? (() => 20),
    heldIds: () => claimed.map(({ id }) => id),
    onClaimed: (rows) => claimed.push(...rows),
  })
  stop = () => loop.stop()
  loop.start()
  return { loop, asked, claimed, releases: () => released }
}

const asMany = async ({ limit }: Asked) => Array.from({ length: limit }, (_, id) => aClaim({ id: id + 1 }))

describe('ClaimLoop', () => {
  test('the first claim is a sweep; with nothing found the next one comes after the poll interval, a sweep again', async () => {
    const { asked } = aLoop({ config: { poll_interval_seconds: 7 } })
    await pass(15_000)
    const [first] = asked
    expect(asked).toEqual([0, 7_000, 14_000].map((ms) => ({ at: first!.at + ms, limit: 20, isSweep: true })))
  })

  test('while claims come back filled it goes on without waiting, and not by sweeps', async () => {
    let filled = 0
    const { asked } = aLoop({ answer: (one) => (++filled <= 5 ? asMany(one) : Promise.resolve([])) })
    await pass(0)
    expect(asked.map(({ isSweep }) => isSweep)).toEqual([true, false, false, false, false, false])
  })

  test('a notification of a queue it serves wakes it at once, one of another does not', async () => {
    const { loop, asked } = aLoop({ config: { poll_interval_seconds: 3_600, queues: ['a'] } })
    await pass(0)
    loop.notify('b')
    await pass(3_599_000)
    expect(asked).toHaveLength(1)
    loop.notify('a')
    await pass(0)
    expect(asked.slice(1)).toMatchObject([{ isSweep: false }])
  })

  test('a notification that arrives while a claim runs leads to another one', async () => {
    let answer = (_rows: ClaimedExecution[]) => {}
    const { loop, asked } = aLoop({
      config: { poll_interval_seconds: 3_600 },
      answer: () => new Promise((resolve) => (answer = resolve)),
    })
    await pass(0)
    expect(asked).toHaveLength(1)
    loop.notify('default')
    answer([])
    await pass(0)
    expect(asked).toHaveLength(2)
    answer([])
  })

  test('without a free slot it claims nothing, until one is free', async () => {
    let room = 0
    const { loop, asked } = aLoop({ config: { poll_interval_seconds: 1, pool_size: 3 }, room: () => room })
    await pass(60_000)
    expect(asked).toEqual([])
    room = 3
    loop.slotFreed()
    await pass(0)
    expect(asked).toMatchObject([{ limit: 3 }])
  })

  test('a claim asks for no more than the batch size', async () => {
    const { asked } = aLoop({ config: { claim_batch_size: 7 } })
    await pass(0)
    expect(asked).toMatchObject([{ limit: 7 }])
  })

  test('after a claim that failed it gives back what it does not hold, before it claims again', async () => {
    const events: string[] = []
    const { asked } = aLoop({
      config: { poll_interval_seconds: 3_600 },
      answer: async () => {
        events.push('claim')
        if (events.length === 1) throw new Error('Connection terminated unexpectedly')
        return []
      },
      release: async () => {
        events.push('release')
        return [1]
      },
    })
    await until('a second claim', () => asked.length === 2)
    expect(events).toEqual(['claim', 'release', 'claim'])
  })

  test('while giving back fails too it does not claim', async () => {
    let failures = 0
    const { asked, releases } = aLoop({
      answer: async () => {
        if (failures++ === 0) throw new Error('Connection terminated unexpectedly')
        return []
      },
      release: async () => {
        if (failures++ < 3) throw new Error('Connection terminated unexpectedly')
        return []
      },
    })
    await until('a second claim', () => asked.length >= 2)
    expect(releases()).toBe(3)
  })

  test('a sweep that takes long is made rarely, and polls in between go on', async () => {
    const { asked } = aLoop({
      config: { poll_interval_seconds: 0.1 },
      answer: async ({ isSweep }) => {
        if (isSweep) jest.advanceTimersByTime(60)
        return []
      },
    })
    await pass(2_600)
    // 60 ms of sweep pay for 1.2 s without one, and a poll comes every 0.1 s of them.
    const sweeps = asked.flatMap(({ isSweep }, index) => (isSweep ? [index] : []))
    expect(sweeps).toEqual([0, 12, 24])
    const since = asked.slice(1).map(({ at }, index) => at - asked[index]!.at)
    expect(since.slice(0, 13)).toEqual([160, ...Array(11).fill(100), 160])
  })

  test('stop ends a loop that sleeps, and no claim follows', async () => {
    const { loop, asked } = aLoop({ config: { poll_interval_seconds: 3_600 } })
    await pass(0)
    await loop.stop()
    loop.notify('default')
    await pass(7_200_000)
    expect(asked).toHaveLength(1)
  })
})
