import type { Connection } from './database.ts'
import { getDatabases } from './registry.ts'

type Work<T> = (tx: Connection) => Promise<T>

/**
 * Runs `fn` in a transaction on `default`, found by `getConnection()` from anywhere below it. Nested calls join.
 * `fn` is run again after a serialization failure or a deadlock, so it must not act outside the database.
 *
 * @param label  names the transaction in errors
 */
export function transactional<T>(fn: Work<T>): Promise<T>
export function transactional<T>(label: string, fn: Work<T>): Promise<T>
export function transactional<T>(first: string | Work<T>, second?: Work<T>): Promise<T> {
  const [label, fn] = typeof first === 'string' ? [first, second as Work<T>] : ['transaction', first]
  return getDatabases().get().transactional({ label }, fn)
}

/** As `transactional`, but READ ONLY: the server refuses every write. */
export function transactionalReadonly<T>(fn: Work<T>): Promise<T> {
  return getDatabases().get().transactional({ label: 'read-only transaction', readonly: true }, fn)
}

/** Runs `callback` after the commit of the transaction on `default` this code runs in. */
export function afterCommit(callback: () => void | Promise<void>): Promise<void> {
  return getDatabases().get().afterCommit(callback)
}
