import { type Database, isConnectionFailure, watchScheduler as look } from '@jobu/db'
import type { Logger } from '@jobu/runtime'

/** How often the scheduler's state is looked at, besides the NOTIFY that usually tells of a change, in milliseconds. */
const WATCH_INTERVAL_MS = 1_000

/**
 * Calls `onOpen` when the scheduler is started again, or the queue is free again, within a second at most. The other
 * direction needs nobody's watch: each claim reads the state itself.
 *
 * @returns ends the watch
 */
export function watchScheduler(db: Database, logger: Logger, onOpen: () => void): () => void {
  let wasOpen = true
  let isLooking = false
  const timer = setInterval(async () => {
    if (isLooking) return
    isLooking = true
    try {
      const { isOpen } = await look(db)
      if (isOpen && !wasOpen) onOpen()
      wasOpen = isOpen
    } catch (error) {
      if (!isConnectionFailure(error)) logger.error('scheduler state not read', { error })
    } finally {
      isLooking = false
    }
  }, WATCH_INTERVAL_MS)
  return () => clearInterval(timer)
}
