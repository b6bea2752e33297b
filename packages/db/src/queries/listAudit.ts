import type { SQL } from 'drizzle-orm'
import type { Tx } from '../database.ts'
import { and, desc, eq, gte, ilike, lt, or, sql } from '../drizzle.ts'
import { auditLog } from '../schema/index.ts'

export type AuditRow = typeof auditLog.$inferSelect

export interface AuditFilter {
  actor?: string
  action?: string
  targetType?: string
  targetId?: string
  /** Inclusive. */
  from?: Date
  /** Exclusive. */
  to?: Date
  /** A part of the action, or of the actor's or the target's name, in any case. */
  q?: string
}

/** A place in the list: what comes after this entry. */
export interface AuditPosition {
  at: Date
  id: number
}

/** Entries are counted so far; nobody pages further without a cursor. */
export const AUDIT_COUNT_LIMIT = 10_000

/**
 * The audit log, newest first.
 *
 * Index: audit_log_at_idx, or that of the target, the actor or the action. Called by: GET /audit.
 *
 * @returns `total` is at most AUDIT_COUNT_LIMIT
 */
export async function listAudit(
  tx: Tx,
  filter: AuditFilter,
  page: { after?: AuditPosition; limit: number; offset: number },
): Promise<{ rows: AuditRow[]; total: number }> {
  const where = conditions(filter)
  const { after } = page
  const rows = await tx.db
    .select()
    .from(auditLog)
    .where(
      and(
        where,
        after &&
          sql`(${auditLog.at}, ${auditLog.id}) < (${after.at.toISOString()}::timestamptz, ${after.id}::bigint)`,
      ),
    )
    .orderBy(desc(auditLog.at), desc(auditLog.id))
    .limit(page.limit)
    .offset(page.offset)
  const counted = tx.db
    .select({ id: auditLog.id })
    .from(auditLog)
    .where(where)
    .limit(AUDIT_COUNT_LIMIT)
    .as('counted')
  return { rows, total: await tx.db.$count(counted) }
}

function conditions(filter: AuditFilter): SQL | undefined {
  const pattern = filter.q === undefined ? undefined : `%${filter.q.replace(/[\\%_]/g, '\\$&')}%`
  return and(
    filter.actor === undefined ? undefined : eq(auditLog.actorName, filter.actor),
    filter.action === undefined ? undefined : eq(auditLog.action, filter.action),
    filter.targetType === undefined ? undefined : eq(auditLog.targetType, filter.targetType),
    filter.targetId === undefined ? undefined : eq(auditLog.targetId, filter.targetId),
    filter.from && gte(auditLog.at, filter.from),
    filter.to && lt(auditLog.at, filter.to),
    pattern === undefined
      ? undefined
      : or(
          ilike(auditLog.action, pattern),
          ilike(auditLog.actorName, pattern),
          ilike(auditLog.targetName, pattern),
        ),
  )
}

/**
 * Deletes entries older than `retentionDays`, oldest first, at most `limit`. Locks: those rows; others' are passed
 * over. Index: audit_log_at_idx. Called by: admin's house-keeping.
 *
 * @returns how many it deleted
 */
export async function pruneAudit(tx: Tx, retentionDays: number, limit: number): Promise<number> {
  const { rowCount } = await tx.query(
    `DELETE FROM audit_log WHERE id IN (
       SELECT id FROM audit_log WHERE at < now() - $1 * interval '1 day' ORDER BY at, id
       LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    [retentionDays, limit],
  )
  return rowCount ?? 0
}
