import type { Tx } from '../database.ts'
import { eq } from '../drizzle.ts'
import { sessions } from '../schema/index.ts'
import type { Role } from '../states.ts'

/** A session that can be used, and whose it is. */
export interface LiveSession {
  idHash: string
  userId: number
  userName: string
  role: Role
  csrfToken: string
  lastSeenAt: Date
  expiresAt: Date
  /** When it ends unless it is used before. */
  idleExpiresAt: Date
}

/** @param session.maxSeconds  how long it lives, however often it is used */
export async function createSession(
  tx: Tx,
  session: {
    idHash: string
    userId: number
    csrfToken: string
    maxSeconds: number
    address: string | null
    userAgent: string | null
  },
): Promise<void> {
  await tx.query(
    `INSERT INTO sessions (id_hash, user_id, csrf_token, expires_at, address, user_agent)
     VALUES ($1, $2, $3, now() + $4 * interval '1 second', $5, $6)`,
    [
      session.idHash,
      session.userId,
      session.csrfToken,
      session.maxSeconds,
      session.address,
      session.userAgent,
    ],
  )
}

/**
 * Undefined for a session that is unknown, has expired, or whose user is disabled.
 *
 * Index: primary keys. Called by: every request with a cookie, through a cache.
 */
export async function findSession(
  tx: Tx,
  idHash: string,
  idleSeconds: number,
): Promise<LiveSession | undefined> {
  const { rows } = await tx.query<LiveSession>(
    `SELECT s.id_hash AS "idHash", u.id AS "userId", u.name AS "userName", u.role, s.csrf_token AS "csrfToken",
       s.last_seen_at AS "lastSeenAt", s.expires_at AS "expiresAt",
       least(s.expires_at, s.last_seen_at + $2 * interval '1 second') AS "idleExpiresAt"
     FROM sessions AS s JOIN users AS u ON u.id = s.user_id
     WHERE s.id_hash = $1 AND u.is_enabled AND s.expires_at > now()
       AND s.last_seen_at > now() - $2 * interval '1 second'`,
    [idHash, idleSeconds],
  )
  return rows[0]
}

/** Notes that a session is in use. */
export async function touchSession(tx: Tx, idHash: string): Promise<void> {
  await tx.query(`UPDATE sessions SET last_seen_at = now() WHERE id_hash = $1 AND last_seen_at < now()`, [
    idHash,
  ])
}

export async function deleteSession(tx: Tx, idHash: string): Promise<void> {
  await tx.db.delete(sessions).where(eq(sessions.idHash, idHash))
}

/** @returns how many there were */
export async function deleteSessionsOfUser(tx: Tx, userId: number): Promise<number> {
  const { rowCount } = await tx.db.delete(sessions).where(eq(sessions.userId, userId))
  return rowCount ?? 0
}

/**
 * Deletes sessions that nobody can use any more, at most `limit`. Locks: those rows; others' are passed over.
 *
 * @returns how many it deleted
 */
export async function pruneSessions(tx: Tx, idleSeconds: number, limit: number): Promise<number> {
  const { rowCount } = await tx.query(
    `DELETE FROM sessions WHERE id_hash IN (
       SELECT id_hash FROM sessions WHERE expires_at < now() OR last_seen_at < now() - $1 * interval '1 second'
       LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    [idleSeconds, limit],
  )
  return rowCount ?? 0
}
