import type { Tx } from '../database.ts'
import { and, desc, eq } from '../drizzle.ts'
import { auditLog } from '../schema/index.ts'

export type AuditRow = typeof auditLog.$inferSelect

/** The newest entry about a target, of one action; undefined without one. Index: `audit_log_target_idx`. Called by: admin. */
export async function lastAuditOf(
  tx: Tx,
  target: { type: string; id: string },
  action: string,
): Promise<AuditRow | undefined> {
  const [row] = await tx.db
    .select()
    .from(auditLog)
    .where(
      and(
        eq(auditLog.targetType, target.type),
        eq(auditLog.targetId, target.id),
        eq(auditLog.action, action),
      ),
    )
    .orderBy(desc(auditLog.id))
    .limit(1)
  return row
}
