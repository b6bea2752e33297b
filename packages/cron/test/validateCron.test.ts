import { describe, expect, test } from '@jest/globals'
import { CronError, validateCron } from '../src/index.ts'

/** The error that validateCron throws, or null when it accepts. */
function refusal(
  expression: unknown,
  options: { minIntervalSeconds?: number; timezone?: unknown; dayMatch?: 'or' | 'and' } = {},
): CronError | null {
  const { timezone = 'Asia/Seoul', dayMatch, minIntervalSeconds } = options
  try {
    validateCron(
      { expression: expression as string, timezone: timezone as string, dayMatch },
      { minIntervalSeconds, from: new Date('2026-01-01T00:00:00Z') },
    )
    return null
  } catch (error) {
    if (error instanceof CronError) return error
    throw error
  }
}

describe('validateCron: the dialect', () => {
  test('trims, collapses blanks, keeps the zone as given and fills in day_match', () => {
    expect(validateCron({ expression: '  0  9\t* *  MON-FRI ', timezone: 'asia/seoul' })).toEqual({
      expression: '0 9 * * MON-FRI',
      timezone: 'asia/seoul',
      dayMatch: 'or',
    })
  })

  test.each([
    ...['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly', '@Daily'],
    ...[
      '* * * * *',
      '*/15 * * * *',
      '0 9-17/2 * * *',
      '5,35 * * * *',
      '0 0 1 JAN,jul *',
      '0 0 * * sun',
      '0 0 * * 7',
    ],
    ...[
      '0 0 L * *',
      '0 0 15W * *',
      '0 0 1W,15W * *',
      '0 0 LW * *',
      '0 0 * * FRI#2',
      '0 0 * * 5L',
      '0 0 ? * 1',
    ],
    ...['0 0 29 2 *', '0 0 * * FRI-SUN', '0 30 9 * * *', '10-12/5 * * * *', '0 0 1,L * *'],
  ])('accepts %s', (expression) => expect(refusal(expression)).toBeNull())

  test.each([
    ['', 'five fields'],
    ['   ', 'five fields'],
    [undefined, 'five fields'],
    [null, 'five fields'],
    [5, 'five fields'],
    ['* * * *', 'not 4'],
    ['hello', 'not 1'],
    ['0 0 0 1 1 * 2030', 'start_at'],
    ['2026-05-01T10:00:00', 'scheduled_time'],
    ['2026-05-01 10:00:00Z', 'scheduled_time'],
    ['2026-05-01', 'scheduled_time'],
    ['0 0 13 * +FRI', 'day_match'],
    ['*/60 * * * *', 'a step below 60, or 0 for a single value'],
    ['7-20/60 * * * *', '7 for a single value'],
    ['0 */24 * * *', 'a step below 24'],
    ['0 0 */31 * *', 'a step below 31, or 1'],
    ['0 0 1 */12 *', 'a step below 12'],
    ['0 0 * * */7', 'a step below 7'],
    ['*/61 * * * * *', 'a step below 60'],
    ['5/10 * * * *', '5-59/10 in the minute field'],
    ['0 3/4 * * *', '3-23/4 in the hour field'],
    ['0 0 * * FRI-MON', 'FRI-SAT,SUN-MON'],
    ['0 0 * * 5-0', '5-7'],
    ['0 0 * * 7-2', '0-2'],
    ['0 22-2 * * *', '22-23,0-2'],
    ['0 22-2/2 * * *', '22-23/2,0-2/2'],
    ['0 0 1 NOV-FEB *', 'NOV-DEC,JAN-FEB'],
    ['@reboot', 'POST /jobs'],
    ['@every 5m', '*/5 * * * *'],
    ['@fortnightly', '@weekly'],
    ['CRON_TZ=Asia/Seoul 0 9 * * *', 'timezone field'],
    ['TZ=Asia/Seoul 0 9 * * *', 'timezone field'],
    ['60 * * * *', 'Invalid value for minute'],
    ['0 24 * * *', 'Invalid value for hour'],
    ['0 0 0 * *', 'Invalid value for day'],
    ['0 0 * * 8', 'Invalid value for dayOfWeek'],
    ['*/0 * * * *', 'illegal stepping'],
    ['0 0 * * MONDAY', 'stand alone'],
    ['a b c d e', 'illegal characters'],
    [`${'1,'.repeat(130)}1 * * * *`, 'at most 255 characters'],
  ])('refuses %p and says %p', (expression, hint) => {
    const error = refusal(expression)
    expect(error).toMatchObject({ code: 'CRON_EXPRESSION_INVALID', field: 'cron_expression' })
    expect(error?.message).toContain(hint)
    expect(error?.expected).toContain(hint)
  })

  test('what a refusal says to write instead is accepted', () => {
    for (const better of [
      '5-59/10 * * * *',
      '0 0 * * FRI-SAT,SUN-MON',
      '0 0 * * 5-7',
      '0 22-23/2,0-2/2 * * *',
    ]) {
      expect(refusal(better)).toBeNull()
    }
    expect(refusal('0 0 1 NOV-DEC,JAN-FEB *')).toBeNull()
  })

  test('takes 255 characters, counted after collapsing blanks', () => {
    const expression = `${'0,'.repeat(123)}0 * * * *`
    expect(expression).toHaveLength(255)
    expect(refusal(expression.replaceAll(' ', '      '))).toBeNull()
  })

  test('cuts what it repeats of a hostile expression', () => {
    const error = refusal('9'.repeat(100_000))
    expect(error?.received).toHaveLength(258)
    expect(error!.message.length).toBeLessThan(400)
  })
})

