import type { Request } from 'express'

/** Aborts when the client closes the connection before it has its answer. */
export function goneSignal(request: Request): AbortSignal {
  const gone = new AbortController()
  request.res?.once('close', () => gone.abort())
  return gone.signal
}
