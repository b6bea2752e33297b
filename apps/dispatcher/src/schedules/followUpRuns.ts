import {
  clearFollowUps,
  type Database,
  type FinishedRun,
  isConnectionFailure,
  isRetryableTransaction,
  lockFollowUps,
  settleChild,
  startPendingRuns,
  type Tx,
} from '@jobu/db'
import type { Logger } from '@jobu/runtime'
import { notifyRun } from './notifications.ts'

export interface FollowedUp {
  runs: number
  /** Executions enqueued that tell of them. */
  notifications: number
}

export const FOLLOW_UP_BATCH = 20
/** A run whose follow-up failed is tried again after this. */
const PUT_OFF_SECONDS = 60

/**
 * Does what follows from runs that have ended, a batch a transaction: the task that one was ends, the next runs of its
 * schedule start, people are told; then it is noted as done. So all of it happens exactly once.
 */
export async function followUpRuns(
  db: Database,
  logger: Logger,
  notify: (tx: Tx, run: FinishedRun) => Promise<number> = notifyRun,
): Promise<FollowedUp> {
  let taken: number[] = []
  const followUp = (limit: number, ids?: number[]) =>
    db.transactional({ label: 'follow up runs' }, async (tx) => {
      if (!ids) taken = []
      const runs = await lockFollowUps(tx, limit, ids)
      const runIds = runs.map((run) => run.id)
      if (!ids) taken = runIds
      let notifications = 0
      for (const run of runs) {
        if (run.parentTaskRunId !== null) await settleChild(tx, run.id)
        notifications += await notify(tx, run)
      }
      await clearFollowUps(tx, runIds)
      for (const scheduleId of new Set(runs.map((run) => run.scheduleId)))
        await startPendingRuns(tx, scheduleId)
      return { runs: runs.length, notifications }
    })
  try {
    return await followUp(FOLLOW_UP_BATCH)
  } catch (error) {
    if (taken.length === 0 || isConnectionFailure(error) || isRetryableTransaction(error)) throw error
  }
  // One of them is at fault; the others must not wait for it.
  const done: FollowedUp = { runs: 0, notifications: 0 }
  for (const id of taken) {
    try {
      const { runs, notifications } = await followUp(1, [id])
      done.runs += runs
      done.notifications += notifications
    } catch (error) {
      if (isConnectionFailure(error) || isRetryableTransaction(error)) throw error
      logger.error('follow-up failed, tried again later', { runId: id, error })
      await clearFollowUps(db, [id], PUT_OFF_SECONDS)
    }
  }
  return done
}
