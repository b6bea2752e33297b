import { describe, expect, test } from '@jest/globals'
import { nextRun } from '@jobu/cron'
import fc from 'fast-check'
import { FieldRefused } from '../../src/crontab/field.ts'
import { ScheduleRefused, scheduleOf } from '../../src/crontab/schedule.ts'
import { clockMinutes, loadEntry, runsOf } from '../support/debianCron.ts'

const FROM = Date.UTC(2025, 0, 1) / 60_000
const TO = Date.UTC(2026, 0, 1) / 60_000
/** With both hemispheres' daylight saving, half an hour of it, a gap before midnight, and none. */
const ZONES = ['Asia/Seoul', 'America/New_York', 'Australia/Lord_Howe', 'America/Nuuk', 'Europe/London']
const clocks = new Map<string, Int32Array>()
const clockOf = (zone: string) => {
  if (!clocks.has(zone)) clocks.set(zone, clockMinutes(zone, FROM, TO))
  return clocks.get(zone)!
}

/** The minutes of the year at which jobu fires, as its dispatcher finds them: one after the other. */
function jobuRuns(schedule: { expression: string; dayMatch: 'or' | 'and' }, timezone: string): number[] {
  const runs: number[] = []
  const end = TO * 60_000
  for (let at = new Date(FROM * 60_000 - 1); ; ) {
    const run = nextRun({ ...schedule, timezone }, at)
    if (!run || run.getTime() >= end) return runs
    runs.push(run.getTime() / 60_000)
    at = run
  }
}

/** Where two lists of runs part, for a message that says more than two arrays. */
function firstDifference(actual: number[], expected: number[]): string | null {
  const index = actual.findIndex((run, i) => run !== expected[i])
  const at = index < 0 ? (actual.length === expected.length ? -1 : actual.length) : index
  if (at < 0) return null
  const text = (minute?: number) => (minute === undefined ? 'none' : new Date(minute * 60_000).toISOString())
  return `run ${at}: jobu ${text(actual[at])}, cron ${text(expected[at])}`
}

function compare(line: string, zone: string): void {
  const entry = loadEntry(line)
  let schedule: ReturnType<typeof scheduleOf>
  try {
    schedule = scheduleOf(line, zone)
  } catch (error) {
    if (error instanceof FieldRefused) expect([line, entry]).toEqual([line, null])
    else {
      expect(error).toBeInstanceOf(ScheduleRefused)
      // jobu has no word for it; then cron may have runs only where the text would be too long.
      if (!/255 characters/.test((error as Error).message))
        expect(runsOf(entry!, clockOf(zone), FROM)).toEqual([])
    }
    return
  }
  expect([line, entry === null]).toEqual([line, false])
  const expected = runsOf(entry!, clockOf(zone), FROM)
  if (schedule.isNever) expect([line, expected]).toEqual([line, []])
  else
    expect([line, zone, schedule.expression, firstDifference(jobuRuns(schedule, zone), expected)]).toEqual([
      line,
      zone,
      schedule.expression,
      null,
    ])
}

const number = (low: number, high: number) => fc.integer({ min: low, max: high }).map(String)
function field(low: number, high: number, names: string[] = []) {
  const value =
    names.length > 0
      ? fc.oneof({ weight: 3, arbitrary: number(low, high) }, fc.constantFrom(...names))
      : number(low, high)
  const step = fc.oneof(
    { weight: 2, arbitrary: fc.constant('') },
    fc.integer({ min: 1, max: high + 5 }).map((n) => `/${n}`),
  )
  const item = fc.oneof(
    { weight: 2, arbitrary: fc.tuple(fc.constant('*'), step).map((parts) => parts.join('')) },
    { weight: 3, arbitrary: value },
    { weight: 2, arbitrary: fc.tuple(value, fc.constant('-'), value, step).map((parts) => parts.join('')) },
    { weight: 1, arbitrary: fc.constantFrom('5/10', '1-5x', '3#2', '1-3-5', '*5', '7-7') },
  )
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant('*') },
    { weight: 4, arbitrary: item },
    { weight: 2, arbitrary: fc.array(item, { minLength: 2, maxLength: 4 }).map((items) => items.join(',')) },
  )
}
const MONTHS = ['jan', 'FEB', 'Mar', 'dec']
const WEEKDAYS = ['sun', 'MON', 'Tue', 'fri', 'SAT']
// Minutes are mostly few: a year of every minute would be compared half a million runs at a time.
const minute = fc.oneof(
  { weight: 5, arbitrary: number(0, 59) },
  { weight: 3, arbitrary: field(0, 59).filter((text) => text !== '*') },
)
const line = fc
  .tuple(minute, field(0, 23), field(1, 31), field(1, 12, MONTHS), field(0, 7, WEEKDAYS))
  .map((fields) => fields.join(' '))

