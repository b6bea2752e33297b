import { HandlerResultError } from './errors.ts'

export const DEFAULT_MAX_RESULT_BYTES = 1024 * 1024
/** PostgreSQL's jsonb parser recurses; far below its default `max_stack_depth`, far above any real result. */
export const MAX_RESULT_DEPTH = 512

const TOO_DEEP = `result is nested more than ${MAX_RESULT_DEPTH} levels deep`

/** JSON's spelling of what jsonb cannot store: NUL, and surrogates without their other half. Also hits `\\u0000`. */
const MAYBE_UNSTORABLE = /\\u(?:0000|d[89a-f])/i

/**
 * A handler's return value as the JSON text of its `jsonb` result; `undefined` becomes `null`. One value that
 * jsonb refuses would fail the whole batch of completions it is written with, so everything jsonb refuses is
 * refused here.
 *
 * @param options.maxBytes  bound of the text in UTF-8 bytes, default 1 MiB
 * @throws HandlerResultError RESULT_NOT_JSON naming the path of the value at fault, or RESULT_TOO_LARGE
 */
export function toJsonResult(value: unknown, { maxBytes = DEFAULT_MAX_RESULT_BYTES } = {}): string {
  if (value === undefined) return 'null'
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw notJson(locateFault(value) ?? `result cannot be made JSON: ${message}`, error)
  }
  if (text === undefined) {
    throw notJson(`result is a ${typeof value} without a JSON form`)
  }
  // A UTF-16 unit is at most three bytes, so most results need no second pass.
  if (text.length * 3 > maxBytes) {
    const bytes = Buffer.byteLength(text)
    if (bytes > maxBytes) {
      throw new HandlerResultError(
        'RESULT_TOO_LARGE',
        `result is ${bytes} bytes of JSON, ${maxBytes} are allowed`,
      )
    }
  }
  // A level costs at least its two brackets, so a short text cannot be too deep.
  if (text.length > MAX_RESULT_DEPTH * 2 && isTooDeep(text)) throw notJson(TOO_DEEP)
  if (MAYBE_UNSTORABLE.test(text)) {
    // The text, not the value: what a toJSON returned is what would be stored.
    const fault = findFault(JSON.parse(text))
    if (fault) throw notJson(fault)
  }
  return text
}

function notJson(message: string, cause?: unknown): HandlerResultError {
  return new HandlerResultError('RESULT_NOT_JSON', message, { cause })
}

function isTooDeep(json: string): boolean {
  let depth = 0
  let inString = false
  for (let i = 0; i < json.length; i++) {
    const char = json[i]
    if (inString) {
      if (char === '\\') i++
      else if (char === '"') inString = false
    } else if (char === '"') inString = true
    else if (char === '[' || char === '{') {
      if (++depth > MAX_RESULT_DEPTH) return true
    } else if (char === ']' || char === '}') depth--
  }
  return false
}

function locateFault(value: unknown): string | null {
  try {
    return findFault(value)
  } catch {
    // A getter that throws is what JSON.stringify met too, and its error is the one reported.
    return null
  }
}

/** Walks without recursion, so that a value too deep for the stack is reported and not another crash. */
function findFault(root: unknown): string | null {
  const pending = [{ value: root, path: 'result', depth: 1, parents: null as Parent | null }]
  while (pending.length > 0) {
    const { value, path, depth, parents } = pending.pop()!
    if (typeof value === 'bigint') return `${path} is a BigInt; return a string or a number`
    if (typeof value === 'string') {
      const fault = stringFault(value)
      if (fault) return `${path} ${fault}`
    }
    if (typeof value !== 'object' || value === null) continue
    for (let parent = parents; parent; parent = parent.up) {
      if (parent.value === value) return `${path} refers back to ${parent.path}, a cycle`
    }
    if (depth > MAX_RESULT_DEPTH) return TOO_DEEP
    const here = { value, path, up: parents }
    // Reversed onto the stack: the first fault in reading order is the one reported.
    for (const [key, child] of Object.entries(value).reverse()) {
      const childPath = Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`
      const fault = stringFault(key)
      if (fault) return `a key of ${path} ${fault}`
      pending.push({ value: child, path: childPath, depth: depth + 1, parents: here })
    }
  }
  return null
}

interface Parent {
  value: object
  path: string
  up: Parent | null
}

function stringFault(text: string): string | null {
  if (text.includes('\0')) return 'has a NUL character, which PostgreSQL cannot store'
  return /\p{Surrogate}/u.test(text) ? 'has half a surrogate pair, which PostgreSQL cannot store' : null
}
