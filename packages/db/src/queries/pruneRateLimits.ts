import type { Tx } from '../database.ts'

/**
 * Deletes counts that ended an hour ago, at most `limit`. Their instants are those of the clocks of admin processes,
 * hence the hour. Locks: those rows; others' are passed over. Called by: admin's house-keeping.
 *
 * @returns how many it deleted
 */
export async function pruneRateLimits(tx: Tx, limit: number): Promise<number> {
  const { rowCount } = await tx.query(
    `DELETE FROM rate_limits WHERE key IN (
       SELECT key FROM rate_limits WHERE expire < (extract(epoch FROM now()) - 3600) * 1000
       LIMIT $1 FOR UPDATE SKIP LOCKED)`,
    [limit],
  )
  return rowCount ?? 0
}
