import { z } from 'zod'

/** A key that takes a value. `*` in its path stands for any name (the entries of a record of objects). */
export type Leaf = { path: string[]; schema: z.ZodType }

/** The schema without its optional, default, nullable and other wrappers. */
export function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodPipe) return unwrap(schema.in as z.ZodType)
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNonOptional ||
    schema instanceof z.ZodCatch ||
    schema instanceof z.ZodReadonly
  ) {
    return unwrap(schema.unwrap() as z.ZodType)
  }
  return schema
}

/** The schema of `key` below `schema`; undefined where the schema has no such key or takes any. */
export function childSchema(schema: z.ZodType | undefined, key: string): z.ZodType | undefined {
  const bare = schema && unwrap(schema)
  if (bare instanceof z.ZodObject) return bare.shape[key] as z.ZodType | undefined
  if (bare instanceof z.ZodRecord) return bare.valueType as z.ZodType
  if (bare instanceof z.ZodArray) return bare.element as z.ZodType
  return undefined
}

/** Every key below `schema` that one environment variable can set. */
export function leavesOf(schema: z.ZodType, path: string[] = []): Leaf[] {
  const bare = unwrap(schema)
  if (bare instanceof z.ZodObject) {
    return Object.entries(bare.shape).flatMap(([key, child]) => leavesOf(child as z.ZodType, [...path, key]))
  }
  if (bare instanceof z.ZodRecord && unwrap(bare.valueType as z.ZodType) instanceof z.ZodObject) {
    return leavesOf(bare.valueType as z.ZodType, [...path, '*'])
  }
  return [{ path, schema }]
}

/** Turns text from the environment into what `schema` takes; text that does not fit is returned as it is. */
export function coerce(text: string, schema: z.ZodType | undefined): unknown {
  if (!schema) return text
  const bare = unwrap(schema)
  if (text === 'null' && !(bare instanceof z.ZodString) && schema.safeParse(null).success) return null
  if (bare instanceof z.ZodUnion) {
    for (const option of bare.options as z.ZodType[]) {
      const value = coerce(text, option)
      if (option.safeParse(value).success) return value
    }
    return text
  }
  if (bare instanceof z.ZodLiteral) return [...bare.values].find((value) => String(value) === text) ?? text
  if (bare instanceof z.ZodNumber)
    return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
  if (bare instanceof z.ZodBoolean) {
    return /^(true|1)$/i.test(text) ? true : /^(false|0)$/i.test(text) ? false : text
  }
  if (bare instanceof z.ZodArray && !text.trimStart().startsWith('[')) {
    const parts = text.split(',').map((part) => part.trim())
    return parts.filter((part) => part !== '').map((part) => coerce(part, bare.element as z.ZodType))
  }
  if (bare instanceof z.ZodString || bare instanceof z.ZodEnum) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
