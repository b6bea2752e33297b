import { describe, expect, test } from '@jest/globals'
import { backoffMs } from '../src/index.ts'

const policy = { retryCount: 0, retryDelaySeconds: 10, retryBackoff: 'exponential' as const }

describe('backoffMs', () => {
  test('fixed waits the same each time', () => {
    for (const retryCount of [0, 1, 50]) {
      expect(backoffMs({ ...policy, retryBackoff: 'fixed', retryCount })).toBe(10_000)
    }
  })

  test('exponential doubles with every retry used, up to an hour', () => {
    const middle = (retryCount: number) => backoffMs({ ...policy, retryCount }, () => 0.5)
    expect([0, 1, 2, 3, 8, 9, 1_000].map(middle)).toEqual([
      10_000, 20_000, 40_000, 80_000, 2_560_000, 3_600_000, 3_600_000,
    ])
  })

  test('is spread by 20 % either way, never over the ceiling, and whole milliseconds', () => {
    expect(backoffMs(policy, () => 0)).toBe(8_000)
    expect(backoffMs(policy, () => 0.999_999)).toBe(12_000)
    expect(backoffMs({ ...policy, retryCount: 20 }, () => 0.999)).toBe(3_600_000)
    expect(Number.isInteger(backoffMs({ ...policy, retryDelaySeconds: 7 }, () => 0.123_456))).toBe(true)
  })

  test('a first delay longer than an hour is its own ceiling; none stays none', () => {
    expect(backoffMs({ ...policy, retryDelaySeconds: 86_400, retryCount: 5 }, () => 0.5)).toBe(86_400_000)
    expect(backoffMs({ ...policy, retryDelaySeconds: 0, retryCount: 2_000 })).toBe(0)
  })
})
