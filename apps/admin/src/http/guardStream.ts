import type { Role } from '@jobu/db'
import type { Response } from 'express'
import type { Identity } from '../access/authenticator.ts'
import { hasRole } from './actor.ts'

/** How often the caller of an open stream is looked at again, in milliseconds. */
const RECHECK_INTERVAL_MS = 5_000

/**
 * Ends a stream once its caller might no longer open it: signed out, expired, revoked, disabled, or in another role.
 * What cannot be found out, since the database is away, is asked again.
 */
export function guardStream(response: Response, role: Role | null): void {
  const recheck: (() => Promise<Identity | undefined>) | undefined = response.locals.recheck
  if (role === null || !recheck) return
  const timer = setInterval(async () => {
    const identity = await recheck().catch(() => 'unknown' as const)
    if (identity === 'unknown' || (identity && hasRole(identity, role))) return
    response.end()
  }, RECHECK_INTERVAL_MS)
  timer.unref()
  response.on('close', () => clearInterval(timer))
}
