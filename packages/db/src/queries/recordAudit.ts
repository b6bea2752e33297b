import type { Tx } from '../database.ts'
import { auditLog } from '../schema/index.ts'

export type NewAuditEntry = Omit<typeof auditLog.$inferInsert, 'id' | 'at'>

/** Writes who changed what, in the transaction that changes it. */
export async function recordAudit(tx: Tx, entry: NewAuditEntry): Promise<void> {
  await tx.db.insert(auditLog).values(entry)
}
