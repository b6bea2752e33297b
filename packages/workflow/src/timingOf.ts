import { CronError, validateCron } from '@jobu/cron'
import type { DayMatch, Frequency } from '@jobu/db'
import type { Fault } from './fault.ts'
import { wallClock } from './wallClock.ts'

/** When a schedule runs, as it was said; null and left out are the same. */
export interface TimingInput {
  cron_expression?: string | null
  frequency?: Frequency | null
  time?: string | null
  minute?: number | null
  day_of_week?: number | null
  day_of_month?: number | null
  timezone: string
  day_match?: DayMatch
  start_date?: Date | null
  end_date?: Date | null
}

/** The columns of `schedules` that say when it runs. */
export interface Timing {
  /** Null: started by hand, or `once`. */
  cronExpression: string | null
  /** Of `once`: when. */
  onceAt: Date | null
  frequency: Frequency | null
  /** What was said beside the frequency, without what follows from start_date. */
  frequencyTime: FrequencyTime | null
}
export type FrequencyTime = { time?: string; minute?: number; day_of_week?: number; day_of_month?: number }

const TIME_FIELDS = ['time', 'minute', 'day_of_week', 'day_of_month'] as const
type TimeField = (typeof TIME_FIELDS)[number]

const FIELDS_OF: Record<Frequency, readonly TimeField[]> = {
  once: [],
  hourly: ['minute'],
  daily: ['time'],
  weekly: ['time', 'day_of_week'],
  monthly: ['time', 'day_of_month'],
}

/**
 * Checks when a schedule is to run, and turns a frequency into a cron expression in the schedule's time zone.
 *
 * @param options  `minIntervalSeconds` between two runs; `now` (default: this process's clock) is where the search for a
 *                 first run begins
 */
export function timingOf(
  input: TimingInput,
  options: { minIntervalSeconds?: number; now?: Date } = {},
): { timing: Timing } | { faults: Fault[] } {
  const frequency = input.frequency ?? null
  const expression = input.cron_expression ?? null
  const faults = [...contradictions(input), ...windowFaults(input)]
  const zoneFault = specFault(input, '@daily')
  if (zoneFault) return { faults: [...faults, zoneFault] }

  let cronExpression: string | null = null
  if (expression !== null) {
    const checked = checkedSpec(input, expression, options)
    if (typeof checked === 'string') cronExpression = checked
    else faults.push(checked)
  } else if (frequency !== null && frequency !== 'once') {
    cronExpression = cronOf(frequency, input)
  }
  if (faults.length > 0) return { faults }
  const said = TIME_FIELDS.flatMap((field) => (input[field] == null ? [] : [[field, input[field]]]))
  return {
    timing: {
      cronExpression,
      onceAt: frequency === 'once' ? input.start_date! : null,
      frequency,
      frequencyTime: frequency === null ? null : Object.fromEntries(said),
    },
  }
}

/** What was said together and does not go together, or what is missing. */
function contradictions(input: TimingInput): Fault[] {
  const { cron_expression: expression, frequency } = input
  const faults: Fault[] = []
  if (expression != null && frequency != null) {
    faults.push({
      field: 'frequency',
      message: 'contradicts cron_expression; give one of them',
      received: frequency,
    })
    return faults
  }
  const fits: readonly TimeField[] = frequency == null ? [] : FIELDS_OF[frequency]
  for (const field of TIME_FIELDS) {
    if (input[field] == null || fits.includes(field)) continue
    const owner = frequency == null ? 'goes with a frequency only' : `does not go with frequency ${frequency}`
    const message = frequency === 'once' ? `${owner}, which runs at start_date` : owner
    faults.push({ field, message, received: input[field] })
  }
  if (frequency === 'once' && !input.start_date) {
    faults.push({ field: 'start_date', message: 'is required for frequency once: the time to run at' })
  }
  return faults
}

function windowFaults({ start_date: start, end_date: end }: TimingInput): Fault[] {
  if (!start || !end || end > start) return []
  return [
    {
      field: 'end_date',
      message: 'must be after start_date',
      received: end.toISOString(),
      expected: `later than ${start.toISOString()}`,
    },
  ]
}

function cronOf(frequency: Exclude<Frequency, 'once'>, input: TimingInput): string {
  const start = input.start_date ? wallClock(input.start_date, input.timezone) : null
  const [hour, minute] = input.time?.split(':').map(Number) ?? [start?.hour ?? 0, start?.minute ?? 0]
  switch (frequency) {
    case 'hourly':
      return `${input.minute ?? start?.minute ?? 0} * * * *`
    case 'daily':
      return `${minute} ${hour} * * *`
    case 'weekly':
      return `${minute} ${hour} * * ${input.day_of_week ?? start?.dayOfWeek ?? 1}`
    case 'monthly': {
      const day = input.day_of_month ?? start?.day ?? 1
      return `${minute} ${hour} ${day === 31 ? 'L' : day} * *`
    }
  }
}

/** The expression as it is stored, or what is wrong with it. */
function checkedSpec(
  { timezone, day_match }: TimingInput,
  expression: string,
  { minIntervalSeconds, now }: { minIntervalSeconds?: number; now?: Date },
): string | Fault {
  try {
    return validateCron({ expression, timezone, dayMatch: day_match }, { minIntervalSeconds, from: now })
      .expression
  } catch (error) {
    if (!(error instanceof CronError)) throw error
    const { field, message, received, expected } = error
    return { field, message, received, expected }
  }
}

function specFault(input: TimingInput, expression: string): Fault | null {
  const checked = checkedSpec(input, expression, {})
  return typeof checked === 'string' ? null : checked
}
