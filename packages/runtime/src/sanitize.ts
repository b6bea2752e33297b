/** A fencing token is the attempt's number, no secret. */
const SECRET_KEY = /password|(?<!fencing_?)token|authorization|secret|cookie/i
const URL_CREDENTIALS = /(\w+:\/\/[^\s:/@]*:)[^\s/@]+@/g
const MAX_DEPTH = 6

/**
 * A copy of `value` that is safe to log: JSON types only, no cycles, secrets masked by key, passwords masked inside
 * URLs, errors as `{ name, message, stack, code, cause }`.
 */
export function sanitize(value: unknown, depth = 0, seen: readonly object[] = []): unknown {
  if (typeof value === 'string') return maskUrls(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`
  if (typeof value !== 'object' || value === null) return value
  if (seen.includes(value)) return '[circular]'
  if (depth >= MAX_DEPTH) return '[deep]'
  const path = [...seen, value]
  if (value instanceof Error) {
    const { name, message, stack, cause } = value
    const code = 'code' in value ? value.code : undefined
    const errors = value instanceof AggregateError ? value.errors : undefined
    return sanitize({ name, message, code, stack, cause, errors }, depth, seen)
  }
  if (Array.isArray(value)) return value.map((item) => sanitize(item, depth + 1, path))
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [
      key,
      SECRET_KEY.test(key) && child !== undefined && child !== null
        ? '***'
        : sanitize(child, depth + 1, path),
    ]),
  )
}

/** `text` with the password of every URL in it masked. */
export const maskUrls = (text: string) => text.replace(URL_CREDENTIALS, '$1***@')
