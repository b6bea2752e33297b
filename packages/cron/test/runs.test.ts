import { describe, expect, test } from '@jest/globals'
import {
  CronError,
  type CronSpec,
  countRuns,
  describeCron,
  NextRunMemo,
  nextRun,
  nextRuns,
  previousRuns,
  zoneDataVersion,
} from '../src/index.ts'

const minutely: CronSpec = { expression: '* * * * *', timezone: 'America/New_York', dayMatch: 'or' }
const nineInSeoul: CronSpec = { expression: '0 9 * * *', timezone: 'Asia/Seoul', dayMatch: 'or' }

describe('nextRun and previousRuns', () => {
  test('exclude the instant itself, also by its milliseconds', () => {
    const at = (time: string) =>
      nextRun(minutely, new Date(`2026-05-01T${time}Z`))
        ?.toISOString()
        .slice(11, 19)
    expect(at('10:00:00.000')).toBe('10:01:00')
    expect(at('10:00:00.001')).toBe('10:01:00')
    expect(at('09:59:59.999')).toBe('10:00:00')
    const before = (time: string) =>
      previousRuns(minutely, new Date(`2026-05-01T${time}Z`), 1)[0]
        ?.toISOString()
        .slice(11, 19)
    expect(before('10:00:00.000')).toBe('09:59:00')
    expect(before('10:00:00.001')).toBe('10:00:00')
    expect(before('09:59:59.999')).toBe('09:59:00')
  })

  test('give none when asked for none', () => {
    expect(nextRuns(minutely, new Date(), 0)).toEqual([])
    expect(previousRuns(minutely, new Date(), 0)).toEqual([])
  })

  test('cross a century without a leap day', () => {
    const spec: CronSpec = { expression: '0 0 29 2 *', timezone: 'UTC', dayMatch: 'or' }
    expect(nextRun(spec, new Date('2096-03-01'))).toEqual(new Date('2104-02-29T00:00Z'))
    expect(previousRuns(spec, new Date('2104-02-29'), 1)).toEqual([new Date('2096-02-29T00:00Z')])
    const monday: CronSpec = { ...spec, expression: '0 0 29 2 MON', dayMatch: 'and' }
    expect(nextRuns(monday, new Date('2072-03-01'), 1)).toEqual([new Date('2112-02-29T00:00Z')])
  })

  test('are null and empty for a spec from SQL that never fires, and throw for one that cannot be read', () => {
    const never = { ...minutely, expression: '0 0 31 2 *' }
    expect(nextRun(never, new Date())).toBeNull()
    expect(previousRuns(never, new Date(), 5)).toEqual([])
    expect(countRuns(never, new Date('2026-01-01'), new Date('2030-01-01'))).toBe(0)
    expect(() => nextRun({ ...minutely, expression: 'nonsense' }, new Date())).toThrow(CronError)
    expect(() => nextRun({ ...minutely, timezone: 'Mars/Olympus' }, new Date())).toThrow(CronError)
  })

  test('read seconds, and both day fields by day_match', () => {
    const seconds: CronSpec = { expression: '15,45 0 9 * * *', timezone: 'UTC', dayMatch: 'or' }
    expect(nextRuns(seconds, new Date('2026-05-01T09:00:15Z'), 2)).toEqual([
      new Date('2026-05-01T09:00:45Z'),
      new Date('2026-05-02T09:00:15Z'),
    ])
    const friday13th: CronSpec = { expression: '0 0 13 * FRI', timezone: 'UTC', dayMatch: 'and' }
    expect(nextRun(friday13th, new Date('2026-04-01'))).toEqual(new Date('2026-11-13T00:00Z'))
    expect(nextRun({ ...friday13th, dayMatch: 'or' }, new Date('2026-04-01'))).toEqual(
      new Date('2026-04-03T00:00Z'),
    )
  })
})

