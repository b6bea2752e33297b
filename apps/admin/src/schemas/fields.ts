import { z } from 'zod'
import type { oas31, ZodOpenApiOverrideMeta } from 'zod-openapi'

const INSTANT =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d{1,9})?)?(Z|z|[+-]\d\d(:?[0-5]\d)?)?$/
const EARLIEST = Date.UTC(1970, 0, 1)
const LATEST = Date.UTC(9999, 11, 31)

/**
 * For `meta`: what a client sends, in the OpenAPI document, where zod would describe the steps that read it. Description
 * and examples stay.
 */
export function sentAs(sent: oas31.SchemaObject) {
  const override: ZodOpenApiOverrideMeta = ({ jsonSchema }) => {
    const { title, description, deprecated, default: fallback, example, examples } = jsonSchema
    const kept = { title, description, deprecated, default: fallback, example, examples }
    for (const key of Object.keys(jsonSchema)) delete jsonSchema[key]
    Object.assign(jsonSchema, sent)
    for (const [key, value] of Object.entries(kept)) if (value !== undefined) jsonSchema[key] = value
  }
  return { override }
}

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
  .meta({ format: 'date-time', example: '2026-03-01T09:00:00+09:00' })

/** An instant as an answer shows it: ISO 8601 in UTC. */
export const instantAnswer = z.date()

/** A JSON object. */
export const jsonObject = z.record(z.string(), z.unknown())

export const name = z.string().trim().min(1).max(255)
/** Also the payload of a NOTIFY, which is bounded. */
export const queue = z
  .string()
  .min(1)
  .max(100)
  .meta({ description: 'Workers choose by it', example: 'default' })
export const priority = z
  .int()
  .min(-32_768)
  .max(32_767)
  .meta({ description: 'Higher first; the default is 0' })
export const maxRetry = z.int().min(0).max(1_000).meta({ description: 'Tries after the first' })
export const retryDelaySeconds = z.int().min(0).max(604_800)
/** At most what a timer of Node can wait, 24 days. */
export const timeoutSeconds = z.int().min(1).max(2_147_483).nullable().meta({ description: 'Null: no limit' })

/** One value of a query string. */
export const queryText = z.string({ error: oneValue }).min(1).max(255)
export const queryBoolean = z
  .string({ error: oneValue })
  .pipe(z.enum(['true', 'false', '1', '0']))
  .transform((text) => text === 'true' || text === '1')
  .meta(sentAs({ type: 'boolean' }))
/** A `+` that nobody escaped arrives as a blank. */
export const queryInstant = z
  .string({ error: oneValue })
  .transform((text) => text.replace(/([Tt ]\d\d:\S*) (\d\d:?\d\d)$/, '$1+$2'))
  .pipe(instant)
  .meta(sentAs({ type: 'string', format: 'date-time' }))

/** Values of a query string that are repeated, or separated by commas; `isOne` says which are right. */
function separated(isOne: (text: string) => boolean, expected: string) {
  return z.union([z.string(), z.array(z.string())]).transform((given, context) => {
    const texts = [given].flat().flatMap((text) => text.split(','))
    texts.forEach((text, index) => {
      // Said here: what came is not found by its place among the parts.
      const message = `is ${JSON.stringify(text.slice(0, 50))}, expected ${expected}`
      if (!isOne(text)) context.addIssue({ code: 'custom', path: [index], message })
    })
    return texts
  })
}

/** One of these words or several: repeated, or separated by commas. */
export function severalOf<const T extends readonly [string, ...string[]]>(words: T) {
  return separated((text) => words.includes(text), words.join(', '))
    .pipe(z.array(z.enum(words)).min(1).max(100))
    .meta({
      ...sentAs({ type: 'array', items: { type: 'string', enum: [...words] }, minItems: 1 }),
      description: 'Repeated, or separated by commas',
      example: words.slice(0, 2),
    })
}

/** One id or several: repeated, or separated by commas. Each is answered once. */
export function severalIds(most: number) {
  return separated((text) => id.safeParse(text).success, 'a whole number below 2^53')
    .transform((texts) => [...new Set(texts.map(Number))])
    .pipe(z.array(z.int()).max(most))
    .meta({
      ...sentAs({
        type: 'array',
        items: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
        minItems: 1,
        maxItems: most,
      }),
      description: `At most ${most}; repeated, or separated by commas`,
      example: [1, 2, 3],
    })
}

/** @param max  inclusive */
export function queryInteger(min: number, max: number) {
  return z
    .string({ error: oneValue })
    .regex(/^\d{1,16}$/, 'expected a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .meta(sentAs({ type: 'integer', minimum: min, maximum: max }))
}

/** An id in a path. */
export const id = z
  .string()
  .regex(/^\d{1,16}$/, 'expected a whole number below 2^53')
  .transform(Number)
  .pipe(z.int('expected a whole number below 2^53'))
  .meta({
    ...sentAs({ type: 'integer', format: 'int64', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    example: 42,
  })
/** What most paths name. */
export const idParams = z.object({ id })

export function oneValue({ input }: { input?: unknown }): string | undefined {
  return Array.isArray(input) ? 'was given more than once' : undefined
}
