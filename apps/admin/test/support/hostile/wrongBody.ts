import { type Draw, pick, text } from './draw.ts'
import type { Target } from './hostileRequest.ts'
import type { Schema } from './operations.ts'
import { PROTOTYPE_KEYS, SOME_VALUES, UNSTORABLE } from './values.ts'

/** Stands for a value whose text JSON.stringify would not write. */
const MARK = '@@'

/**
 * The example of an operation's body with one fault, in itself or in an object of a list within it: a field that nobody
 * knows, a value that cannot be kept, a field left out, or a value that the document's schema refuses.
 *
 * @returns its JSON; undefined where the draw made no fault
 */
export function wrongBody({ operation, isValid, resolve }: Target, draw: Draw): string | undefined {
  const body = structuredClone(operation.body?.example ?? {})
  const schema = operation.body?.schema ?? { properties: {}, additionalProperties: false }
  const place = pick(draw, objectsIn(resolve(schema), body, resolve))
  const properties = Object.entries((place.schema.properties ?? {}) as Record<string, Schema>)
  const withText = (key: string, json: string) => {
    place.value[key] = MARK
    return JSON.stringify(body).replace(`"${MARK}"`, () => json)
  }

  switch (pick(draw, ['unknown', 'unstorable', 'missing', 'wrong', 'wrong'])) {
    case 'unknown': {
      const key = pick(draw, [...PROTOTYPE_KEYS, 'created_at', text(draw)])
      const isKnown = properties.some(([name]) => name === key) || key === '__proto__'
      if (isKnown || place.schema.additionalProperties !== false) return undefined
      return withText(key, JSON.stringify(pick(draw, SOME_VALUES)))
    }
    case 'unstorable':
      return withText(pick(draw, ['a', ...properties.map(([name]) => name)]), pick(draw, UNSTORABLE))
    case 'missing': {
      const required = (place.schema.required ?? []) as string[]
      if (required.length === 0) return undefined
      delete place.value[pick(draw, required)]
      return JSON.stringify(body)
    }
    default: {
      if (properties.length === 0) return undefined
      const [key, property] = pick(draw, properties)
      const wrong = SOME_VALUES.filter((value) => !isValid(property, value))
      return wrong.length === 0 ? undefined : withText(key, JSON.stringify(pick(draw, wrong)))
    }
  }
}

/** An object with its schema, and the first object of each list in it. */
function objectsIn(
  schema: Schema,
  value: Schema,
  resolve: (schema: Schema) => Schema,
): Array<{ schema: Schema; value: Schema }> {
  const within = Object.entries((schema.properties ?? {}) as Record<string, Schema>).flatMap(
    ([key, property]) => {
      const [first] = Array.isArray(value[key]) ? (value[key] as unknown[]) : []
      if (typeof first !== 'object' || first === null || property.items === undefined) return []
      return objectsIn(resolve(property.items as Schema), first as Schema, resolve)
    },
  )
  return [{ schema, value }, ...within]
}
