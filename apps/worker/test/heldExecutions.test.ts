import { describe, expect, test } from '@jest/globals'
import type { AbortReason } from '@jobu/handlers'
import { HeldExecutions } from '../src/heldExecutions.ts'
import { aClaim } from './support/aClaim.ts'

const aHeld = () => new HeldExecutions(4).add(aClaim(), null)

describe('HeldExecution', () => {
  test('an abort reaches a signal taken before it, with its reason', () => {
    const held = aHeld()
    const { signal } = held
    expect(signal.aborted).toBe(false)
    expect(held.abort('CANCELLED', 'cancelled by request')).toBe(true)
    expect(signal.aborted).toBe(true)
    expect(signal.reason).toMatchObject({
      name: 'AbortReason',
      code: 'CANCELLED',
      message: 'cancelled by request',
    })
  })

  test('a signal taken after the abort is aborted already, and is the same each time', () => {
    const held = aHeld()
    held.abort('TIMEOUT', 'timed out after 1 s')
    expect(held.signal.aborted).toBe(true)
    expect(held.signal.reason).toBe(held.abortReason)
    expect(held.signal).toBe(held.signal)
  })

  test('of two reasons to abort the first stays', () => {
    const held = aHeld()
    expect(held.abort('TIMEOUT', 'first')).toBe(true)
    expect(held.abort('DRAIN', 'second')).toBe(false)
    expect(held.abortReason).toMatchObject({ code: 'TIMEOUT', message: 'first' })
  })

  test('what is settled cannot be aborted', () => {
    const held = aHeld()
    held.isSettled = true
    expect(held.abort('CANCELLED', 'too late')).toBe(false)
    expect(held.signal.aborted).toBe(false)
  })

  test('an isolated runner hears of the abort once', () => {
    const held = aHeld()
    const heard: AbortReason[] = []
    held.onAbort = (reason) => heard.push(reason)
    held.abort('CANCELLED', 'one')
    held.abort('TIMEOUT', 'two')
    expect(heard.map(({ code }) => code)).toEqual(['CANCELLED'])
  })

  test('a time limit becomes a deadline, none becomes 0', () => {
    const all = new HeldExecutions(4)
    const before = Date.now()
    const limited = all.add(aClaim({ id: 1 }), 2.5)
    expect(limited.deadlineAt).toBeGreaterThanOrEqual(before + 2_500)
    expect(limited.deadlineAt).toBeLessThan(before + 60_000)
    expect(all.add(aClaim({ id: 2 }), null).deadlineAt).toBe(0)
  })
})

describe('HeldExecutions', () => {
  test('what is held takes room and a slot for the heartbeat, until it is removed', () => {
    const all = new HeldExecutions(2)
    const held = all.add(aClaim({ id: 5, attempt: 3, retryDelaySeconds: 7 }), null)
    expect([all.size, all.room, all.ids()]).toEqual([1, 1, [5]])
    expect(all.slots.read()).toMatchObject([{ id: 5, attempt: 3, retryDelayMs: 7_000 }])
    all.remove(held)
    all.remove(held)
    expect([all.size, all.room, all.slots.read()]).toEqual([0, 2, []])
  })

  test('an execution claimed again while its first attempt still runs is held twice, and each is let go by itself', () => {
    const all = new HeldExecutions(2)
    const first = all.add(aClaim({ attempt: 1 }), null)
    const second = all.add(aClaim({ attempt: 2 }), null)
    expect([all.size, all.room]).toEqual([2, 0])
    expect(all.get(1)).toBe(second)
    all.remove(first)
    expect(all.get(1)).toBe(second)
    expect(all.slots.read()).toMatchObject([{ id: 1, attempt: 2 }])
    all.remove(second)
    expect([all.size, all.room, all.slots.read()]).toEqual([0, 2, []])
  })

  test('empty resolves true with the last removal, and false when the time is over', async () => {
    const all = new HeldExecutions(2)
    expect(await all.empty(0)).toBe(true)
    const held = all.add(aClaim(), null)
    expect(await all.empty(5)).toBe(false)
    const emptied = all.empty(10_000)
    all.remove(held)
    expect(await emptied).toBe(true)
  })
})
