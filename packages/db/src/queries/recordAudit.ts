import type { Tx } from '../database.ts'
import { auditLog } from '../schema/index.ts'

export type NewAuditEntry = Omit<typeof auditLog.$inferInsert, 'id' | 'at'>

/** Writes who changed what, in the transaction that changes it. @returns the entry's id */
export async function recordAudit(tx: Tx, entry: NewAuditEntry): Promise<number> {
  const [row] = await tx.db.insert(auditLog).values(entry).returning({ id: auditLog.id })
  return row!.id
}
