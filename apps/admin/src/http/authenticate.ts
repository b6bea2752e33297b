import { JobuError } from '@jobu/db'
import type { Request, RequestHandler, Response } from 'express'
import type { Authenticator, Identity } from '../access/authenticator.ts'
import { isSameSecret } from '../access/secrets.ts'
import type { AdminMetrics } from '../adminMetrics.ts'
import type { AdminConfig } from '../config.ts'
import type { Actor } from './actor.ts'
import { callerOf } from './caller.ts'
import { refuseCrossOrigin } from './crossOrigin.ts'

/**
 * Lets a request pass whose sender is known; `response.locals` then has them as `actor`, their session where there is
 * one, and `recheck`, which asks the same again later.
 *
 * @throws JobuError UNAUTHORIZED, CSRF_TOKEN_INVALID, TOO_MANY_REQUESTS
 */
export function authenticate(
  authenticator: Authenticator,
  { cors }: AdminConfig,
  metrics: Pick<AdminMetrics, 'signInFailed'>,
): RequestHandler {
  return async (request, response, next) => {
    const identity = await authenticator.identify(request)
    if (!identity) {
      challenge(request, response)
      const isTried = request.get('authorization') !== undefined
      // A password was counted where it was checked.
      if (/^bearer /i.test(request.get('authorization') ?? '')) metrics.signInFailed('token')
      throw new JobuError(
        'UNAUTHORIZED',
        isTried
          ? 'The credentials are not valid'
          : 'Authentication is required: sign in, or send Authorization: Bearer <token>',
      )
    }
    if (identity.isAmbient) refuseCrossOrigin(request, cors)
    refuseWithoutCsrfToken(request, identity)
    const { kind, name, role, id, session } = identity
    const { requestId, address } = callerOf(request)
    response.locals.actor = { kind, name, role, id, requestId, address } satisfies Actor
    response.locals.session = session
    response.locals.recheck = () => authenticator.identify(request, false)
    next()
  }
}

/** A page of another origin can make a browser send the cookie, and cannot read the token that belongs to it. */
function refuseWithoutCsrfToken(request: Request, { session }: Identity): void {
  if (!session || request.method === 'GET' || request.method === 'HEAD') return
  const given = request.get('x-csrf-token')
  if (given !== undefined && isSameSecret(given, session.csrfToken)) return
  throw new JobuError(
    'CSRF_TOKEN_INVALID',
    `Send X-CSRF-Token with the csrf_token of GET /auth/session${given === undefined ? '' : '; the one sent is not it'}`,
  )
}

/** Browsers are not offered Basic: they would ask for a password in a window of their own, over the sign-in page. */
function challenge(request: Request, response: Response): void {
  const isBrowser =
    request.get('sec-fetch-mode') !== undefined || /^Mozilla\//.test(request.get('user-agent') ?? '')
  response.set('WWW-Authenticate', [
    'Bearer realm="jobu"',
    ...(isBrowser ? [] : ['Basic realm="jobu", charset="UTF-8"']),
  ])
}
