import { ROLES, type Role } from '@jobu/db'

/** Who sent a request, as the audit log names them. */
export interface Actor {
  /**
   * How they proved it: a password or its session, an API token, a trusted proxy's word, the configuration's token (or
   * the configuration itself, at start), a shell on a machine that reaches the database; `anonymous`: not at all.
   */
  kind: 'user' | 'token' | 'proxy' | 'environment' | 'cli' | 'anonymous'
  name: string
  role: Role
  /** The row of `users` or `api_tokens`; null where there is none. */
  id: number | null
  /** Of the request that acts. */
  requestId: string
  /** The client's address. */
  address: string | null
}

export function hasRole(actor: Pick<Actor, 'role'>, role: Role): boolean {
  return ROLES.indexOf(actor.role) >= ROLES.indexOf(role)
}