describe('countRuns', () => {
  test('excludes its start and includes its end', () => {
    const [first, second] = ['2026-05-01T00:00Z', '2026-05-02T00:00Z'].map((time) => new Date(time))
    expect(countRuns(nineInSeoul, first!, second!)).toBe(1)
    expect(countRuns(nineInSeoul, new Date(first!.getTime() - 1), second!)).toBe(2)
    expect(countRuns(nineInSeoul, first!, new Date(second!.getTime() - 1))).toBe(0)
    expect(countRuns(nineInSeoul, second!, first!)).toBe(0)
  })

  test('of each second over ten years in a zone with daylight saving is quick and exact', () => {
    const spec = { ...minutely, expression: '* * * * * *' }
    const [after, until] = [new Date('2026-01-01T00:00Z'), new Date('2036-01-01T00:00Z')]
    const started = performance.now()
    expect(countRuns(spec, after, until)).toBe((until.getTime() - after.getTime()) / 1000)
    // Run by run it is minutes.
    expect(performance.now() - started).toBeLessThan(30_000)
  })
})

describe('NextRunMemo', () => {
  test('gives what nextRun gives, to each caller a Date of its own', () => {
    const memo = new NextRunMemo()
    const after = new Date('2026-05-01T00:00Z')
    memo.nextRun(nineInSeoul, after)?.setTime(0)
    expect(memo.nextRun(nineInSeoul, after)).toEqual(new Date('2026-05-02T00:00Z'))
  })

  test('tells expressions, zones, day matches and instants apart', () => {
    const memo = new NextRunMemo()
    const specs = [
      nineInSeoul,
      { ...nineInSeoul, timezone: 'UTC' },
      { ...nineInSeoul, expression: '0 9 13 * FRI' },
      { ...nineInSeoul, expression: '0 9 13 * FRI', dayMatch: 'and' as const },
    ]
    for (const after of [new Date('2026-05-01T00:00Z'), new Date('2026-07-01T00:00Z')]) {
      for (const spec of [...specs, ...specs]) expect(memo.nextRun(spec, after)).toEqual(nextRun(spec, after))
    }
  })

  test('stays right after more answers than it keeps', () => {
    const memo = new NextRunMemo()
    for (let minute = 0; minute < 10_050; minute++) memo.nextRun(minutely, new Date(minute * 60_000))
    expect(memo.nextRun(minutely, new Date(0))).toEqual(new Date(60_000))
  })
})

describe('describeCron', () => {
  test.each([
    ['0 9 * * MON-FRI', 'or', 'en', 'At 09:00, Monday through Friday (Asia/Seoul)'],
    ['0 9 * * MON-FRI', 'or', 'ko', '09:00, 월요일부터 금요일까지 (Asia/Seoul)'],
    ['@daily', 'or', 'en', 'At 00:00 (Asia/Seoul)'],
    ['@hourly', 'or', 'en', 'Every hour (Asia/Seoul)'],
    ['@weekly', 'or', 'en', 'At 00:00, only on Sunday (Asia/Seoul)'],
    ['0 0 13 * FRI', 'or', 'en', 'At 00:00, on day 13 of the month, or on Friday (Asia/Seoul)'],
    ['0 0 13 * FRI', 'and', 'en', 'At 00:00, on day 13 of the month, only on Friday (Asia/Seoul)'],
    ['0 0 1W,15W * *', 'or', 'en', '0 0 1W,15W * * (Asia/Seoul)'],
  ] as const)('%s (%s, %s) reads %s', (expression, dayMatch, locale, text) => {
    expect(describeCron({ expression, timezone: 'Asia/Seoul', dayMatch }, locale)).toBe(text)
  })

  test.each(['@yearly', '@annually', '@monthly', '@midnight', '@Daily'])('has words for %s', (expression) => {
    expect(describeCron({ expression, timezone: 'UTC', dayMatch: 'or' })).not.toContain('@')
  })
})

test('zoneDataVersion is the release of the zone data that Node uses', () => {
  expect(zoneDataVersion).toMatch(/^20\d\d[a-z]$/)
})
