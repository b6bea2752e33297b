import type { Request } from 'express'
import { clientAddress } from '../access/clientAddress.ts'

/** Where a request comes from; who sends it is another question. */
export interface Caller {
  requestId: string
  address: string | null
  userAgent: string | null
}

/** Longer ones say nothing more. */
const MAX_USER_AGENT = 255

export function callerOf(request: Request): Caller {
  return {
    requestId: request.res?.locals.requestId,
    address: clientAddress(request),
    userAgent: request.get('user-agent')?.slice(0, MAX_USER_AGENT) ?? null,
  }
}
