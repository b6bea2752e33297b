import { type Databases, resolveInDoubt } from '@jobu/db'
import type { Logger } from '@jobu/runtime'

const INTERVAL_MS = 30_000

/**
 * Finishes, now and from time to time, what crashes left prepared on the databases this worker knows. Does nothing where
 * `default` is the only one.
 *
 * @returns what ends it
 */
export function watchInDoubt(databases: Databases, logger: Logger): () => void {
  if (databases.names().length === 1) return () => {}
  const look = () =>
    resolveInDoubt(databases).then(
      (gids) => {
        if (gids.length > 0) logger.warn('transactions left in doubt are resolved', { gids })
      },
      (error) => logger.warn('transactions in doubt not looked for', { error }),
    )
  void look()
  const timer = setInterval(() => void look(), INTERVAL_MS)
  return () => clearInterval(timer)
}
