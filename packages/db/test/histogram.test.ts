import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Bench } from '../../../test/support/builders.ts'
import { Histogram } from '../src/index.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterAll(() => bench.close())

async function histogramOf(values: number[]): Promise<Histogram> {
  const { rows } = await bench.db.query<{ text: string }>(
    'SELECT coalesce(sum(jobu_histogram_unit(ms)), 0)::text AS text FROM unnest($1::integer[]) AS ms',
    [values],
  )
  return new Histogram(rows[0]!.text)
}

describe('Histogram', () => {
  test('percentiles of random values lie within 9 % of the exact ones', async () => {
    const value = fc.oneof(
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 0, max: 5_000 }),
      fc.integer({ min: 0, max: 2_147_483_647 }),
    )
    const shares = [0.01, 0.5, 0.9, 0.95, 0.99, 1]
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 300 }), async (values) => {
        const histogram = await histogramOf(values)
        expect(histogram.count).toBe(values.length)
        const sorted = values.toSorted((a, b) => a - b)
        for (const share of shares) {
          const exact = sorted[Math.ceil(share * sorted.length) - 1]!
          expect(Math.abs(histogram.percentile(share)! - exact)).toBeLessThanOrEqual(0.09 * exact)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('small values are exact, and none give null', async () => {
    for (let ms = 0; ms <= 10; ms++) expect((await histogramOf([ms])).percentile(0.5)).toBe(ms)
    expect(new Histogram('0').percentile(0.5)).toBeNull()
    expect(new Histogram('').count).toBe(0)
  })

  test('what has come since an earlier state is the difference, never below zero', async () => {
    const earlier = await histogramOf([1, 1, 5_000])
    const since = (await histogramOf([0, 1, 1, 1, 3, 5_000])).since(earlier)
    expect([since.count, since.percentile(0.3), since.percentile(0.6), since.percentile(1)]).toEqual([
      3, 0, 1, 3,
    ])
    expect(earlier.since(earlier).count).toBe(0)
    expect((await histogramOf([1])).since(earlier).count).toBe(0)
  })

  test('a bucket holds up to a million million values without spilling into the next', () => {
    const full = new Histogram('999999999999000000000007')
    expect(full.count).toBe(1_000_000_000_006)
  })
})
