/** Codes of every error that is expected; each service maps them to what its clients see. */
export type ErrorCode =
  | 'CRON_NOT_FOUND'
  | 'CRON_NAME_TAKEN'
  | 'CRON_CHANGED'
  | 'CRON_EXPRESSION_INVALID'
  | 'CRON_TIMEZONE_INVALID'
  | 'CRON_NEVER_FIRES'
  | 'CRON_INTERVAL_TOO_SHORT'
  | 'JOB_NOT_FOUND'
  | 'JOB_NOT_RETRYABLE'
  | 'JOB_NOT_CANCELLABLE'
  | 'JOB_NOT_DELETABLE'
  | 'JOB_NOT_CHANGEABLE'
  | 'HANDLER_NOT_FOUND'
  | 'WORKER_NOT_FOUND'
  | 'WORKER_NOT_ACTIVE'
  | 'DISPATCHER_NOT_FOUND'
  | 'RESERVATION_EXISTS'
  | 'RESERVATION_NOT_FOUND'
  | 'SCHEDULE_NOT_FOUND'
  | 'RUN_NOT_FOUND'
  | 'TASK_NOT_FOUND'
  | 'ARTIFACT_NOT_FOUND'
  | 'ARTIFACT_REFUSED'
  | 'SCHEDULE_INVALID'
  | 'SCHEDULE_CHANGED'
  | 'RUN_NOT_ACTIVE'
  | 'TASK_NOT_RERUNNABLE'
  | 'TASK_NOT_AWAITING'
  | 'TASK_STATE'
  | 'APPROVAL_ROLE'
  | 'ENGINE_UNAVAILABLE'
  | 'BACKFILL_TOO_LARGE'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'VALIDATION_FAILED'
  | 'DATABASE_UNKNOWN'
  | 'DATABASE_UNAVAILABLE'
  | 'MIGRATIONS_BEHIND'
  | 'MIGRATIONS_AHEAD'
  | 'MIGRATION_CHANGED'
  | 'TRANSACTION_READONLY'
  | 'TRANSACTION_ROLLED_BACK'
  | 'TWO_PHASE_UNAVAILABLE'
  | 'LEASE_LOST'
  | 'REQUEST_MALFORMED'
  | 'REQUEST_TIMEOUT'
  | 'HEADERS_TOO_LARGE'
  | 'UNAUTHORIZED'
  | 'SIGN_IN_FAILED'
  | 'FORBIDDEN'
  | 'CSRF_TOKEN_INVALID'
  | 'TOO_MANY_REQUESTS'
  | 'USER_NOT_FOUND'
  | 'USER_NAME_TAKEN'
  | 'LAST_ADMIN'
  | 'TOKEN_NOT_FOUND'
  | 'NOT_ACCEPTABLE'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'INTERNAL_ERROR'

/** One thing that is wrong with a request: where, what came, what was expected. */
export interface ErrorDetail {
  field: string
  message: string
  received?: unknown
  expected?: unknown
}

/** An error that is part of a contract: it has a code and says which field is at fault. */
export class JobuError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetail[]

  constructor(code: ErrorCode, message: string, options: { details?: ErrorDetail[]; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'JobuError'
    this.code = code
    this.details = options.details ?? []
  }
}

/** SQLSTATEs after which the same transaction, run again, can succeed. */
const RETRYABLE_SQLSTATES: Record<string, string> = {
  '40001': 'serialization_failure',
  '40P01': 'deadlock_detected',
}

export function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  // Drizzle wraps the driver's error as its cause.
  const code = (error as { code?: unknown }).code
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return code
  return 'cause' in error ? sqlState(error.cause) : undefined
}

export function isRetryableTransaction(error: unknown): boolean {
  return (sqlState(error) ?? '') in RETRYABLE_SQLSTATES
}

/** SQLSTATE classes and network codes that say the server is away, starting, or dropped us. */
const CONNECTION_FAILURE =
  /^(08...|57P0[1-5]|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)$/

const MAX_CAUSES = 8

/** True for an error of the connection rather than of the statement: trying again later is right. */
export function isConnectionFailure(error: unknown, depth = 0): boolean {
  // Causes may form a circle.
  if (typeof error !== 'object' || error === null || depth > MAX_CAUSES) return false
  // By shape: an error of another realm (a socket's, seen from a vm context) is no instance of this Error.
  const { code, message, cause, errors } = error as Record<string, unknown>
  if (typeof code === 'string' && CONNECTION_FAILURE.test(code)) return true
  if (
    /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/.test(
      String(message),
    )
  ) {
    return true
  }
  if (Array.isArray(errors)) return errors.some((one) => isConnectionFailure(one, depth + 1))
  return isConnectionFailure(cause, depth + 1)
}
