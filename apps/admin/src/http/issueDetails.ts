import type { ErrorDetail } from '@jobu/db'
import type { z } from 'zod'
import { fieldName } from './fieldName.ts'

/** Fields an answer has and a request must not. */
const READ_ONLY = new Set([
  'id',
  'next_run_at',
  'last_run_at',
  'last_status',
  'completed_at',
  'disabled_reason',
  'run_count',
  'created_at',
  'updated_at',
])
const SECRET_KEY = /password|token|secret|authorization|cookie|api_?key/i
const MAX_SHOWN_CHARACTERS = 100

/**
 * Zod's issues as the details of an error, the first of each field: the field, what is wrong, what came and what was expected.
 *
 * @param root    the value that was parsed
 * @param prefix  where `root` stands in the request
 */
export function issueDetails(
  issues: readonly z.core.$ZodIssue[],
  root: unknown,
  prefix: ReadonlyArray<PropertyKey> = [],
): ErrorDetail[] {
  const details = issues.flatMap((issue): ErrorDetail[] => {
    const path = [...prefix, ...issue.path]
    const value = valueAt(root, issue.path)
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: fieldName([...path, key]),
        message:
          READ_ONLY.has(key) && path.length === 0 ? 'is read-only; leave it out' : 'is not a known field',
        received: shown(valueAt(value, [key]), [key]),
      }))
    }
    const expected = expectedOf(issue)
    const message =
      value === undefined && expected !== undefined ? `is required, expected ${expected}` : messageOf(issue)
    return [{ field: fieldName(path), message, received: shown(value, path), expected }]
  })
  // A format comes with the pattern behind it: one fault, said twice.
  const seen = new Set<string>()
  return details.filter(({ field }) => !seen.has(field) && seen.add(field))
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return [...new Set(branchesOf(issue).map(messageOf))].join(' or ')
  }
  return issue.message.replace(/^Invalid (input|option|string|key in record): /, '')
}

/** What is wrong by the alternatives whose type fits; where none does, by all of them. */
function branchesOf({ errors }: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] {
  const fitting = errors.filter(
    (issues) => !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  )
  return (fitting.length > 0 ? fitting : errors).flat()
}

function expectedOf(issue: z.core.$ZodIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected
    case 'invalid_value':
      return issue.values.map(String).join(', ')
    case 'invalid_format':
      return issue.format === 'regex' ? issue.pattern : issue.format
    case 'invalid_union': {
      const alternatives = branchesOf(issue).map(expectedOf)
      return [...new Set(alternatives.filter((one) => one !== undefined))].join(' or ') || undefined
    }
    default:
      return undefined
  }
}

function valueAt(root: unknown, path: ReadonlyArray<PropertyKey>): unknown {
  return path.reduce<unknown>(
    (node, key) =>
      typeof node === 'object' && node !== null && Object.hasOwn(node, key)
        ? (node as Record<PropertyKey, unknown>)[key]
        : undefined,
    root,
  )
}

/** What came, short enough for an answer; never a secret. */
function shown(value: unknown, path: ReadonlyArray<PropertyKey>): unknown {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'array' : 'object'
  if (value !== undefined && path.some((key) => SECRET_KEY.test(String(key)))) return '***'
  if (typeof value !== 'string' || value.length <= MAX_SHOWN_CHARACTERS) return value
  return `${value.slice(0, MAX_SHOWN_CHARACTERS)}...`
}
