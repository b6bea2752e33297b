import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from '@jest/globals'
import type { ClaimedExecution, ClaimOptions, Database } from '@jobu/db'
import { createLogger } from '@jobu/runtime'
import { ClaimLoop, WorkerMetrics, workerSchema } from '@jobu/worker'
import type { z } from 'zod'
import { aClaim } from './support/aClaim.ts'
import { until } from './support/until.ts'

/** What a claim asked for. */
interface Asked {
  at: number
  limit: number
  isSweep: boolean
}

let stop = async () => {}
afterEach(() => stop())

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
    // Long beside what a claim takes on a busy machine: a sweep that took a tenth of it would not be followed by one.
    const { asked } = aLoop({ config: { poll_interval_seconds: 1 } })
    await until('three claims', () => asked.length >= 3)
    expect(asked.map(({ isSweep }) => isSweep)).toEqual([true, true, true])
    expect(asked[1]!.at - asked[0]!.at).toBeGreaterThanOrEqual(999)
  })

  test('while claims come back filled it goes on without waiting, and not by sweeps', async () => {
    let filled = 0
    const { asked } = aLoop({ answer: (one) => (++filled <= 5 ? asMany(one) : Promise.resolve([])) })
    await until('six claims', () => asked.length >= 6, 1_000)
    expect(asked.slice(1, 6).map(({ isSweep }) => isSweep)).toEqual([false, false, false, false, false])
  })

  test('a notification of a queue it serves wakes it at once, one of another does not', async () => {
    const { loop, asked } = aLoop({ config: { poll_interval_seconds: 3_600, queues: ['a'] } })
    await until('the sweep', () => asked.length === 1)
    loop.notify('b')
    await pause(50)
    expect(asked).toHaveLength(1)
    loop.notify('a')
    await until('a second claim', () => asked.length === 2, 1_000)
    expect(asked[1]!.isSweep).toBe(false)
  })

  test('a notification that arrives while a claim runs leads to another one', async () => {
    let answer = (_rows: ClaimedExecution[]) => {}
    const { loop, asked } = aLoop({
      config: { poll_interval_seconds: 3_600 },
      answer: () => new Promise((resolve) => (answer = resolve)),
    })
    await until('the sweep', () => asked.length === 1)
    loop.notify('default')
    answer([])
    await until('a second claim', () => asked.length === 2, 1_000)
    answer([])
  })

  test('without a free slot it claims nothing, until one is free', async () => {
    let room = 0
    const { loop, asked } = aLoop({ room: () => room })
    await pause(50)
    expect(asked).toEqual([])
    room = 3
    loop.slotFreed()
    await until('a claim', () => asked.length > 0, 1_000)
    expect(asked[0]!.limit).toBe(3)
  })

  test('a claim asks for no more than the batch size', async () => {
    const { asked } = aLoop({ config: { claim_batch_size: 7 } })
    await until('a claim', () => asked.length > 0)
    expect(asked[0]!.limit).toBe(7)
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

  test('a sweep that takes long is made rarely, and polls in between neither stop nor block the event loop', async () => {
    const { asked } = aLoop({
      config: { poll_interval_seconds: 0.1 },
      answer: async ({ isSweep }) => {
        if (isSweep) await pause(60)
        return []
      },
    })
    let turnedAt = performance.now()
    let longestMs = 0
    const timer = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - turnedAt)
      turnedAt = performance.now()
    }, 5)
    try {
      await until('a second sweep', () => asked.filter(({ isSweep }) => isSweep).length >= 2)
    } finally {
      clearInterval(timer)
    }
    expect(longestMs).toBeLessThan(500)
    const polls = asked.findIndex(({ isSweep }, index) => index > 0 && isSweep) - 1
    // 60 ms of sweep pay for 1.2 s without one, and a poll comes every 0.1 s of them.
    expect(polls).toBeGreaterThanOrEqual(5)
    expect(polls).toBeLessThanOrEqual(12)
  })

  test('stop ends a loop that sleeps, and no claim follows', async () => {
    const { loop, asked } = aLoop({ config: { poll_interval_seconds: 3_600 } })
    await until('the sweep', () => asked.length === 1)
    await loop.stop()
    loop.notify('default')
    await pause(30)
    expect(asked).toHaveLength(1)
  })
})
