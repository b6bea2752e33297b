import { type ErrorCode, isConnectionFailure, JobuError, sqlState } from '@jobu/db'
import type { Logger } from '@jobu/runtime'
import type { ErrorRequestHandler } from 'express'
import { HTTP_STATUS } from './httpStatus.ts'
import { TooManyRequests } from './tooManyRequests.ts'

/** Seconds after which a client may try again while the database is away. */
const RETRY_AFTER_SECONDS = 5
/** A statement that ran into `statement_timeout`. */
const QUERY_CANCELED = '57014'

/** Express' and body-parser's own errors, by their status. */
const CODE_OF_STATUS: Record<number, ErrorCode> = {
  400: 'REQUEST_MALFORMED',
  404: 'NOT_FOUND',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
}

/**
 * The only place that answers errors: `{"error": {code, message, details}}`. What nobody expected becomes a bare 500
 * that names the request, and a full log entry under that name.
 */
export function sendError(logger: Logger): ErrorRequestHandler {
  return (thrown, request, response, next) => {
    const requestId: string = response.locals.requestId
    const expected = expectedError(thrown)
    const error = expected ?? new JobuError('INTERNAL_ERROR', `Internal error; request id ${requestId}`)
    const status = HTTP_STATUS[error.code]
    const fields = { requestId, method: request.method, path: request.path, error: loggable(thrown) }
    if (status >= 500 && status !== 503) logger.error('request failed', fields)
    else if (status === 503) logger.warn('database unavailable', fields)
    // Express then closes the connection: the only way left to say that the answer is not whole.
    if (response.headersSent) return next(thrown)
    if (status === 503) response.set('Retry-After', String(RETRY_AFTER_SECONDS))
    if (thrown instanceof TooManyRequests) response.set('Retry-After', String(thrown.retryAfterSeconds))
    // A 401 has to name a way in. This one makes no browser ask for a password by itself.
    if (status === 401 && !response.get('WWW-Authenticate')) {
      response.set('WWW-Authenticate', 'Bearer realm="jobu"')
    }
    const isShown = status !== 500
    response.status(status).json({
      error: {
        code: isShown ? error.code : 'INTERNAL_ERROR',
        message: isShown ? error.message : `Internal error; request id ${requestId}`,
        details: isShown ? error.details : [],
      },
    })
  }
}

/** Undefined for what is a bug or a surprise. */
function expectedError(thrown: unknown): JobuError | undefined {
  if (thrown instanceof JobuError) return thrown
  if (isConnectionFailure(thrown)) {
    return new JobuError('DATABASE_UNAVAILABLE', 'The database cannot be reached; try again later')
  }
  if (sqlState(thrown) === QUERY_CANCELED || (thrown as Error)?.message === 'Query read timeout') {
    return new JobuError('DATABASE_UNAVAILABLE', 'The database did not answer in time; try again later')
  }
  const { status, type, message, limit } = (thrown ?? {}) as HttpError
  const code = status === undefined ? undefined : CODE_OF_STATUS[status]
  if (!code) return undefined
  if (type === 'entity.parse.failed') {
    return new JobuError(code, `The request body is not valid JSON: ${message}`)
  }
  if (code === 'PAYLOAD_TOO_LARGE')
    return new JobuError(code, `The request body is larger than ${limit} bytes`)
  return new JobuError(code, `Bad request: ${message}`)
}

interface HttpError {
  status?: number
  type?: string
  message?: string
  limit?: number
}

/** Drizzle's message holds the statement's parameters, and with them whatever secrets a handler is given. */
function loggable(thrown: unknown): unknown {
  return thrown instanceof Error && 'query' in thrown && 'params' in thrown ? thrown.cause : thrown
}
