import { createServer, type RequestListener, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { ErrorCode } from '@jobu/db'
import { HTTP_STATUS } from './httpStatus.ts'

export interface HttpLimits {
  /** How long a client may take to send its headers, in milliseconds. */
  headersTimeoutMs: number
  /** How long it may take to send all of a request, in milliseconds. */
  requestTimeoutMs: number
  /** How often both are looked at, in milliseconds. */
  checkIntervalMs: number
}

const LIMITS: HttpLimits = { headersTimeoutMs: 15_000, requestTimeoutMs: 60_000, checkIntervalMs: 5_000 }

/** What Node says of a request that it could not read, as the code that a client sees. */
const CODES: Record<string, ErrorCode> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
}
const MESSAGES: Partial<Record<ErrorCode, string>> = {
  HEADERS_TOO_LARGE: 'The request line and headers are too large',
  REQUEST_TIMEOUT: 'The request took too long to arrive',
}

/**
 * An HTTP server for `listener` that drops clients which never finish a request, and answers what is no HTTP in the
 * form of every other error.
 */
export function createHttpServer(listener: RequestListener, limits: HttpLimits = LIMITS): Server {
  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: limits.checkIntervalMs,
    },
    listener,
  )
  const answering = new WeakMap<Socket, ServerResponse>()
  server.prependListener('request', (request, response) => answering.set(request.socket, response))
  server.on('clientError', (error: NodeJS.ErrnoException, stream) => {
    const socket = stream as Socket
    const response = answering.get(socket)
    // Into an answer under way nothing else can be written.
    const isAnswering = response?.headersSent && !response.writableFinished
    if (socket.writable && !isAnswering && error.code !== 'ECONNRESET') {
      socket.write(refusal(CODES[error.code ?? ''] ?? 'REQUEST_MALFORMED'))
    }
    socket.destroy(error)
  })
  // An expectation that nobody knows is no reason to refuse what comes with it.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  return server
}

function refusal(code: ErrorCode): string {
  const status = HTTP_STATUS[code]
  const message = MESSAGES[code] ?? 'The request is not HTTP/1.1'
  const body = JSON.stringify({ error: { code, message, details: [] } })
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}
