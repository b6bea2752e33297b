import type { Connection, Database } from '@jobu/db'

/**
 * Runs `fn` in a transaction; a dry run's is rolled back once `fn` has said what came of it, so that whatever can refuse
 * a change has been asked.
 */
export async function transactionOrDryRun<T>(
  database: Database,
  { label, isDryRun }: { label: string; isDryRun: boolean },
  fn: (tx: Connection) => Promise<T>,
): Promise<T> {
  if (!isDryRun) return database.transactional({ label }, fn)
  const undone = new Undone()
  let outcome: T | undefined
  try {
    await database.transactional({ label: `${label}, dry run` }, async (tx) => {
      outcome = await fn(tx)
      throw undone
    })
  } catch (error) {
    if (error !== undone) throw error
  }
  return outcome as T
}

class Undone extends Error {}
