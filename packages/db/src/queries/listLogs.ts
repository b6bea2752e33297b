import type { SQL } from 'drizzle-orm'
import type { Tx } from '../database.ts'
import { and, asc, eq, inArray } from '../drizzle.ts'
import { executionLogs } from '../schema/index.ts'
import type { LogRow } from './executions.ts'
import type { ExecutionKey } from './types.ts'

/** Least first. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface LogFilter {
  attempt?: number | undefined
  /** This level and worse. */
  level?: LogLevel | undefined
}

/** A page of an execution's log, oldest line of the first attempt first. Index: primary key. */
export async function listLogs(
  tx: Tx,
  key: ExecutionKey,
  filter: LogFilter,
  page: { limit: number; offset: number },
): Promise<{ rows: LogRow[]; total: number }> {
  const where = logConditions(key, filter)
  const rows = await tx.db
    .select()
    .from(executionLogs)
    .where(where)
    .orderBy(asc(executionLogs.attempt), asc(executionLogs.line))
    .limit(page.limit)
    .offset(page.offset)
  return { rows, total: await tx.db.$count(executionLogs, where) }
}

export function logConditions(key: ExecutionKey, { attempt, level }: LogFilter): SQL | undefined {
  return and(
    eq(executionLogs.executionId, key.id),
    eq(executionLogs.scheduledTime, key.scheduledTime),
    attempt === undefined ? undefined : eq(executionLogs.attempt, attempt),
    level && inArray(executionLogs.level, LOG_LEVELS.slice(LOG_LEVELS.indexOf(level))),
  )
}
