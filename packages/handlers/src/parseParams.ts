import type { ZodSafeParseResult } from 'zod'
import type { Handler } from './defineHandler.ts'
import { HandlerParamsError, type ParamsProblem } from './errors.ts'

const mayAwaitOf = new WeakMap<object, boolean>()

/**
 * Parses raw params with their handler's schema. Synchronous where the schema certainly is: this runs once an
 * execution, tens of thousands of times a second, and a promise each would show.
 *
 * @returns the parsed params, or a promise of them (it rejects as this throws)
 * @throws HandlerParamsError naming each field that does not fit
 */
export function parseParams<P>(handler: Handler<P>, params: unknown): P | Promise<P> {
  const schema = handler.params
  if (!schema) {
    if (typeof params === 'object' && params !== null && !Array.isArray(params)) return params as P
    throw invalid(handler.name, params, [
      { path: [], message: `expected an object, received ${typeName(params)}` },
    ])
  }
  let mayAwait = mayAwaitOf.get(schema)
  if (mayAwait === undefined) {
    mayAwait = mayBeAsync(schema)
    mayAwaitOf.set(schema, mayAwait)
  }
  if (mayAwait) {
    return schema.safeParseAsync(params).then(
      (parsed) => settle(handler.name, params, parsed),
      (error) => {
        const message = `params of handler "${handler.name}" could not be checked: ${error instanceof Error ? error.message : error}`
        throw new HandlerParamsError(message, [], { cause: error })
      },
    )
  }
  return settle(handler.name, params, schema.safeParse(params))
}

/**
 * Whether a schema holds code of its author's, which may be asynchronous. It is not found out by trying: zod
 * drops the promise of an asynchronous check met in a synchronous parse, and its rejection would end the worker.
 */
function mayBeAsync(part: unknown, seen = new Set<unknown>()): boolean {
  if (typeof part !== 'object' || part === null || seen.has(part)) return false
  seen.add(part)
  if (Array.isArray(part)) return part.some((inner) => mayBeAsync(inner, seen))
  if (!('_zod' in part)) return Object.values(part).some((inner) => mayBeAsync(inner, seen))
  const def = (part._zod as { def: Record<string, unknown> }).def
  if (def.type === 'promise' || def.check === 'custom') return true
  return Object.entries(def).some(
    ([key, inner]) => key !== 'error' && (typeof inner === 'function' || mayBeAsync(inner, seen)),
  )
}

function settle<P>(name: string, params: unknown, parsed: ZodSafeParseResult<P>): P {
  if (parsed.success) return parsed.data
  throw invalid(name, params, parsed.error.issues)
}

function invalid(
  name: string,
  params: unknown,
  issues: readonly { path: PropertyKey[]; message: string }[],
): HandlerParamsError {
  const details = issues.map((issue): ParamsProblem => {
    let value: unknown = params
    for (const key of issue.path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key]
    return {
      path: issue.path.map(String).join('.') || '(params)',
      message: issue.message,
      received: typeName(value),
    }
  })
  const fields = details.map((detail) => `${detail.path}: ${detail.message}`).join('; ')
  return new HandlerParamsError(`params of handler "${name}" are invalid: ${fields}`, details)
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
