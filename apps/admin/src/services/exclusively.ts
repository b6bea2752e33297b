import { type Database, excludeClaims, sqlState, type Tx } from '@jobu/db'

/** How long a change of the scheduler's state waits for the claims and dispatches under way, in milliseconds. */
const EXCLUDE_TIMEOUT_MS = 1_000
const LOCK_NOT_AVAILABLE = '55P03'

/**
 * Runs a change of the scheduler's state such that no claim spans its commit: what was claimed, was claimed before it.
 * Where something reads the table for long, a backup for instance, it is made without waiting: a claim already under way
 * may then end a moment after it.
 */
export async function exclusively<T>(
  database: Database,
  label: string,
  change: (tx: Tx) => Promise<T>,
): Promise<T> {
  try {
    return await database.transactional({ label }, async (tx) => {
      await excludeClaims(tx, EXCLUDE_TIMEOUT_MS)
      return change(tx)
    })
  } catch (error) {
    if (sqlState(error) !== LOCK_NOT_AVAILABLE) throw error
    return database.transactional({ label }, change)
  }
}