describe('scheduleOf', () => {
  test.each([
    '17 * * * *',
    '25 6 * * *',
    '47 6 * * 7',
    '52 6 1 * *',
    '0 2 * * *',
    '30 2 * * sun',
    '*/10 2 * * *',
    '0-59/10 2 * * *',
    '5-55/10 * * * *',
    '*/90 2 * * *',
    '30 */25 * * *',
    '*/60,15 2 * * *',
    '0 0-23/2 * * *',
    '0 1,2,3 * * *',
    '30 23 * * *',
    '7,*/30 1-3 * * *',
    '0 12 1,15 * mon',
    '0 12 */2 * mon',
    '0 12 13 * */5',
    '0 12 */40 * fri',
    '0 12 1-31 * mon',
    '0 12 * * 0-7',
    '0 12 1 * fri-mon',
    '0 12 1 * fri-mon,3',
    '0 22-2 * * *',
    '0 22-2,5 * * *',
    '0 9 * * sat-sun',
    '0 9 * * sun-tue',
    '0 9 * * 5#2',
    '0 9 31 2 *',
    '1,2-1 0 * * *',
  ])("%s fires when Debian's cron runs it, every minute of a year, in every zone", (text) => {
    for (const zone of ZONES) compare(text, zone)
  })

  test('so does any line', () => {
    fc.assert(
      fc.property(line, fc.constantFrom(...ZONES), (text, zone) => compare(text, zone)),
      { numRuns: Number(process.env.JOBU_TEST_RUNS ?? 80) },
    )
  }, 300_000)

  test('nicknames stay', () => {
    expect(scheduleOf('@daily', 'UTC')).toEqual({
      expression: '@daily',
      dayMatch: 'or',
      isNever: false,
      remarks: [],
    })
    const [hourly, daily] = [clockOf('America/New_York'), clockOf('America/Nuuk')]
    const runs = (text: string, zone: string) => jobuRuns(scheduleOf(text, zone), zone)
    expect(runs('@hourly', 'America/New_York')).toEqual(runsOf(loadEntry('0 * * * *')!, hourly, FROM))
    expect(runs('@daily', 'America/Nuuk')).toEqual(runsOf(loadEntry('0 0 * * *')!, daily, FROM))
  })

  test('a start of the machine, and a nickname that Debian does not know, are refused with the reason', () => {
    expect(() => scheduleOf('@reboot', 'UTC')).toThrow(/no start of a machine/)
    expect(() => scheduleOf('@Daily', 'UTC')).toThrow('cron knows no @Daily')
  })

  test('a backward range that Debian never matches is written as it was meant, and does not start to run', () => {
    expect(scheduleOf('0 9 * * FRI-MON', 'UTC')).toMatchObject({
      expression: '0 9 * * FRI,SAT,SUN,MON',
      isNever: true,
      remarks: [expect.stringMatching(/never runs this line.*FRI-MON/)],
    })
    expect(scheduleOf('0 22-2 * * *', 'UTC')).toMatchObject({
      expression: '0 0-2,22,23 * * *',
      isNever: true,
    })
    expect(scheduleOf('0 9 1 * FRI-MON,3', 'UTC')).toMatchObject({ expression: '0 9 1 * 3', isNever: false })
  })

  test('a number before a step is refused, as by cron, with what to write', () => {
    expect(() => scheduleOf('5/10 * * * *', 'UTC')).toThrow(
      'a step without a range; 5-59/10 is every so many from 5 on',
    )
  })

  test('where a day field begins with a star both must match', () => {
    expect(scheduleOf('0 0 */2 * mon', 'UTC')).toMatchObject({ expression: '0 0 */2 * mon', dayMatch: 'and' })
    expect(scheduleOf('0 0 1-31/2 * mon', 'UTC')).toMatchObject({ dayMatch: 'or' })
    expect(scheduleOf('0 0 1 * *', 'UTC')).toMatchObject({ dayMatch: 'or', remarks: [] })
  })
})
