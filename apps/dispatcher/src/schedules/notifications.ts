import type { FinishedRun, Tx } from '@jobu/db'

/**
 * Enqueues what tells people and programs of how a run ended, in the transaction that follows it up.
 *
 * @returns how many executions it enqueued
 */
export async function notifyRun(_tx: Tx, run: FinishedRun): Promise<number> {
  if (Object.keys(run.notifications).length === 0) return 0
  return 0
}
