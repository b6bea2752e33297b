import { describe, expect, test } from '@jest/globals'
import { type CronSpec, countRuns, dstNote, nextRuns, previousRuns, validateCron } from '../src/index.ts'

function cron(expression: string, timezone: string): CronSpec {
  return validateCron({ expression, timezone }, { minIntervalSeconds: 1 })
}

/** The runs in (after, until], after checking that counting and going backwards find the same ones. */
function runsBetween(spec: CronSpec, after: string, until: string): string[] {
  const count = countRuns(spec, new Date(after), new Date(until))
  const runs = nextRuns(spec, new Date(after), count + 1).filter((run) => run <= new Date(until))
  expect(runs).toHaveLength(count)
  expect(previousRuns(spec, new Date(Date.parse(until) + 1), count)).toEqual(runs.toReversed())
  return runs.map((run) => run.toISOString().replace(':00.000Z', 'Z'))
}

describe('a cron of fixed times', () => {
  test.each([
    // New York: 2026-03-08 02:00 EST becomes 03:00 EDT (07:00Z).
    ['30 2 * * *', 'America/New_York', '2026-03-08T05:00Z', '2026-03-08T07:00Z'],
    ['15,45 2 * * *', 'America/New_York', '2026-03-08T05:00Z', '2026-03-08T07:00Z'],
    // London: 2026-03-29 01:00 GMT becomes 02:00 BST (01:00Z).
    ['30 1 * * *', 'Europe/London', '2026-03-29T00:00Z', '2026-03-29T01:00Z'],
    // Lord Howe moves by 30 minutes: 2026-10-04 02:00 becomes 02:30 (2026-10-03T15:30Z).
    ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T14:00Z', '2026-10-03T15:30Z'],
    // Cairo: 2026-04-24 00:00 becomes 01:00 (2026-04-23T22:00Z).
    ['30 0 * * *', 'Africa/Cairo', '2026-04-23T20:00Z', '2026-04-23T22:00Z'],
    // Nuuk and Scoresbysund: 2026-03-28 23:00 becomes 2026-03-29 00:00 (01:00Z); croner 11 loses the run.
    ['30 23 * * *', 'America/Nuuk', '2026-03-28T06:00Z', '2026-03-29T01:00Z'],
    ['30 23 * * *', 'America/Scoresbysund', '2026-03-28T06:00Z', '2026-03-29T01:00Z'],
  ])('%s in %s runs once, at the end of the gap it falls into', (expression, timezone, after, moved) => {
    const spec = cron(expression, timezone)
    const until = new Date(Date.parse(after) + 20 * 3_600_000).toISOString()
    expect(runsBetween(spec, after, until)).toEqual([moved])
    expect(dstNote(spec, new Date(moved))).toBe('moved')
  })

  test('a time lost in a gap that is also due at its end makes one run, which is not marked as moved', () => {
    const spec = cron('0,30 2-3 * * *', 'America/New_York')
    expect(runsBetween(spec, '2026-03-08T00:00Z', '2026-03-08T12:00Z')).toEqual([
      '2026-03-08T07:00Z',
      '2026-03-08T07:30Z',
    ])
    expect(dstNote(spec, new Date('2026-03-08T07:00Z'))).toBeNull()
    expect(
      runsBetween(cron('0 0,23 * * *', 'America/Nuuk'), '2026-03-28T12:00Z', '2026-03-29T12:00Z'),
    ).toEqual(['2026-03-29T01:00Z'])
  })

  test.each([
    ['30 1 * * *', 'America/New_York', '2026-11-01T04:00Z', '2026-11-01T05:30Z'],
    ['30 1 * * *', 'Europe/London', '2026-10-24T23:30Z', '2026-10-25T00:30Z'],
    ['45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T13:00Z', '2026-04-04T14:45Z'],
    ['30 23 * * *', 'Africa/Cairo', '2026-10-29T12:00Z', '2026-10-29T20:30Z'],
    ['30 23 * * *', 'America/Nuuk', '2026-10-24T12:00Z', '2026-10-25T00:30Z'],
  ])('%s in %s runs once, in the first pass of an overlap', (expression, timezone, after, first) => {
    const spec = cron(expression, timezone)
    const until = new Date(Date.parse(after) + 20 * 3_600_000).toISOString()
    expect(runsBetween(spec, after, until)).toEqual([first])
    expect(dstNote(spec, new Date(first))).toBe('repeated')
  })

  test('after its run in the first pass, the second pass brings nothing until the next day', () => {
    const spec = cron('30 1 * * *', 'America/New_York')
    expect(nextRuns(spec, new Date('2026-11-01T05:45Z'), 1)).toEqual([new Date('2026-11-02T06:30Z')])
    expect(nextRuns(spec, new Date('2026-11-01T06:15Z'), 1)).toEqual([new Date('2026-11-02T06:30Z')])
    expect(previousRuns(spec, new Date('2026-11-01T06:45Z'), 1)).toEqual([new Date('2026-11-01T05:30Z')])
  })

  test('the second before the end of a gap, the moved run is the next one; at its end it is past', () => {
    const spec = cron('30 2 * * *', 'America/New_York')
    const moved = new Date('2026-03-08T07:00Z')
    expect(nextRuns(spec, new Date(moved.getTime() - 1000), 1)).toEqual([moved])
    expect(nextRuns(spec, moved, 1)).toEqual([new Date('2026-03-09T06:30Z')])
    expect(countRuns(spec, new Date(moved.getTime() - 1000), moved)).toBe(1)
  })

  test('a date that a zone skipped has no run', () => {
    // Pacific/Apia went from 2011-12-29 to 2011-12-31.
    expect(runsBetween(cron('0 12 * * *', 'Pacific/Apia'), '2011-12-29T00:00Z', '2011-12-31T12:00Z')).toEqual(
      ['2011-12-29T22:00Z', '2011-12-30T22:00Z'],
    )
  })
})

