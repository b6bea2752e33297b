import { randomUUID } from 'node:crypto'
import type { Logger } from '@jobu/runtime'
import type { RequestHandler } from 'express'
import { clientAddress } from '../access/clientAddress.ts'

/** Asked every few seconds by programs. */
const POLLED = /\/(health|ready|metrics)$/
const SANE_REQUEST_ID = /^[\w.:-]{1,100}$/

/**
 * Names each request (`X-Request-Id`, the client's own where it is sane) and logs it once it is over. What
 * programs ask every few seconds logs at debug.
 */
export function requestLog(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now()
    const given = request.get('x-request-id')
    const requestId = given && SANE_REQUEST_ID.test(given) ? given : randomUUID()
    response.locals.requestId = requestId
    response.set('X-Request-Id', requestId)
    // Without the query, which may hold what someone should not have put there.
    const { method, path } = request
    const remote = clientAddress(request)
    response.on('close', () => {
      const level = POLLED.test(path) ? 'debug' : 'info'
      logger.log(level, response.writableFinished ? 'request completed' : 'request aborted', {
        method,
        path,
        status: response.statusCode,
        ms: Math.round((performance.now() - startedAt) * 10) / 10,
        requestId,
        remote,
      })
    })
    next()
  }
}
