import type { Tx } from '../database.ts'
import { and, asc, eq } from '../drizzle.ts'
import { executionLogs } from '../schema/index.ts'
import type { LogRow } from './executions.ts'
import type { ExecutionKey } from './types.ts'

/** A page of an execution's log, oldest line of the first attempt first. Index: primary key. */
export async function listLogs(
  tx: Tx,
  key: ExecutionKey,
  page: { limit: number; offset: number },
): Promise<{ rows: LogRow[]; total: number }> {
  const where = and(eq(executionLogs.executionId, key.id), eq(executionLogs.scheduledTime, key.scheduledTime))
  const rows = await tx.db
    .select()
    .from(executionLogs)
    .where(where)
    .orderBy(asc(executionLogs.attempt), asc(executionLogs.line))
    .limit(page.limit)
    .offset(page.offset)
  return { rows, total: await tx.db.$count(executionLogs, where) }
}