describe('a cron with a wildcard or a step', () => {
  test('has nothing in a gap', () => {
    const spec = cron('*/30 2 * * *', 'America/New_York')
    expect(runsBetween(spec, '2026-03-08T00:00Z', '2026-03-09T05:00Z')).toEqual([])
    const hourly = cron('30 * * * *', 'America/Nuuk')
    expect(runsBetween(hourly, '2026-03-28T23:45Z', '2026-03-29T02:00Z')).toEqual([
      '2026-03-29T00:30Z',
      '2026-03-29T01:30Z',
    ])
  })

  test('runs in both passes of an overlap, which the preview marks', () => {
    const spec = cron('*/30 1 * * *', 'America/New_York')
    const runs = runsBetween(spec, '2026-11-01T00:00Z', '2026-11-01T12:00Z')
    expect(runs).toEqual(['2026-11-01T05:00Z', '2026-11-01T05:30Z', '2026-11-01T06:00Z', '2026-11-01T06:30Z'])
    for (const run of runs) expect(dstNote(spec, new Date(run))).toBe('repeated')
    expect(dstNote(cron('*/30 * * * *', 'America/New_York'), new Date('2026-11-01T04:30Z'))).toBeNull()
    expect(dstNote(cron('*/30 * * * *', 'America/New_York'), new Date('2026-11-01T07:00Z'))).toBeNull()
  })

  test('repeats only half an hour in Lord Howe', () => {
    const spec = cron('*/15 1 * * *', 'Australia/Lord_Howe')
    expect(runsBetween(spec, '2026-04-04T13:00Z', '2026-04-04T20:00Z')).toHaveLength(6)
  })

  test('has 23, 24 and 25 hours of runs on days that daylight saving shortens, leaves alone and lengthens', () => {
    const spec = cron('*/10 * * * *', 'America/New_York')
    const day = (from: string, to: string) => countRuns(spec, new Date(from), new Date(to)) / 6
    expect(day('2026-03-08T05:00Z', '2026-03-09T04:00Z')).toBe(23)
    expect(day('2026-06-01T04:00Z', '2026-06-02T04:00Z')).toBe(24)
    expect(day('2026-11-01T04:00Z', '2026-11-02T05:00Z')).toBe(25)
  })
})

test('a zone without daylight saving marks and moves nothing', () => {
  const spec = cron('30 2 * * *', 'Asia/Seoul')
  const runs = nextRuns(spec, new Date('2026-01-01T00:00Z'), 365)
  expect(runs.every((run) => run.toISOString().endsWith('T17:30:00.000Z'))).toBe(true)
  expect(runs.every((run) => dstNote(spec, run) === null)).toBe(true)
  expect(dstNote({ ...spec, timezone: 'UTC' }, new Date('2026-01-01T02:30Z'))).toBeNull()
})
