import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { CronError, type CronSpec, nextRun, RunsWithin } from '../src/index.ts'

const DAY_MS = 86_400_000

/** By a search for each. */
function searched(spec: CronSpec, from: Date, to: Date): number[] {
  const found: number[] = []
  let run = nextRun(spec, new Date(from.getTime() - 1))
  for (; run && run < to; run = nextRun(spec, run)) found.push(run.getTime() / 1000)
  return found
}

function filled(spec: CronSpec, from: Date, to: Date): number[] {
  const runs = new RunsWithin(spec, from, to)
  const target = new Int32Array((to.getTime() - from.getTime()) / 1000 + 1)
  return [...target.subarray(0, runs.fill(target))].map((seconds) => runs.start + seconds)
}

const member = (max: number) =>
  fc.oneof(
    fc.constant('*'),
    fc.constant('*/7'),
    fc.integer({ min: 0, max }).map(String),
    fc.integer({ min: 0, max: max - 3 }).map((low) => `${low}-${low + 3}`),
  )
const specs = fc.record({
  expression: fc
    .tuple(
      fc.constantFrom('', '0 ', '30 ', '*/20 ', '59,0 '),
      member(59),
      // Clocks change in these hours.
      fc.oneof(member(23), fc.constantFrom('0', '1', '2', '1-2', '23', '0-3')),
      fc.constantFrom('*', '29', 'L', '28-31', '1,8'),
      fc.constantFrom('*', '3', '3,10,11'),
      fc.constantFrom('*', '0', 'MON-FRI', 'SUN#2', '0L'),
    )
    .map(([seconds, ...fields]) => seconds + fields.join(' ')),
  timezone: fc.constantFrom('UTC', 'Asia/Seoul', 'America/New_York', 'America/Nuuk', 'Australia/Lord_Howe'),
  dayMatch: fc.constantFrom('or' as const, 'and' as const),
})
// Clocks change in New York, Nuuk or on Lord Howe in some of these weeks.
const weeks = fc.constantFrom(
  '2026-03-05T00:00:00Z',
  '2026-03-26T12:34:56.789Z',
  '2026-04-01T00:00:00Z',
  '2026-10-02T23:59:59Z',
  '2026-10-23T06:00:00Z',
  '2026-10-31T00:00:01Z',
  '2026-02-26T00:00:00Z',
)

describe('RunsWithin', () => {
  test('gives the instants that a search for one after the other gives, also where clocks change', () => {
    fc.assert(
      fc.property(specs, weeks, fc.integer({ min: 1, max: 4 * DAY_MS }), (spec, start, lengthMs) => {
        const from = new Date(start)
        const to = new Date(from.getTime() + lengthMs)
        expect(filled(spec, from, to)).toEqual(searched(spec, from, to))
      }),
      { numRuns: 400 },
    )
  })

  test('says of an instant whether it is one of them', () => {
    fc.assert(
      fc.property(specs, weeks, (spec, start) => {
        const from = new Date(start)
        const to = new Date(from.getTime() + 3 * DAY_MS)
        const runs = new RunsWithin(spec, from, to)
        const instants = new Set(filled(spec, from, to).map((instant) => instant - runs.start))
        for (let seconds = 0; seconds < (3 * DAY_MS) / 1000; seconds += 7) {
          if (runs.includes(seconds) !== instants.has(seconds)) {
            throw new Error(`differs at ${seconds} s`)
          }
        }
        for (const seconds of instants) expect(runs.includes(seconds)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  test('keeps the run that a gap moves, and only the first pass of an overlap', () => {
    const spec: CronSpec = { expression: '30 2 * * *', timezone: 'America/New_York', dayMatch: 'or' }
    const at = (from: string) =>
      filled(spec, new Date(from), new Date(Date.parse(from) + DAY_MS)).map((instant) =>
        new Date(instant * 1000).toISOString(),
      )
    expect(at('2026-03-08T05:00:00Z')).toEqual(['2026-03-08T07:00:00.000Z'])
    expect(at('2026-11-01T04:00:00Z')).toEqual(['2026-11-01T07:30:00.000Z'])
    const half = { ...spec, expression: '30 1 * * *' }
    const from = new Date('2026-11-01T04:00:00Z')
    expect(filled(half, from, new Date(from.getTime() + DAY_MS))).toEqual([
      Date.parse('2026-11-01T05:30:00Z') / 1000,
    ])
  })

  test('begins with an instant at its start and ends before one at its end', () => {
    const spec: CronSpec = { expression: '0 * * * *', timezone: 'UTC', dayMatch: 'or' }
    const at = (time: string) => new Date(`2026-05-01T${time}Z`)
    const hours = (from: string, to: string) => filled(spec, at(from), at(to)).length
    expect(hours('10:00:00.000', '11:00:00.000')).toBe(1)
    expect(hours('10:00:00.001', '11:00:00.000')).toBe(0)
    expect(hours('10:00:00.001', '11:00:00.001')).toBe(1)
  })

  test('refuses what cannot be read', () => {
    const now = new Date()
    const spec: CronSpec = { expression: 'hourly', timezone: 'UTC', dayMatch: 'or' }
    expect(() => new RunsWithin(spec, now, now)).toThrow(CronError)
    expect(() => new RunsWithin({ ...spec, expression: '* * * * *', timezone: 'Nowhere' }, now, now)).toThrow(
      CronError,
    )
  })
})
