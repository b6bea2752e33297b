import { z } from 'zod'

const INSTANT =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d{1,9})?)?(Z|z|[+-]\d\d(:?[0-5]\d)?)?$/
const EARLIEST = Date.UTC(1970, 0, 1)
const LATEST = Date.UTC(9999, 11, 31)

/** An ISO 8601 instant with any offset, as a Date; one without an offset is refused. */
export const instant = z
  .string()
  .transform((text, context) => {
    const problem = (message: string) => {
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }
    const parts = INSTANT.exec(text)
    if (!parts) return problem('expected an ISO 8601 instant such as 2026-01-31T09:00:00+09:00')
    const [, year, month, day, , , , offset] = parts
    if (offset === undefined) {
      return problem('has no time zone: end it with Z or an offset such as +09:00')
    }
    // Date.parse rolls February 30th over into March.
    const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
    if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) {
      return problem('is a date that the calendar does not have')
    }
    const clock = text.slice(11, text.length - offset.length).replace(',', '.')
    const [, sign, hours, minutes = '00'] = /^([+-])(\d\d):?(\d\d)?$/.exec(offset) ?? []
    const at = Date.parse(`${text.slice(0, 10)}T${clock}${sign ? `${sign}${hours}:${minutes}` : 'Z'}`)
    if (Number.isNaN(at)) return problem('has an offset that no zone has')
    if (at < EARLIEST || at > LATEST) return problem('expected a year from 1970 to 9999')
    return new Date(at)
  })
  .meta({ format: 'date-time' })

/** An instant as an answer shows it: ISO 8601 in UTC. */
export const instantAnswer = z.date()

/** A JSON object. */
export const jsonObject = z.record(z.string(), z.unknown())

export const name = z.string().trim().min(1).max(255)
/** Also the payload of a NOTIFY, which is bounded. */
export const queue = z.string().min(1).max(100)
/** A smallint, higher first. */
export const priority = z.int().min(-32_768).max(32_767)
export const maxRetry = z.int().min(0).max(1_000)
export const retryDelaySeconds = z.int().min(0).max(604_800)
/** At most what a timer of Node can wait, 24 days. */
export const timeoutSeconds = z.int().min(1).max(2_147_483).nullable()

/** One value of a query string. */
export const queryText = z.string({ error: oneValue }).min(1).max(255)
export const queryBoolean = z
  .string({ error: oneValue })
  .pipe(z.enum(['true', 'false', '1', '0']))
  .transform((text) => text === 'true' || text === '1')
/** A `+` that nobody escaped arrives as a blank. */
export const queryInstant = z
  .string({ error: oneValue })
  .transform((text) => text.replace(/([Tt ]\d\d:\S*) (\d\d:?\d\d)$/, '$1+$2'))
  .pipe(instant)

/** @param max  inclusive */
export function queryInteger(min: number, max: number) {
  return z
    .string({ error: oneValue })
    .regex(/^\d{1,16}$/, 'expected a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max))
}

/** An id in a path. */
export const id = z
  .string()
  .regex(/^\d{1,16}$/, 'expected a whole number below 2^53')
  .transform(Number)
  .pipe(z.int('expected a whole number below 2^53'))

export function oneValue({ input }: { input?: unknown }): string | undefined {
  return Array.isArray(input) ? 'was given more than once' : undefined
}
