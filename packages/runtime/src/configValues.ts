import { z } from 'zod'
import { type Environment, isTree } from './configEnvironment.ts'
import { childSchema, coerce, unwrap } from './configSchema.ts'
import { didYouMean } from './didYouMean.ts'

/** Records one fault of the configuration at a path below the file's top key. */
export type Fault = (path: PropertyKey[], text: string) => void

const MAX_SHOWN_CHARACTERS = 60

/** Marks a value whose ${ENV} is unset, so that its absence is not reported a second time. */
export const UNSET = Symbol('unset')

type FillIn = { env: Environment; origins: Map<string, string>; fault: Fault }

/** A copy of `value` with references to the environment resolved, and without unknown keys, which it reports. */
export function fillIn(value: unknown, schema: z.ZodType | undefined, path: string[], to: FillIn): unknown {
  if (typeof value === 'string') {
    return to.origins.has(path.join('.')) ? value : interpolate(value, schema, path, to)
  }
  if (Array.isArray(value)) {
    return value.map((item, i) => fillIn(item, schema && childSchema(schema, '0'), [...path, String(i)], to))
  }
  if (!isTree(value)) return value
  const bare = schema && unwrap(schema)
  const closed =
    bare instanceof z.ZodObject && (!bare.def.catchall || bare.def.catchall instanceof z.ZodNever)
  const entries: [string, unknown][] = []
  for (const [key, child] of Object.entries(value)) {
    const below = childSchema(schema, key)
    if (closed && !below) {
      to.fault([...path, key], `unknown key${didYouMean(key, Object.keys(bare.shape))}`)
      continue
    }
    // A section whose keys are all commented out is read as null and means its defaults.
    if (child === null && below && unwrap(below) instanceof z.ZodObject && !below.safeParse(null).success)
      continue
    entries.push([key, fillIn(child, below, [...path, key], to)])
  }
  return Object.fromEntries(entries)
}

function interpolate(
  text: string,
  schema: z.ZodType | undefined,
  path: string[],
  { env, fault }: FillIn,
): unknown {
  let changed = false
  let unset = false
  const filled = text.replace(/\$\$\{|\$\{([^}]*)\}/g, (whole, reference?: string) => {
    changed = true
    if (reference === undefined) return '${'
    const [, name, fallback] = /^(\w+)(?::-(.*))?$/s.exec(reference) ?? []
    if (!name) {
      fault(path, `cannot read ${whole}, expected \${NAME} or \${NAME:-default}`)
      unset = true
      return ''
    }
    const value = env[name] || fallback
    if (value === undefined) {
      fault(path, `environment variable ${name} is not set`)
      unset = true
    }
    return value ?? ''
  })
  if (unset) return UNSET
  return changed ? coerce(filled, schema) : text
}

/** A value as a message shows it, cut short. */
export function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}...` : text
}
