import type { Tx } from '../database.ts'

/** Says anew what an action led to, which goes on over several transactions. Index: primary key. */
export async function amendAudit(tx: Tx, id: number, after: Record<string, unknown>): Promise<void> {
  await tx.query('UPDATE audit_log SET after = $2 WHERE id = $1', [id, after])
}
