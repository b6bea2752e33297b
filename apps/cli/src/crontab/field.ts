/** One of the five fields of a crontab line, as Debian's cron bounds it. */
export interface FieldRule {
  name: string
  low: number
  high: number
  /** How many different values it has: Sunday is 0 and 7. */
  size: number
  /** Names of the values from `low` on; case does not matter. */
  names: readonly string[]
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

export const MINUTE: FieldRule = { name: 'minute', low: 0, high: 59, size: 60, names: [] }
export const HOUR: FieldRule = { name: 'hour', low: 0, high: 23, size: 24, names: [] }
export const DAY: FieldRule = { name: 'day of month', low: 1, high: 31, size: 31, names: [] }
export const MONTH: FieldRule = { name: 'month', low: 1, high: 12, size: 12, names: MONTHS }
export const WEEKDAY: FieldRule = { name: 'day of week', low: 0, high: 7, size: 7, names: WEEKDAYS }

/** A field as Debian's cron reads it. */
export interface Field {
  rule: FieldRule
  text: string
  /** What it matches, ascending; Sunday is 0. Empty where no range of it goes forward. */
  values: number[]
  /** Its first character is `*`, whatever follows: what Debian's rules for days and for daylight saving ask. */
  isStar: boolean
  /** Ranges that end before they begin. Debian's cron takes them and matches nothing by them. */
  backward: string[]
  /** What the author of such a range meant: all values, round the end. Equal to `values` where there is none. */
  meant: number[]
  /** What stands behind the last item and is passed over, as `#2` in `5#2`. */
  ignored: string
  /** jobu reads the text as it is, and alike. */
  isPlain: boolean
}

/** A field that Debian's cron refuses, and with it the whole file. */
export class FieldRefused extends Error {
  override readonly name = 'FieldRefused'
}

const ITEM = /^(?:(\*)|([A-Za-z0-9]+))/
const NUMBER = /^[A-Za-z0-9]+/

/**
 * Reads a field as `get_list` of Debian's cron 3.0pl1 does (entry.c, with Debian's patches), what it passes over
 * included.
 *
 * @throws FieldRefused
 */
export function parseField(text: string, rule: FieldRule): Field {
  const refuse = (why: string): never => {
    throw new FieldRefused(`bad ${rule.name} "${text}": ${why}`)
  }
  const field: Field = {
    ...{ rule, text, values: [], isStar: text.startsWith('*'), backward: [], meant: [], ignored: '' },
    isPlain: true,
  }
  const values = new Set<number>()
  const meant = new Set<number>()
  const add = (set: Set<number>, value: number) => set.add(rule === WEEKDAY ? value % 7 : value)

  let rest = text
  for (;;) {
    const [whole, star, first] = ITEM.exec(rest) ?? refuse('expected a number, a name, a range or *')
    const item = rest
    rest = rest.slice(whole!.length)
    let from = star ? rule.low : numberOf(first!, rule, refuse)
    let to = star ? rule.high : from
    let step = 1
    const isRange = !star && rest.startsWith('-')
    if (isRange) {
      const second = NUMBER.exec(rest.slice(1))?.[0] ?? refuse('a range without its end')
      to = numberOf(second, rule, refuse)
      rest = rest.slice(1 + second.length)
      // jobu takes a range that ends on SUN to end on 7.
      if (second.toUpperCase() === 'SUN') field.isPlain = false
    }
    if (rest.startsWith('/')) {
      if (!star && !isRange)
        refuse(`a step without a range; ${first}-${lastOf(rule)}${rest} is every so many from ${first} on`)
      const digits = /^\/(\d+)(?![A-Za-z])/.exec(rest)?.[1] ?? refuse('a step that is no number')
      step = Number(digits)
      if (step === 0) refuse('a step of 0')
      if (step >= rule.size) field.isPlain = false
      rest = rest.slice(1 + digits.length)
    }
    if (from < rule.low || from > rule.high || to < rule.low || to > rule.high) {
      refuse(`expected ${rule.low} to ${rule.high}`)
    }
    for (let value = from; value <= to; value += step) {
      add(values, value)
      add(meant, value)
    }
    if (from > to) {
      field.backward.push(item.slice(0, item.length - rest.length))
      for (from -= rule.low; from <= to - rule.low + rule.size; from += step)
        add(meant, rule.low + (from % rule.size))
    }
    if (!rest.startsWith(',')) break
    rest = rest.slice(1)
  }
  field.ignored = rest
  field.values = ascending(values)
  field.meant = ascending(meant)
  if (rest !== '' || field.backward.length > 0) field.isPlain = false
  return field
}

/** Values as a list with ranges, without `*` and without steps: `1,3,10-20`. */
export function listText(values: readonly number[]): string {
  const parts: string[] = []
  for (let i = 0; i < values.length; ) {
    let end = i
    while (values[end + 1] === values[end]! + 1) end++
    parts.push(end > i + 1 ? `${values[i]}-${values[end]}` : values.slice(i, end + 1).join(','))
    i = end + 1
  }
  return parts.join(',')
}

/** What the author of backward ranges meant, in words where they used words: `FRI,SAT,SUN,MON`. */
export function meantText({ rule, text, meant, backward }: Field): string {
  if (rule.names.length === 0 || !/[a-z]/i.test(backward.join())) return listText(meant)
  const first = numberOf(/[A-Za-z0-9]+/.exec(text)![0], rule, () => rule.low) % rule.size
  const inOrder = [
    ...meant.filter((value) => value % rule.size >= first),
    ...meant.filter((value) => value % rule.size < first),
  ]
  return inOrder.map((value) => rule.names[value - rule.low]).join(',')
}

const ascending = (set: Set<number>): number[] => [...set].sort((a, b) => a - b)
/** The last value that is not another name of the first. */
const lastOf = ({ low, size }: FieldRule): number => low + size - 1

function numberOf(text: string, { names, low }: FieldRule, refuse: (why: string) => number): number {
  const index = names.indexOf(text.toUpperCase())
  if (index >= 0) return low + index
  return /^\d+$/.test(text) ? Number(text) : refuse(`"${text}" is neither a number nor a name there`)
}
