import { CronError } from './cronError.ts'

const NICKNAMES = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

/** One position of an expression: its bounds, how many values it has, and the names that may stand for them. */
interface Field {
  name: string
  min: number
  max: number
  size: number
  names: string[]
}

const FIELDS: Field[] = [
  { name: 'second', min: 0, max: 59, size: 60, names: [] },
  { name: 'minute', min: 0, max: 59, size: 60, names: [] },
  { name: 'hour', min: 0, max: 23, size: 24, names: [] },
  { name: 'day of month', min: 1, max: 31, size: 31, names: [] },
  { name: 'month', min: 1, max: 12, size: 12, names: MONTHS },
  { name: 'day of week', min: 0, max: 6, size: 7, names: WEEKDAYS },
]

/**
 * Refuses what croner would read differently from what was meant, or refuses without saying how to write it.
 * Everything else is left to croner.
 *
 * @param expression  trimmed, blanks collapsed
 * @throws CronError  CRON_EXPRESSION_INVALID
 */
export function refuseByText(expression: string): void {
  const refuse = (expected: string): never => {
    throw new CronError('CRON_EXPRESSION_INVALID', expression, expected)
  }
  if (expression === '') refuse('five fields (minute hour day month weekday) or a nickname such as @daily')
  if (expression.length > 255) refuse(`at most 255 characters, not ${expression.length}`)
  if (/^(CRON_)?TZ=/i.test(expression)) refuse('the zone in the timezone field, not in the expression')
  if (/^@reboot\b/i.test(expression)) {
    refuse('a time: for work at start-up, enqueue a job (POST /jobs) when the service has started')
  }
  if (/^@every\b/i.test(expression)) refuse('a step instead of @every: */5 * * * * runs every five minutes')
  if (expression.startsWith('@')) {
    if (NICKNAMES.includes(expression.toLowerCase())) return
    refuse(`five fields or one of ${NICKNAMES.join(' ')}`)
  }
  if (/:|^\d{4}-\d\d/.test(expression)) {
    refuse('a repeating time: for a single one, create a job (POST /jobs) with a scheduled_time')
  }
  if (expression.includes('+')) refuse('no +: set day_match to "and" when both day fields must match')

  const texts = expression.split(' ')
  if (texts.length === 7)
    refuse('five or six fields: for a single year leave it out and set start_at and end_at')
  if (texts.length < 5 || texts.length > 6) {
    refuse(`five fields (minute hour day month weekday), or six with seconds first, not ${texts.length}`)
  }
  for (const [index, text] of texts.entries()) {
    const field = FIELDS[index + FIELDS.length - texts.length]!
    for (const item of text.split(',')) {
      const better = betterItem(field, item)
      if (better) refuse(`${better} in the ${field.name} field instead of ${item}`)
    }
  }
}

/** What to write instead of one item of a list, or null when it can stay. */
function betterItem(field: Field, item: string): string | null {
  const [, fromText, toText, stepText] = item.match(/^(\w+|\*|\?)(?:-(\w+))?(?:\/(\d+))?$/) ?? []
  if (fromText === undefined) return null
  const step = stepText === undefined ? 1 : Number(stepText)
  const suffix = stepText === undefined ? '' : `/${stepText}`

  if (step >= field.size) {
    // "Every 60 seconds" is once a minute however it is written, so the text says what happens.
    if (field.name === 'second' && step === field.size) return null
    return `a step below ${field.size}, or ${/^\w+$/.test(fromText) ? fromText : field.min} for a single value,`
  }
  if (toText === undefined) {
    return stepText !== undefined && /^\w+$/.test(fromText) ? `${fromText}-${field.max}${suffix}` : null
  }

  const from = numberOf(field, fromText)
  // As in croner, a range that ends on SUN ends on 7.
  const to = field.names === WEEKDAYS && toText.toUpperCase() === 'SUN' ? 7 : numberOf(field, toText)
  if (!(from > to)) return null
  if (field.names === WEEKDAYS && to === 0) return `${fromText}-7${suffix}`
  if (field.names === WEEKDAYS && from === 7) return `0-${toText}${suffix}`
  const isNamed = Number.isNaN(Number(fromText))
  const last = isNamed ? field.names.at(-1) : field.max
  const first = isNamed ? field.names[0] : field.min
  return `${fromText}-${last}${suffix},${first}-${toText}${suffix}`
}

/** NaN for what is neither a number nor a name; croner reports those. */
function numberOf(field: Field, text: string): number {
  const index = field.names.indexOf(text.toUpperCase())
  return index < 0 ? Number(text) : field.min + index
}