describe('validateCron: zones', () => {
  test.each(['UTC', 'Etc/UTC', 'Asia/Seoul', 'America/New_York', 'asia/seoul', 'EST5EDT', 'Etc/GMT-9'])(
    'accepts %s',
    (timezone) => expect(refusal('0 9 * * *', { timezone })).toBeNull(),
  )

  test.each(['', ' ', 'Mars/Olympus', '+09:00', 'UTC+9', ' Asia/Seoul', null, 9])(
    'refuses %p',
    (timezone) => {
      const error = refusal('0 9 * * *', { timezone })
      expect(error).toMatchObject({ code: 'CRON_TIMEZONE_INVALID', field: 'timezone' })
      expect(error?.message).toContain('Asia/Seoul')
    },
  )

  test('refuses a missing zone', () => {
    const spec = { expression: '0 9 * * *' } as { expression: string; timezone: string }
    expect(() => validateCron(spec)).toThrow(CronError)
  })
})

describe('validateCron: never fires', () => {
  test.each(['0 0 31 2 *', '0 0 30 2 *', '0 0 31 4,6,9,11 *'])('refuses %s', (expression) =>
    expect(refusal(expression)?.code).toBe('CRON_NEVER_FIRES'),
  )

  test('refuses days that exclude each other under day_match and, not under or', () => {
    expect(refusal('0 0 1 1 MON#2', { dayMatch: 'and' })?.code).toBe('CRON_NEVER_FIRES')
    expect(refusal('0 0 1 1 MON#2', { dayMatch: 'or' })).toBeNull()
  })

  test('accepts a 29 February that is a Monday, 28 years apart', () => {
    expect(refusal('0 0 29 2 MON', { dayMatch: 'and' })).toBeNull()
  })

  test('refuses at once a wildcard that daylight saving skips every year, which keeps croner busy for minutes', () => {
    const expression = '* * 2 8-14 3 SUN'
    const started = performance.now()
    const timezone = 'America/New_York'
    const error = refusal(expression, { timezone, dayMatch: 'and', minIntervalSeconds: 1 })
    expect(error?.code).toBe('CRON_NEVER_FIRES')
    expect(performance.now() - started).toBeLessThan(30_000)
    expect(refusal('0 2 8-14 3 SUN', { timezone, dayMatch: 'and' })).toBeNull()
  })

  test('hostile lists do not keep it busy', () => {
    const list = (max: number) => Array.from({ length: max }, (_, value) => value).join(',')
    const hostile = [
      `${list(60)} 2 29 2 1#1`,
      `* * 31 ${'2,4,6,9,11,'.repeat(15)}2 *`,
      `0 0 29 2 ${'1#5,'.repeat(50)}1#5`,
      `0 0 ${'31W,'.repeat(50)}31W 2 *`,
    ]
    for (const expression of hostile) {
      for (const dayMatch of ['or', 'and'] as const) {
        const started = performance.now()
        refusal(expression, { dayMatch, timezone: 'America/New_York', minIntervalSeconds: 1_000_000 })
        expect(performance.now() - started).toBeLessThan(30_000)
      }
    }
  })
})

