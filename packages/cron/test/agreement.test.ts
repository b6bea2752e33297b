import { describe, expect, test } from '@jest/globals'
import { Cron } from 'croner'
import fc from 'fast-check'
import { countRuns, describeCron, nextRuns, previousRuns, validateCron } from '../src/index.ts'

/*
 * Three readings of the same cron must agree: enumeration forwards, enumeration backwards, and counting. They are
 * compared with a reference that knows nothing of segments (it walks the minutes and asks Intl what the clock shows),
 * and with croner's own search.
 */

const MINUTE = 60_000
const DAYS = 4

/** Starts of windows of four days; each but two holds a change of the clock. */
const WINDOWS: [timezone: string, start: string][] = [
  ['America/New_York', '2026-03-06'],
  ['America/New_York', '2026-10-30'],
  ['Europe/London', '2026-03-27'],
  ['Europe/London', '2026-10-23'],
  ['Australia/Lord_Howe', '2026-04-03'],
  ['Australia/Lord_Howe', '2026-10-02'],
  ['Africa/Cairo', '2026-04-22'],
  ['Africa/Cairo', '2026-10-28'],
  ['America/Nuuk', '2026-03-27'],
  ['America/Nuuk', '2026-10-23'],
  ['America/Scoresbysund', '2026-03-27'],
  ['Pacific/Apia', '2011-12-28'],
  ['Asia/Seoul', '2026-02-26'],
  ['UTC', '2027-12-30'],
]

interface WallMinute {
  instant: number
  /** What the clock shows, read as UTC. */
  wall: number
}

const walked = new Map<string, WallMinute[]>()

/** Every minute of a window with what the clock shows, by Intl. */
function walk(timezone: string, start: string): WallMinute[] {
  const key = `${timezone} ${start}`
  const known = walked.get(key)
  if (known) return known
  const clock = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'medium',
  })
  const minutes: WallMinute[] = []
  for (let i = 0; i <= DAYS * 1440; i++) {
    const instant = Date.parse(start) + i * MINUTE
    minutes.push({ instant, wall: Date.parse(`${clock.format(instant).replace(' ', 'T')}Z`) })
  }
  walked.set(key, minutes)
  return minutes
}

interface FieldSample {
  text: string
  values: number[]
  isFixed: boolean
}

function field(min: number, max: number): fc.Arbitrary<FieldSample> {
  const all = Array.from({ length: max - min + 1 }, (_, i) => min + i)
  const value = fc.integer({ min, max })
  const range = fc.tuple(value, value).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
  const step = fc.integer({ min: 1, max: max - min })
  return fc.oneof(
    fc.constant({ text: '*', values: all, isFixed: false }),
    step.map((n) => ({ text: `*/${n}`, values: all.filter((v) => (v - min) % n === 0), isFixed: false })),
    fc.uniqueArray(value, { minLength: 1, maxLength: 5 }).map((list) => ({
      text: list.join(','),
      values: list,
      isFixed: true,
    })),
    range.map(([a, b]) => ({
      text: `${a}-${b}`,
      values: all.filter((v) => v >= a && v <= b),
      isFixed: true,
    })),
    fc.tuple(range, step).map(([[a, b], n]) => ({
      text: `${a}-${b}/${n}`,
      values: all.filter((v) => v >= a && v <= b && (v - a) % n === 0),
      isFixed: false,
    })),
  )
}

const anyDay = fc.constant<FieldSample>({ text: '*', values: [], isFixed: false })
const sample = fc.record({
  minute: field(0, 59),
  hour: fc.oneof(
    field(0, 23),
    fc.constantFrom<number[]>(0, 1, 2, 3, 23).map((h) => ({ text: `${h}`, values: [h], isFixed: true })),
  ),
  day: fc.oneof(anyDay, field(1, 31)),
  weekday: fc.oneof(anyDay, field(0, 6)),
  dayMatch: fc.constantFrom('or' as const, 'and' as const),
  window: fc.constantFrom(...WINDOWS),
})

type Sample = typeof sample extends fc.Arbitrary<infer T> ? T : never

function matches({ minute, hour, day, weekday, dayMatch }: Sample, wall: number): boolean {
  const date = new Date(wall)
  const isDay = day.text === '*' || day.values.includes(date.getUTCDate())
  const isWeekday = weekday.text === '*' || weekday.values.includes(date.getUTCDay())
  const eitherIsAny = day.text === '*' || weekday.text === '*'
  return (
    minute.values.includes(date.getUTCMinutes()) &&
    hour.values.includes(date.getUTCHours()) &&
    (dayMatch === 'and' || eitherIsAny ? isDay && isWeekday : isDay || isWeekday)
  )
}

