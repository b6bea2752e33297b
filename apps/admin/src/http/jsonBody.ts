import { isUtf8 } from 'node:buffer'
import { JobuError } from '@jobu/db'
import express, { type RequestHandler } from 'express'
import { refuseUnstorable } from './refuseUnstorable.ts'

/**
 * Parses JSON bodies, and nothing else, of at most `limitBytes` after decompression; a request without one has the
 * body `undefined`.
 *
 * @throws JobuError UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE, REQUEST_MALFORMED, VALIDATION_FAILED; body-parser's errors
 */
export function jsonBody(limitBytes: number): RequestHandler[] {
  const parse = express.json({
    limit: limitBytes,
    strict: false,
    verify: (_request, _response, bytes, encoding) => {
      // Decoding would replace broken bytes in silence, and something else than what was sent would be stored.
      if (encoding === 'utf-8' && !isUtf8(bytes)) {
        throw Object.assign(new Error('the body is not UTF-8'), { status: 400 })
      }
    },
  })
  const refuseUnread: RequestHandler = (request, _response, next) => {
    const length = Number(request.headers['content-length'] ?? 0)
    const hasBody = request.headers['transfer-encoding'] !== undefined || length > 0
    if (hasBody && !request.is('application/json')) {
      const type = request.headers['content-type'] ?? 'none'
      throw new JobuError(
        'UNSUPPORTED_MEDIA_TYPE',
        `Expected Content-Type: application/json, received ${type}`,
      )
    }
    // The parser answers once all of the body has come, and of what is announced nothing need ever come.
    if (length > limitBytes) {
      throw new JobuError('PAYLOAD_TOO_LARGE', `The request body is larger than ${limitBytes} bytes`)
    }
    next()
  }
  const check: RequestHandler = (request, _response, next) => {
    refuseUnstorable(request.body)
    next()
  }
  return [refuseUnread, parse, check]
}
