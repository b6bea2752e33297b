import { parseCookie, stringifySetCookie } from 'cookie'
import type { Request } from 'express'

/**
 * Behind TLS the name's prefix makes browsers refuse a cookie of this name from a subdomain or from an unprotected
 * connection.
 */
const nameFor = (request: Request) => (request.secure ? '__Host-jobu_session' : 'jobu_session')

/** The session's id, as the browser keeps it. */
export function sessionIdOf(request: Request): string | undefined {
  const header = request.get('cookie')
  return header === undefined ? undefined : parseCookie(header)[nameFor(request)]
}

/**
 * `Set-Cookie` for a session; without an id the one that removes it. It ends with the browser: when the session itself
 * ends is for the server to say. Strict, since pages only ask for what they show once they are loaded from here.
 */
export function sessionCookie(request: Request, id: string | undefined): string {
  return stringifySetCookie({
    name: nameFor(request),
    value: id ?? '',
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: request.secure,
    ...(id === undefined ? { maxAge: 0 } : {}),
  })
}
