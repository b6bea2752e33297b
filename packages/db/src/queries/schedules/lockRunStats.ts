import type { Tx } from '../../database.ts'

const KEY = `hashtextextended('jobu_schedule_run_stats', 0)`

/**
 * Takes the right to write `schedule_run_stats`, of which there is one in the system: sums can then be made without waiting
 * for single rows, and a recount is not folded into at the same time.
 *
 * Locks: an advisory lock until the transaction ends. Called by: foldRunStats, rebuildRunStats.
 *
 * @param isWaiting  false: only where nobody has it
 */
export async function lockRunStats(tx: Tx, isWaiting: boolean): Promise<boolean> {
  if (isWaiting) {
    await tx.query(`SELECT pg_advisory_xact_lock(${KEY})`)
    return true
  }
  const { rows } = await tx.query<{ locked: boolean }>(`SELECT pg_try_advisory_xact_lock(${KEY}) AS locked`)
  return rows[0]!.locked
}
