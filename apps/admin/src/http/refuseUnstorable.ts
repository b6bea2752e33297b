import { type ErrorDetail, JobuError } from '@jobu/db'
import { fieldName } from './fieldName.ts'

/** Deeper nesting than a handler's result may have. */
const MAX_DEPTH = 512

/**
 * Refuses what JSON can say and PostgreSQL, or JavaScript, cannot keep as it was sent: NUL characters, halves of
 * surrogate pairs, numbers that would change, a key named `__proto__`, and nesting without end.
 *
 * @param value  parsed JSON, or a parsed query
 * @throws JobuError VALIDATION_FAILED naming the first such place
 */
export function refuseUnstorable(value: unknown): void {
  // A stack of its own: recursion over a body of ten million brackets would end the process's.
  const open: Array<{ value: unknown; path: Path; depth: number }> = [{ value, path: null, depth: 0 }]
  for (let item = open.pop(); item; item = open.pop()) {
    const { value: current, path, depth } = item
    const problem = problemOf(current)
    if (problem) refuse(path, problem)
    if (typeof current !== 'object' || current === null) continue
    if (depth === MAX_DEPTH) refuse(path, `is nested more than ${MAX_DEPTH} levels deep`)
    for (const [key, child] of Object.entries(current)) {
      const below: Path = { key: Array.isArray(current) ? Number(key) : key, parent: path }
      if (key === '__proto__') refuse(path, 'must not have a key named __proto__')
      const keyProblem = problemOf(key)
      if (keyProblem) refuse(path, `has a key that ${keyProblem}`)
      open.push({ value: child, path: below, depth: depth + 1 })
    }
  }
}

type Path = { key: string | number; parent: Path } | null

function problemOf(value: unknown): string | undefined {
  if (typeof value === 'string') {
    if (value.includes('\0')) return 'contains a NUL character'
    if (/\p{Surrogate}/u.test(value)) return 'contains half of a surrogate pair'
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return 'is a number out of range'
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      return 'is an integer beyond 2^53 and would lose digits; send it as a string'
    }
  }
  return undefined
}

function refuse(path: Path, message: string): never {
  const keys: Array<string | number> = []
  for (let part = path; part; part = part.parent) keys.unshift(part.key)
  const detail: ErrorDetail = { field: fieldName(keys), message }
  throw new JobuError('VALIDATION_FAILED', `Invalid request: ${detail.field} ${message}`, {
    details: [detail],
  })
}
