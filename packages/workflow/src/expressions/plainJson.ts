import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator'
import { ExpressionError } from './expressionError.ts'

/** Of JSON text, in characters; also of a text or list on the way. */
export const MAX_VALUE_SIZE = 1_048_576
const MAX_DEPTH = 512

/**
 * The value of an expression as plain JSON that PostgreSQL can store: integers become numbers, timestamps ISO 8601 in UTC,
 * durations texts such as `90s`.
 *
 * @throws ExpressionError
 */
export function plainJson(value: unknown, expression: string): unknown {
  const plain = plain_(value, expression, 0)
  const size = JSON.stringify(plain).length
  if (size > MAX_VALUE_SIZE)
    refuse(expression, `its value is ${size} characters of JSON, ${MAX_VALUE_SIZE} are allowed`)
  return plain
}

function plain_(value: unknown, expression: string, depth: number): unknown {
  if (depth > MAX_DEPTH) return refuse(expression, `its value is nested more than ${MAX_DEPTH} levels deep`)
  switch (typeof value) {
    case 'boolean':
      return value
    case 'string':
      return storable(value, expression)
    case 'number':
      return Number.isFinite(value)
        ? value
        : refuse(expression, `its value has ${value}, which is no JSON number`)
    case 'bigint':
      return Number.isSafeInteger(Number(value))
        ? Number(value)
        : refuse(expression, `its value has the integer ${value}, beyond 2^53; make it a text with string()`)
  }
  if (value === null) return null
  if (Array.isArray(value)) return value.map((item) => plain_(item, expression, depth + 1))
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Duration) return value.toString()
  if (value instanceof UnsignedInt) return plain_(value.value, expression, depth)
  if (Object.prototype.toString.call(value) === '[object Object]' && isPlain(value as object)) {
    return Object.fromEntries(
      Object.entries(value as object).map(([key, item]) => [
        storable(key, expression),
        plain_(item, expression, depth + 1),
      ]),
    )
  }
  const what = value instanceof Uint8Array ? 'bytes; make them a text with base64()' : 'no value of JSON'
  return refuse(expression, `its value has ${what}`)
}

/** By shape: a realm of its own, as tests have it, has another Object. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function storable(text: string, expression: string): string {
  if (text.includes('\0')) return refuse(expression, 'its value has a NUL character, which cannot be stored')
  if (/\p{Surrogate}/u.test(text)) {
    return refuse(expression, 'its value has half a surrogate pair, which cannot be stored')
  }
  return text
}

function refuse(expression: string, message: string): never {
  throw new ExpressionError(message, expression)
}
