import type { LiveSession } from '@jobu/db'
import type { Request } from 'express'
import { sessionCookie, sessionIdOf } from '../access/sessionCookie.ts'
import type { AdminConfig } from '../config.ts'
import { callerOf } from '../http/caller.ts'
import { refuseCrossOrigin } from '../http/crossOrigin.ts'
import { type Endpoint, endpoint, Reply } from '../http/endpoint.ts'
import { changePasswordBody, sessionAnswer, signInBody } from '../schemas/session.ts'
import { type Issued, type SessionService, sessionView } from '../services/sessionService.ts'

const tag = 'auth'
const SET_COOKIE =
  'The session, HttpOnly and SameSite=Strict; behind TLS also Secure, and named `__Host-jobu_session`'

/** The token is in the body as well; from a header a script takes it without reading JSON. */
const NEW_SESSION = { 'Set-Cookie': SET_COOKIE, 'X-CSRF-Token': 'The `csrf_token` of the session' }

export function authEndpoints(sessions: SessionService, { cors }: AdminConfig): Endpoint[] {
  return [
    endpoint({
      id: 'signIn',
      method: 'post',
      path: '/auth/sign-in',
      tag,
      role: null,
      summary: 'Sign in with a name and a password',
      description:
        'Begins a session and sets its cookie, `jobu_session`. Requests of the session that change something send its ' +
        '`csrf_token` as `X-CSRF-Token`. After failures there are pauses, each longer than the one before.',
      body: signInBody,
      answer: sessionAnswer,
      headers: NEW_SESSION,
      errors: ['SIGN_IN_FAILED', 'CSRF_TOKEN_INVALID', 'TOO_MANY_REQUESTS'],
      async run({ body, request }) {
        refuseCrossOrigin(request, cors)
        return withCookie(request, await sessions.signIn(body, sessionIdOf(request), callerOf(request)))
      },
    }),
    endpoint({
      id: 'signOut',
      method: 'post',
      path: '/auth/sign-out',
      tag,
      role: 'viewer',
      summary: 'End the session',
      description: 'Without a session, as with a token, nothing happens.',
      headers: { 'Set-Cookie': 'Removes the cookie' },
      async run({ actor, request }) {
        await sessions.signOut(sessionOf(request), actor)
        return new Reply(undefined, { headers: { 'Set-Cookie': sessionCookie(request, undefined) } })
      },
    }),
    endpoint({
      id: 'getSession',
      method: 'get',
      path: '/auth/session',
      tag,
      role: 'viewer',
      summary: 'Who asks, and with which role',
      answer: sessionAnswer,
      run: async ({ actor, request }) => sessionView(actor, sessionOf(request)),
    }),
    endpoint({
      id: 'changePassword',
      method: 'post',
      path: '/auth/password',
      tag,
      role: 'viewer',
      summary: "Change one's own password",
      description:
        'Ends all sessions of the user; a caller with a session gets a new one. The password of the user `admin` is ' +
        'that of `JOBU_ADMIN_PASSWORD` again at the next start where that is set.',
      body: changePasswordBody,
      answer: sessionAnswer,
      headers: NEW_SESSION,
      errors: ['TOO_MANY_REQUESTS'],
      async run({ body, actor, request }) {
        const issued = await sessions.changePassword(body, sessionOf(request), actor, callerOf(request))
        return issued.id === undefined ? new Reply(issued.view) : withCookie(request, issued)
      },
    }),
  ]
}

function withCookie(request: Request, { id, view }: Issued) {
  const headers: Record<string, string> = { 'Set-Cookie': sessionCookie(request, id) }
  if (view.csrf_token !== null) headers['X-CSRF-Token'] = view.csrf_token
  return new Reply(view, { headers })
}

function sessionOf(request: Request): LiveSession | undefined {
  return request.res?.locals.session
}
