import type { Tx } from '../database.ts'
import { and, asc, sql } from '../drizzle.ts'
import { executionLogs } from '../schema/index.ts'
import type { LogRow } from './executions.ts'
import { type LogFilter, logConditions } from './listLogs.ts'
import type { ExecutionKey } from './types.ts'

/** A place in an execution's log: after this line of this attempt. */
export interface LogPosition {
  attempt: number
  line: number
}

/** The next lines of an execution's log. Index: primary key. Called by: the admin's log stream. */
export async function listLogsAfter(
  tx: Tx,
  key: ExecutionKey,
  after: LogPosition,
  filter: LogFilter,
  limit: number,
): Promise<LogRow[]> {
  return tx.db
    .select()
    .from(executionLogs)
    .where(
      and(
        logConditions(key, filter),
        sql`(${executionLogs.attempt}, ${executionLogs.line}) > (${after.attempt}::integer, ${after.line}::integer)`,
      ),
    )
    .orderBy(asc(executionLogs.attempt), asc(executionLogs.line))
    .limit(limit)
}
