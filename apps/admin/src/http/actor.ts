import { ROLES, type Role } from '@jobu/db'

/** Who sent a request, as the audit log names them. */
export interface Actor {
  /** How they proved it; `environment` is the token or password of the configuration. */
  kind: 'user' | 'token' | 'proxy' | 'environment'
  name: string
  role: Role
  /** The row of `users` or `api_tokens`; null where there is none. */
  id: number | null
  /** Of the request that acts. */
  requestId: string
  /** The client's address. */
  address: string | null
}

export function hasRole(actor: Actor, role: Role): boolean {
  return ROLES.indexOf(actor.role) >= ROLES.indexOf(role)
}