describe('validateCron: the smallest interval', () => {
  test.each([
    ['*/60 * * * * *', 60, null],
    ['5,5 * * * * *', 60, null],
    ['30 * * * * *', 60, null],
    ['* * * * *', 60, null],
    ['0,30 0 0 1 1 *', 60, 30],
    ['59,0 * * * * *', 60, 1],
    ['0,59 5 5 1 1 *', 60, 59],
    ['0 0,59 0,23 * * *', 60, null],
    ['* * * * * *', 60, 1],
    ['*/2 * * * * *', 5, 2],
    ['*/5 * * * * *', 5, null],
    ['0,58 * * * * *', 5, 2],
    ['0,58 */2 * * * *', 5, null],
    ['0,58 0,59 * * * *', 5, 2],
    ['0,58 0,59 */2 * * *', 5, null],
    ['0,58 0,59 0,23 * * *', 5, 2],
    ['0,58 0,59 0,23 1 * *', 5, null],
    ['* * * * * *', 1, null],
    ['* * * * * *', 0, null],
    ['*/5 * * * *', 300, null],
    ['*/4 * * * *', 300, 240],
    ['*/7 * * * *', 300, 240],
    ['0 * * * *', 3600, null],
    ['0,59 0 * * *', 3600, 3540],
    ['0,30 0,23 * * *', 1800, null],
    ['0,45 0,23 1 * *', 2700, null],
    ['0 0,23 * * *', 7200, 3600],
    ['0 0,23 1,15 * *', 7200, null],
    ['0 0,23 L,1 * *', 7200, 3600],
    ['0 0,23 * * MON,WED', 7200, null],
    ['0 0,23 * * SUN,SAT', 7200, 3600],
    ['0 0,23 31 12 *', 7200, null],
    ['0 9 * * *', 86_400, null],
    ['0 9 * * *', 90_000, 86_400],
    ['0 9 * * MON,THU', 300_000, 259_200],
    ['0 9 1 * *', 2_419_200, null],
    ['0 9 1 * *', 2_500_000, 2_419_200],
  ])('%s under a limit of %d seconds: smallest gap refused is %p', (expression, limit, gap) => {
    const error = refusal(expression, { minIntervalSeconds: limit })
    if (gap === null) {
      expect(error).toBeNull()
    } else {
      expect(error).toMatchObject({ code: 'CRON_INTERVAL_TOO_SHORT', received: expression })
      expect(error?.expected).toBe(
        `at least ${limit} seconds between two runs, its smallest gap is ${gap} seconds`,
      )
    }
  })

  test('counts across midnight under day_match and only where both days can match', () => {
    const options = { minIntervalSeconds: 7200, dayMatch: 'and' as const }
    expect(refusal('0 0,23 13,14 * FRI', options)).toBeNull()
    expect(refusal('0 0,23 13,14 * FRI,SAT', options)?.expected).toContain('3600 seconds')
  })
})
