import type { Connection } from './database.ts'
import { getDatabases } from './registry.ts'
import { transactionalAcross } from './twoPhase.ts'

type Work<T> = (tx: Connection) => Promise<T>

/**
 * Runs `fn` in a transaction on `default`, found by `getConnection()` from anywhere below it. Nested calls join.
 * `fn` is run again after a serialization failure or a deadlock, so it must not act outside the database.
 *
 * Given names of databases it runs in one transaction on each, found by `getConnection(name)`; they commit together
 * or not at all.
 *
 * @throws JobuError TWO_PHASE_UNAVAILABLE where a server lacks prepared transactions; DATABASE_UNKNOWN
 */
export function transactional<T>(fn: Work<T>): Promise<T>
export function transactional<T>(label: string, fn: Work<T>): Promise<T>
export function transactional<T>(databases: readonly string[], fn: () => Promise<T>): Promise<T>
export function transactional<T>(first: string | readonly string[] | Work<T>, second?: unknown): Promise<T> {
  if (typeof first === 'function') return getDatabases().get().transactional({ label: 'transaction' }, first)
  if (typeof first === 'string')
    return getDatabases()
      .get()
      .transactional({ label: first }, second as Work<T>)
  return transactionalAcross(getDatabases(), first, second as () => Promise<T>)
}

/** As `transactional`, but READ ONLY: the server refuses every write. */
export function transactionalReadonly<T>(fn: Work<T>): Promise<T> {
  return getDatabases().get().transactional({ label: 'read-only transaction', readonly: true }, fn)
}

/** Runs `callback` after the commit of the transaction on `default` this code runs in. */
export function afterCommit(callback: () => void | Promise<void>): Promise<void> {
  return getDatabases().get().afterCommit(callback)
}
