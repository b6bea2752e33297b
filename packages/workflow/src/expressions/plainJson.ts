import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator'
import { ExpressionError } from './expressionError.ts'

/** About as many characters of JSON; also of a text, or items of a list, on the way. */
export const MAX_VALUE_SIZE = 1_048_576
const MAX_DEPTH = 512

/**
 * The value of an expression as plain JSON that PostgreSQL can store: integers become numbers, timestamps ISO 8601 in UTC,
 * durations texts such as `90s`.
 *
 * @throws ExpressionError
 */
export function plainJson(value: unknown, expression: string): unknown {
  let size = 0
  return plain(value, 0)

  function refuse(message: string): never {
    throw new ExpressionError(`its value ${message}`, expression)
  }

  // While walking: a list in a list in a list, each twice, is small in memory and endless as JSON.
  function grow(by: number): void {
    size += by
    if (size > MAX_VALUE_SIZE) refuse(`is larger than ${MAX_VALUE_SIZE} characters of JSON`)
  }

  function plain(value: unknown, depth: number): unknown {
    if (depth > MAX_DEPTH) refuse(`is nested more than ${MAX_DEPTH} levels deep`)
    grow(2)
    switch (typeof value) {
      case 'boolean':
        return value
      case 'string':
        return storable(value)
      case 'number':
        return Number.isFinite(value) ? value : refuse(`has ${value}, which is no number of JSON`)
      case 'bigint':
        if (Number.isSafeInteger(Number(value))) return Number(value)
        refuse(`has the integer ${value}, beyond 2^53; make it a text with string()`)
    }
    if (value === null) return null
    if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1))
    if (value instanceof Date) return value.toISOString()
    if (value instanceof Duration) return value.toString()
    if (value instanceof UnsignedInt) return plain(value.value, depth)
    if (value instanceof Uint8Array) refuse('has bytes; make them a text with base64()')
    if (!isObject(value)) refuse('has something that JSON has no form for')
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [storable(key), plain(item, depth + 1)]),
    )
  }

  function storable(text: string): string {
    grow(text.length)
    if (text.includes('\0')) refuse('has a NUL character, which cannot be stored')
    if (/\p{Surrogate}/u.test(text)) refuse('has half a surrogate pair, which cannot be stored')
    return text
  }
}

/** By shape: another realm has another Object. */
function isObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
