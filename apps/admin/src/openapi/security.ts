import type { Role } from '@jobu/db'
import type { ZodOpenApiSecuritySchemeObject } from 'zod-openapi'
import type { Method } from '../http/endpoint.ts'

/** The cookie of a session, and the header that a change with it needs. */
export const SESSION_COOKIE = 'jobu_session'
export const CSRF_HEADER = 'X-CSRF-Token'

export const SECURITY_SCHEMES: Record<string, ZodOpenApiSecuritySchemeObject> = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API token, or the one of the configuration.' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: SESSION_COOKIE,
    description: 'What signing in sets.',
  },
  csrf: {
    type: 'apiKey',
    in: 'header',
    name: CSRF_HEADER,
    description: 'Beside the session, on everything that is not GET: the token that the session tells.',
  },
  basic: { type: 'http', scheme: 'basic', description: 'A name and a password.' },
}

/** The ways in, any one of which is enough. */
export function securityOf(role: Role | null, method: Method): Record<string, string[]>[] {
  if (role === null) return []
  const session: Record<string, string[]> = method === 'get' ? { session: [] } : { session: [], csrf: [] }
  return [{ bearer: [] }, session, { basic: [] }]
}
