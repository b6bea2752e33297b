import type pg from 'pg'
import { isConnectionFailure, sqlState } from './errors.ts'

/** What went wrong between a service and its database, as metrics tell it apart. */
export const DATABASE_ERROR_KINDS = ['connection', 'timeout', 'serialization', 'other'] as const
export type DatabaseErrorKind = (typeof DATABASE_ERROR_KINDS)[number]

/** A pool and what happened on it since it was opened. */
export interface DatabaseStats {
  connections: number
  idle: number
  /** Callers that wait for a connection. */
  waiting: number
  max: number
  errors: Record<DatabaseErrorKind, number>
  /** Transactions run again after a conflict, by label. */
  retries: ReadonlyMap<string, number>
}

/** A statement ran into its limit, or waited too long for a lock. */
const TIMEOUT_SQLSTATES = ['57014', '55P03', '25P03', '25P04']
const SERIALIZATION_SQLSTATES = ['40001', '40P01']
/** Handlers label their transactions as they like; beyond so many labels the others count as one. */
const MAX_LABELS = 50

/** Counts what a database's callers are told anyway. */
export class DatabaseCounters {
  readonly errors: Record<DatabaseErrorKind, number> = {
    connection: 0,
    timeout: 0,
    serialization: 0,
    other: 0,
  }
  readonly retries = new Map<string, number>()

  /** An error that is not the database's is passed over. */
  countError(error: unknown): void {
    const kind = databaseErrorKind(error)
    if (kind) this.errors[kind]++
  }

  countRetry(label: string): void {
    const key = this.retries.has(label) || this.retries.size < MAX_LABELS ? label : 'other'
    this.retries.set(key, (this.retries.get(key) ?? 0) + 1)
  }
}

/** Undefined for an error that does not come from the database. */
export function databaseErrorKind(error: unknown): DatabaseErrorKind | undefined {
  if (isConnectionFailure(error)) return 'connection'
  if (error instanceof Error && error.message === 'Query read timeout') return 'timeout'
  const state = sqlState(error)
  if (state === undefined) return undefined
  if (TIMEOUT_SQLSTATES.includes(state)) return 'timeout'
  return SERIALIZATION_SQLSTATES.includes(state) ? 'serialization' : 'other'
}

/** Counts on the pool itself: Drizzle's statements outside of transactions reach it directly. */
export function countErrorsOf(pool: pg.Pool, counters: DatabaseCounters): void {
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<unknown>
  pool.query = ((...args: unknown[]) => {
    const answer = query(...args)
    // A caller with a callback gets no promise, and counts for itself.
    answer?.catch((error: unknown) => counters.countError(error))
    return answer
  }) as typeof pool.query
}
