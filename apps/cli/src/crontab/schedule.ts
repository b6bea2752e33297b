import { CronError, validateCron } from '@jobu/cron'
import { DAY, type Field, HOUR, listText, MINUTE, MONTH, meantText, parseField, WEEKDAY } from './field.ts'

/** The schedule of a crontab line, as jobu writes it. */
export interface Schedule {
  expression: string
  dayMatch: 'or' | 'and'
  /** Cron never runs the line: what it meant is in `expression`, and it must not start to run unasked. */
  isNever: boolean
  /** What differs from the line, and why. */
  remarks: string[]
}

/** A schedule that cannot be carried over. */
export class ScheduleRefused extends Error {
  override readonly name = 'ScheduleRefused'
}

const NICKNAMES = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']
const RULES = [MINUTE, HOUR, DAY, MONTH, WEEKDAY]

/**
 * The expression that fires at the instants at which Debian's cron runs a line, daylight saving included.
 *
 * Days: where the day of month or the day of week begins with `*`, be it with a step, both must match, else either
 * (find_jobs in cron.c). Daylight saving: a line whose minute or hour begins with `*` follows elapsed time, any other is
 * moved out of a gap and not repeated; jobu decides that by any `*` or step in those fields.
 *
 * @param timezone  where it will run
 * @throws ScheduleRefused; FieldRefused where cron itself refuses the line
 */
export function scheduleOf(text: string, timezone: string): Schedule {
  if (text.startsWith('@')) {
    // Debian's cron knows them in lower case only.
    if (NICKNAMES.includes(text)) return { expression: text, dayMatch: 'or', isNever: false, remarks: [] }
    throw new ScheduleRefused(
      text === '@reboot'
        ? 'jobu knows no start of a machine; let the machine enqueue a job when it starts (jobs run)'
        : `cron knows no ${text}`,
    )
  }
  const fields = text.split(/[ \t]+/).map((one, index) => parseField(one, RULES[index]!))
  const schedule = neverRuns(fields) ? asMeant(fields) : asRun(fields)
  for (const { rule, ignored, text: whole } of fields) {
    if (ignored !== '') {
      schedule.remarks.push(`cron passes over "${ignored}" in the ${rule.name} ${whole}, and so does this`)
    }
  }
  try {
    validateCron({ ...schedule, timezone })
  } catch (error) {
    if (!(error instanceof CronError)) throw error
    throw new ScheduleRefused(error.code === 'CRON_NEVER_FIRES' ? `${text} never comes` : error.message)
  }
  return schedule
}

/** Days by Debian's rule: both where a field begins with `*`, else either. */
function neverRuns([minute, hour, day, month, weekday]: readonly Field[]): boolean {
  const needsBoth = day!.isStar || weekday!.isStar
  const dayIsEmpty = day!.values.length === 0
  const weekdayIsEmpty = weekday!.values.length === 0
  return (
    [minute, hour, month].some((field) => field!.values.length === 0) ||
    (needsBoth ? dayIsEmpty || weekdayIsEmpty : dayIsEmpty && weekdayIsEmpty)
  )
}

/** A line that never runs, for its backward ranges: as they were meant. */
function asMeant(fields: readonly Field[]): Schedule {
  const texts = fields.map((field) => (field.backward.length > 0 ? meantText(field) : textOf(field)))
  const backward = fields.flatMap((field) => field.backward)
  const remark =
    `Debian's cron never runs this line: it matches nothing by ${backward.join(' and ')}, which ends before it begins. ` +
    `Written as it was meant (${texts.join(' ')}) and disabled; enable it if it is to run`
  return { expression: texts.join(' '), dayMatch: dayMatchOf(fields), isNever: true, remarks: [remark] }
}

function asRun(fields: readonly Field[]): Schedule {
  const [minute, hour, day, , weekday] = fields
  const texts = fields.map(textOf)
  const remarks: string[] = []
  // Either day is enough, and one of them has none.
  if (day!.values.length === 0) texts[2] = '*'
  if (weekday!.values.length === 0) texts[4] = '*'
  const backward = fields.flatMap((field) => field.backward)
  if (backward.length > 0) {
    remarks.push(
      `Debian's cron matches nothing by ${backward.join(' and ')}, which ends before it begins; it is left out`,
    )
  }

  const isWild = minute!.isStar || hour!.isStar
  const time = `${texts[0]} ${texts[1]}`
  if (!isWild && /[*/]/.test(time)) {
    texts[0] = listText(minute!.values)
    texts[1] = listText(hour!.values)
  } else if (isWild && !/[*/]/.test(time)) {
    const index = minute!.isStar ? 0 : 1
    const [first, ...others] = fields[index]!.values
    // A step over a single value keeps it from counting as a fixed time.
    texts[index] = [`${first}-${first! + 1}/2`, ...others].join(',')
  }
  const expression = texts.join(' ')
  const before = fields.map(({ text }) => text).join(' ')
  if (expression !== before && backward.length === 0) remarks.push(`${before} is written ${expression}`)
  const dayMatch = dayMatchOf(fields)
  if (dayMatch === 'and') {
    remarks.push('day_match is "and": where a day field begins with *, cron wants both to match')
  }
  return { expression, dayMatch, isNever: false, remarks }
}

function dayMatchOf([, , day, , weekday]: readonly Field[]): 'or' | 'and' {
  const isEither = [day, weekday].some((field) => textOf(field!) === '*')
  return !isEither && (day!.isStar || weekday!.isStar) ? 'and' : 'or'
}

/** A field as it stands where jobu reads it alike, else its values. */
function textOf(field: Field): string {
  if (field.isStar && field.values.length === field.rule.size) return '*'
  return field.isPlain ? field.text : listText(field.values)
}
