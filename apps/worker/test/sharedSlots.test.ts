import { describe, expect, test } from '@jest/globals'
import { SharedSlots } from '@jobu/worker'

const content = (id: number) => ({
  id,
  scheduledTime: new Date(1_700_000_000_000 + id),
  attempt: id + 1,
  deadlineAt: id * 10,
  retryDelayMs: id * 100,
})

describe('SharedSlots', () => {
  test('what one side puts the other side reads, through the buffer alone', () => {
    const slots = new SharedSlots(3)
    const other = new SharedSlots(slots.buffer)
    expect([other.capacity, other.read()]).toEqual([3, []])
    slots.put(content(7))
    slots.put(content(2 ** 52))
    expect(other.read()).toEqual([content(7), content(2 ** 52)])
  })

  test('a slot that was cleared is used again; the others stay', () => {
    const slots = new SharedSlots(2)
    const first = slots.put(content(1))
    slots.put(content(2))
    slots.clear(first)
    expect(slots.read()).toEqual([content(2)])
    expect(slots.put(content(3))).toBe(first)
    expect(slots.read().map(({ id }) => id)).toEqual([3, 2])
  })

  test('more than there are slots is refused', () => {
    const slots = new SharedSlots(1)
    slots.put(content(1))
    expect(() => slots.put(content(2))).toThrow('more executions held than there are slots')
  })

  test('a beat is seen on the other side', () => {
    const slots = new SharedSlots(1)
    const other = new SharedSlots(slots.buffer)
    expect(other.beatAt).toBe(0)
    const before = Date.now()
    slots.beat()
    expect(other.beatAt).toBeGreaterThanOrEqual(before)
  })
})
