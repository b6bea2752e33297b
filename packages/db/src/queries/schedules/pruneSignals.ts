import type { Tx } from '../../database.ts'

/**
 * Deletes signals past retention, at most `limit`.
 *
 * Locks: the rows deleted. Index: `signals_sent_idx`. Called by: the dispatcher.
 *
 * @returns how many it deleted; fewer than `limit`: none are left
 */
export async function pruneSignals(tx: Tx, retentionDays: number, limit: number): Promise<number> {
  const { rowCount } = await tx.query(
    `DELETE FROM signals WHERE id = ANY (ARRAY (
       SELECT id FROM signals WHERE sent_at < now() - $1 * interval '1 day' ORDER BY sent_at LIMIT $2 FOR UPDATE SKIP LOCKED
     ))`,
    [retentionDays, limit],
  )
  return rowCount ?? 0
}
