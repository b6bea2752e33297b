/**
 * Debian's cron 3.0pl1 as an oracle: its parser of fields (entry.c: get_list, get_range, get_number), its match of a
 * minute (cron.c: find_jobs) and its reaction to a changed clock (cron.c: main), with Debian's patches, line by line
 * and minute by minute. It shares nothing with what it judges.
 */

const FIELDS = [
  { low: 0, high: 59, names: [] },
  { low: 0, high: 23, names: [] },
  { low: 1, high: 31, names: [] },
  { low: 1, high: 12, names: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { low: 0, high: 7, names: 'sun mon tue wed thu fri sat sun'.split(' ') },
]

interface Entry {
  bits: boolean[][]
  stars: boolean[]
}

/** Null where cron refuses the line. */
export function loadEntry(schedule: string): Entry | null {
  const texts = schedule.split(/[ \t]+/)
  const bits: boolean[][] = []
  for (const [index, field] of FIELDS.entries()) {
    const set = getList(texts[index]!, field)
    if (!set) return null
    bits.push(set)
  }
  const sunday = bits[4]![0] || bits[4]![7]
  bits[4]![0] = Boolean(sunday)
  return { bits, stars: texts.map((text) => text[0] === '*') }
}

function getList(text: string, { low, high, names }: (typeof FIELDS)[number]): boolean[] | null {
  const set: boolean[] = Array(high + 1).fill(false)
  let at = 0
  const isAlnum = () => at < text.length && /[A-Za-z0-9]/.test(text[at]!)
  const getNumber = (known: string[]): number | null => {
    let word = ''
    while (isAlnum()) word += text[at++]
    const index = known.indexOf(word.toLowerCase())
    if (index >= 0) return index + low
    return /^\d+$/.test(word) ? Number.parseInt(word, 10) : null
  }
  for (;;) {
    let first: number
    let last: number
    if (text[at] === '*') {
      at++
      first = low
      last = high
    } else {
      const number = getNumber(names)
      if (number === null) return null
      first = number
      last = number
      if (text[at] === '-') {
        at++
        const end = getNumber(names)
        if (end === null) return null
        last = end
      } else {
        if (text[at] === '/') return null
        if (first < low || first > high) return null
        set[first] = true
        if (text[at] !== ',') return set
        at++
        continue
      }
    }
    let step = 1
    if (text[at] === '/') {
      at++
      const number = getNumber([])
      if (number === null || number <= 0) return null
      step = number
    }
    if (first < low || first > high || last < low || last > high) return null
    for (let value = first; value <= last; value += step) set[value] = true
    if (text[at] !== ',') return set
    at++
  }
}

/** The wall clock of a zone for every minute of [from, to), in minutes since 1970 as its clock shows them. */
export function clockMinutes(timezone: string, from: number, to: number): Int32Array {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' })
  const clock = new Int32Array(to - from)
  let offset = 0
  for (let minute = from; minute < to; minute++) {
    // No zone changes its offset within a quarter of an hour.
    if (minute % 15 === 0 || minute === from) {
      const name = format.formatToParts(minute * 60_000).find(({ type }) => type === 'timeZoneName')!.value
      const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [null, '+', '0', '0']
      offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
    }
    clock[minute - from] = minute + offset
  }
  return clock
}

/** The minutes, since 1970 in UTC, at which a cron that watches `clock` starts a line. */
export function runsOf({ bits, stars }: Entry, clock: Int32Array, from: number): number[] {
  const [minutes, hours, days, months, weekdays] = bits as [
    boolean[],
    boolean[],
    boolean[],
    boolean[],
    boolean[],
  ]
  const isWild = stars[0]! || stars[1]!
  const needsBoth = stars[2]! || stars[4]!
  const date = new Date(0)
  const matches = (wall: number) => {
    if (!minutes[wall % 60] || !hours[Math.floor(wall / 60) % 24]) return false
    date.setTime(wall * 60_000)
    if (!months[date.getUTCMonth() + 1]) return false
    const day = days[date.getUTCDate()]!
    const weekday = weekdays[date.getUTCDay()]!
    return needsBoth ? day && weekday : day || weekday
  }
  const runs: number[] = []
  let virtual = clock[0]! - 1
  for (let index = 0; index < clock.length; index++) {
    const now = clock[index]!
    const difference = now - virtual
    let isStarted = false
    const findJobs = (wall: number, doWild: boolean, doNonWild: boolean) => {
      if ((isWild ? doWild : doNonWild) && matches(wall)) isStarted = true
    }
    const hasJumped = difference > 180 || difference <= -180
    if (difference === 1 || hasJumped) {
      virtual = now
      findJobs(now, true, true)
    } else if (difference > 5) {
      findJobs(now, true, false)
      while (virtual < now) findJobs(++virtual, false, true)
    } else if (difference > 0) while (virtual < now) findJobs(++virtual, true, true)
    else findJobs(now, true, false)
    if (isStarted) runs.push(from + index)
  }
  return runs
}
