import { describe, expect, test } from '@jest/globals'
import { nextRuns } from '@jobu/cron'
import fc from 'fast-check'
import { type Timing, type TimingInput, timingOf } from '../src/index.ts'
import { wallClock } from '../src/wallClock.ts'

const now = new Date('2026-01-01T00:00:00Z')

function timing(input: Partial<TimingInput>): Timing {
  const told = timingOf({ timezone: 'Asia/Seoul', ...input }, { now })
  if ('faults' in told) throw new Error(JSON.stringify(told.faults))
  return told.timing
}

/** `field: message` of each fault. */
function faults(input: Partial<TimingInput>, options = {}): string[] {
  const told = timingOf({ timezone: 'Asia/Seoul', ...input }, { now, ...options })
  return 'faults' in told ? told.faults.map(({ field, message }) => `${field}: ${message}`) : []
}

describe('timingOf', () => {
  const start_date = new Date('2026-03-30T16:05:00Z') // Tuesday, March 31st, 01:05 in Seoul

  test.each<[string, Partial<TimingInput>, string | null]>([
    ['nothing: by hand', {}, null],
    ['a cron', { cron_expression: ' 0  2 * * MON-FRI ' }, '0 2 * * MON-FRI'],
    ['hourly', { frequency: 'hourly' }, '0 * * * *'],
    ['hourly at a minute', { frequency: 'hourly', minute: 17 }, '17 * * * *'],
    ['hourly from a start', { frequency: 'hourly', start_date }, '5 * * * *'],
    ['daily', { frequency: 'daily' }, '0 0 * * *'],
    ['daily at a time', { frequency: 'daily', time: '09:30' }, '30 9 * * *'],
    ['daily from a start, in the zone', { frequency: 'daily', start_date }, '5 1 * * *'],
    ['weekly', { frequency: 'weekly' }, '0 0 * * 1'],
    ['weekly on Sunday', { frequency: 'weekly', day_of_week: 0, time: '23:59' }, '59 23 * * 0'],
    ['weekly from a start, in the zone', { frequency: 'weekly', start_date }, '5 1 * * 2'],
    ['monthly', { frequency: 'monthly' }, '0 0 1 * *'],
    ['monthly on the 31st: the last day', { frequency: 'monthly', day_of_month: 31 }, '0 0 L * *'],
    ['monthly from a start on the 31st', { frequency: 'monthly', start_date }, '5 1 L * *'],
    ['monthly, the day from the start', { frequency: 'monthly', time: '08:00', start_date }, '0 8 L * *'],
  ])('%s', (_, input, expected) => {
    expect(timing(input).cronExpression).toBe(expected)
  })

  test('once runs at its start, also a past one, and has no cron', () => {
    expect(timing({ frequency: 'once', start_date: new Date(0) })).toEqual({
      cronExpression: null,
      onceAt: new Date(0),
      frequency: 'once',
      frequencyTime: {},
    })
  })

  test('what was said beside a frequency is kept as it was said, without what follows from the start', () => {
    expect(timing({ frequency: 'weekly', day_of_week: 3, time: null, start_date }).frequencyTime).toEqual({
      day_of_week: 3,
    })
    expect(timing({ cron_expression: '@daily' }).frequencyTime).toBeNull()
  })

  test('tells what does not go together, every fault at once', () => {
    expect(faults({ cron_expression: '@daily', frequency: 'daily' })).toEqual([
      'frequency: contradicts cron_expression; give one of them',
    ])
    expect(
      faults({
        frequency: 'once',
        time: '09:00',
        day_of_month: 3,
        end_date: now,
        timezone: 'Mars/Olympus',
      }),
    ).toEqual([
      'time: does not go with frequency once, which runs at start_date',
      'day_of_month: does not go with frequency once, which runs at start_date',
      'start_date: is required for frequency once: the time to run at',
      'timezone: Unknown time zone "Mars/Olympus", expected an IANA time zone name such as Asia/Seoul or UTC',
    ])
    expect(faults({ frequency: 'daily', minute: 5 })).toEqual(['minute: does not go with frequency daily'])
    expect(faults({ time: '09:00' })).toEqual(['time: goes with a frequency only'])
    expect(faults({ start_date, end_date: start_date })).toEqual(['end_date: must be after start_date'])
  })

  test.each([
    ['61 * * * *', 'Invalid cron expression'],
    ['0 0 30 2 *', 'never fires'],
    ['*/10 * * * * *', 'fires too often'],
  ])('refuses the cron %s: %s', (cron_expression, expected) => {
    const [fault] = faults({ cron_expression })
    expect(fault).toMatch(/^cron_expression: /)
    expect(fault).toContain(expected)
  })

  test('the shortest interval is the one that the configuration allows', () => {
    expect(faults({ cron_expression: '*/10 * * * * *' }, { minIntervalSeconds: 10 })).toEqual([])
    expect(faults({ cron_expression: '* * * * *' }, { minIntervalSeconds: 3_600 })).toHaveLength(1)
  })

  test('every next run of a frequency has the time asked for on the wall of its zone', () => {
    // Zones without a change of the clocks, where every time of day exists.
    const timezone = fc.constantFrom('Asia/Seoul', 'UTC', 'Asia/Kolkata', 'America/Phoenix', 'Asia/Kathmandu')
    const time = fc.tuple(fc.nat(23), fc.nat(59))
    const frequency = fc.constantFrom('hourly', 'daily', 'weekly', 'monthly')
    const inputs = fc.record({
      timezone,
      time,
      frequency,
      dayOfWeek: fc.nat(6),
      day: fc.integer({ min: 1, max: 31 }),
    })
    fc.assert(
      fc.property(inputs, ({ timezone, time: [hour, minute], frequency, dayOfWeek, day }) => {
        const text = [hour, minute].map((part) => String(part).padStart(2, '0')).join(':')
        const { cronExpression } = timing({
          timezone,
          frequency,
          ...(frequency === 'hourly' ? { minute } : { time: text }),
          ...(frequency === 'weekly' ? { day_of_week: dayOfWeek } : {}),
          ...(frequency === 'monthly' ? { day_of_month: day } : {}),
        })
        const runs = nextRuns({ expression: cronExpression!, timezone, dayMatch: 'or' }, now, 14)
        expect(runs).toHaveLength(14)
        for (const run of runs) {
          const wall = wallClock(run, timezone)
          expect(wall.minute).toBe(minute)
          if (frequency !== 'hourly') expect(wall.hour).toBe(hour)
          if (frequency === 'weekly') expect(wall.dayOfWeek).toBe(dayOfWeek)
          if (frequency === 'monthly') {
            const tomorrow = wallClock(new Date(run.getTime() + 86_400_000), timezone)
            expect(day === 31 ? tomorrow.day : wall.day).toBe(day === 31 ? 1 : day)
          }
        }
        const gaps = { hourly: 3_600_000, daily: 86_400_000, weekly: 604_800_000, monthly: 0 }[frequency]
        if (gaps > 0) {
          for (const [at, run] of runs.slice(1).entries())
            expect(run.getTime() - runs[at]!.getTime()).toBe(gaps)
        }
      }),
      { numRuns: 100 },
    )
  })

  test('what is left out is read from the start, so that the first run is the start itself', () => {
    const inputs = fc.record({
      timezone: fc.constantFrom('Asia/Seoul', 'UTC', 'Asia/Kolkata', 'America/Phoenix'),
      frequency: fc.constantFrom('hourly', 'daily', 'weekly', 'monthly'),
      minutes: fc.integer({ min: 1, max: 525_600 }),
    })
    fc.assert(
      fc.property(inputs, ({ timezone, frequency, minutes }) => {
        const start_date = new Date(now.getTime() + minutes * 60_000)
        const { cronExpression } = timing({ timezone, frequency, start_date })
        const before = new Date(start_date.getTime() - 1)
        const [first] = nextRuns({ expression: cronExpression!, timezone, dayMatch: 'or' }, before, 1)
        expect(first).toEqual(start_date)
      }),
      { numRuns: 100 },
    )
  })
})