/** CRON.md section 2, minute by minute: the instants after the first minute of the window. */
function reference(cron: Sample): number[] {
  const minutes = walk(...cron.window)
  const isFixed = cron.minute.isFixed && cron.hour.isFixed
  const runs: number[] = []
  let latest = minutes[0]!.wall
  for (const { instant, wall } of minutes.slice(1)) {
    const isSecondPass = wall <= latest
    let isDue = matches(cron, wall) && !(isFixed && isSecondPass)
    if (isFixed && wall - latest < 1440 * MINUTE) {
      for (let lost = latest + MINUTE; lost < wall; lost += MINUTE) isDue ||= matches(cron, lost)
    }
    if (isDue) runs.push(instant)
    latest = Math.max(latest, wall)
  }
  return runs
}

function specOf({ minute, hour, day, weekday, dayMatch, window }: Sample) {
  const expression = `${minute.text} ${hour.text} ${day.text} * ${weekday.text}`
  return { expression, timezone: window[0], dayMatch }
}

describe('for any expression, around changes of the clock', () => {
  test('enumeration forwards and backwards and counting agree with a walk of the wall clock', () => {
    fc.assert(
      fc.property(sample, fc.double({ min: 0, max: 1, noNaN: true }), (cron, share) => {
        const spec = specOf(cron)
        const expected = reference(cron)
        const start = new Date(cron.window[1])
        const end = new Date(start.getTime() + DAYS * 1440 * MINUTE)

        const forwards = nextRuns(spec, start, Math.min(expected.length + 1, 300))
        const inside = forwards.map(Number).filter((run) => run <= end.getTime())
        expect(inside).toEqual(expected.slice(0, 300))

        const backwards = previousRuns(spec, new Date(end.getTime() + 1), Math.min(expected.length, 300))
        expect(backwards.map(Number)).toEqual(expected.toReversed().slice(0, 300))

        const middle = new Date(Math.floor(start.getTime() + share * (end.getTime() - start.getTime())))
        expect(countRuns(spec, start, end)).toBe(expected.length)
        expect(countRuns(spec, start, middle)).toBe(expected.filter((run) => run <= middle.getTime()).length)
        expect(
          nextRuns(spec, middle, 1)
            .map(Number)
            .filter((run) => run <= end.getTime()),
        ).toEqual(expected.filter((run) => run > middle.getTime()).slice(0, 1))
        const previous = previousRuns(spec, middle, 1).map(Number)
        expect(previous.filter((run) => run > start.getTime())).toEqual(
          expected.filter((run) => run < middle.getTime()).slice(-1),
        )
      }),
      { numRuns: 250 },
    )
  })

  test('croner finds the same, where no gap ends at midnight', () => {
    const zones = [
      'America/New_York',
      'Europe/London',
      'Australia/Lord_Howe',
      'Asia/Seoul',
      'Africa/Cairo',
      'UTC',
    ]
    const days = fc.constantFrom('*', 'L', 'LW', '15W', '1W,15W', '1,L', '29', '31', '1-7', '?', '*/10')
    const weekdays = fc.constantFrom('*', 'MON', 'FRI#2', '5L', '0', '7', 'FRI-SUN', 'MON#1,WED#5', '1-5/2')
    const months = fc.constantFrom('*', '2', 'JAN,JUL', '3,11', '*/5')
    const time = fc.constantFrom(
      '30 2',
      '0 0',
      '30 0',
      '15,45 1-3',
      '*/20 *',
      '5 */6',
      '30 10 2',
      '*/20 59 23',
    )
    const from = fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2040-01-01') })
    fc.assert(
      fc.property(
        fc.tuple(time, days, months, weekdays, fc.constantFrom(...zones), fc.constantFrom('or', 'and'), from),
        ([at, day, month, weekday, timezone, dayMatch, after]) => {
          const spec = { expression: `${at} ${day} ${month} ${weekday}`, timezone, dayMatch } as const
          const croner = new Cron(spec.expression, {
            ...(timezone === 'UTC' ? { utcOffset: 0 } : { timezone }),
            mode: '5-or-6-parts',
            fixedTimeRule: 'no-wildcard',
            domAndDow: dayMatch === 'and',
            paused: true,
          })
          const start = new Date(after)
          expect(nextRuns(spec, start, 5)).toEqual(croner.nextRuns(5, start))
          expect(previousRuns(spec, start, 5)).toEqual(croner.previousRuns(5, start))
          expect(describeCron(spec)).toContain(timezone)
        },
      ),
      { numRuns: 100 },
    )
  })

  test('every generated expression is valid or refused with a reason, never with another error', () => {
    const text = fc.stringMatching(/^[0-9*,/\-LWA-Z#? @]{0,30}$/)
    fc.assert(
      fc.property(text, (expression) => {
        try {
          expect(describeCron(validateCron({ expression, timezone: 'UTC' }))).toContain('(UTC)')
        } catch (error) {
          expect(error).toMatchObject({ name: 'CronError', received: expect.any(String) })
        }
      }),
    )
  })
})
