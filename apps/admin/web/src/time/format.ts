import i18next from 'i18next'

/** `2026-11-21 23:14:05`, `11-21 23:14`, `23:14:05` and `2026-11-21`. */
export type InstantStyle = 'full' | 'minute' | 'time' | 'date'

const PART_OF_FULL: Record<InstantStyle, [from: number, to: number]> = {
  full: [0, 19],
  minute: [5, 16],
  time: [11, 19],
  date: [0, 10],
}

/** Making one costs more than using it a thousand times. */
const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(zone: string): Intl.DateTimeFormat {
  let known = formatters.get(zone)
  if (!known) {
    // Sweden writes dates as ISO does, which reads the same in both languages and sorts.
    known = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
    formatters.set(zone, known)
  }
  return known
}

/** As clocks show it there. @param at  ISO 8601 or a Date */
export function formatInstant(at: string | Date, zone: string, style: InstantStyle = 'full'): string {
  return formatter(zone)
    .format(new Date(at))
    .slice(...PART_OF_FULL[style])
}

const SHORT_NAMES: Record<string, string> = { 'Asia/Seoul': 'KST', UTC: 'UTC' }

/** `KST`, `UTC`, or the zone's own short name at that time, as `GMT+2`. */
export function zoneLabel(zone: string, at: string | Date = new Date()): string {
  return (
    SHORT_NAMES[zone] ??
    new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'short' })
      .formatToParts(new Date(at))
      .find(({ type }) => type === 'timeZoneName')?.value ??
    zone
  )
}

const UNITS = [86_400_000, 3_600_000, 60_000, 1_000] as const
/** Of days, hours, minutes and seconds. */
const UNIT_NAMES = { en: ['d', 'h', 'm', 's'], ko: ['일', '시간', '분', '초'] } as const

/** `820 ms`, `4.2 s`, `3m 5s`, `2d 4h`: the two largest units, in the language of the page. */
export function formatDuration(ms: number): string {
  const names = UNIT_NAMES[i18next.language === 'ko' ? 'ko' : 'en']
  const space = i18next.language === 'ko' ? '' : ' '
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)}${space}${names[3]}`
  const first = UNITS.findIndex((size) => ms >= size)
  const whole = Math.floor(ms / UNITS[first]!)
  const next = UNITS[first + 1]
  const rest = next ? Math.floor((ms % UNITS[first]!) / next) : 0
  return rest > 0 ? `${whole}${names[first]} ${rest}${names[first + 1]}` : `${whole}${names[first]}`
}

/** `in 5 minutes`, `3 hours ago`, in a language. */
export function formatRelative(at: string | Date, language: string, now = Date.now()): string {
  const seconds = (new Date(at).getTime() - now) / 1_000
  const size = Math.abs(seconds)
  const [unit, divisor] =
    size < 60
      ? (['second', 1] as const)
      : size < 3_600
        ? (['minute', 60] as const)
        : size < 86_400
          ? (['hour', 3_600] as const)
          : (['day', 86_400] as const)
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(
    Math.round(seconds / divisor),
    unit,
  )
}
