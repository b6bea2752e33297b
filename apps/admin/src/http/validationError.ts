import { type ErrorCode, type ErrorDetail, JobuError } from '@jobu/db'

/** Of a bulk request with ten thousand faults the first hundred are enough to act on. */
const MAX_DETAILS = 100
const MAX_IN_MESSAGE = 3

/** A 400 whose message names the first faults and whose details name them all. */
export function validationError(details: ErrorDetail[], code: ErrorCode = 'VALIDATION_FAILED'): JobuError {
  const first = details.slice(0, MAX_IN_MESSAGE).map(({ field, message }) => `${field}: ${message}`)
  const rest = details.length - first.length
  const message = `Invalid request: ${first.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`
  return new JobuError(code, message, { details: details.slice(0, MAX_DETAILS) })
}
