import { type Database, isConnectionFailure, pruneAudit, pruneRateLimits, pruneSessions } from '@jobu/db'
import type { Logger } from '@jobu/runtime'
import type { AdminConfig } from './config.ts'

/** Pauses between two passes, in milliseconds. */
const INTERVAL_MS = 600_000
/** Rows of one transaction: others wait for it no longer than an instant. */
const BATCH = 1_000

/** Removes what admin's own tables need no more. Rows another admin is at are passed over, so all may do it. */
export class HouseKeeping {
  readonly #database: Database
  readonly #config: AdminConfig
  readonly #logger: Logger
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #isStopping = false

  constructor(database: Database, config: AdminConfig, logger: Logger) {
    this.#database = database
    this.#config = config
    this.#logger = logger
  }

  start(): void {
    this.#running = this.pass()
      .catch((error) => {
        if (!isConnectionFailure(error)) this.#logger.error('house-keeping failed', { error })
      })
      .finally(() => {
        if (!this.#isStopping) this.#timer = setTimeout(() => this.start(), INTERVAL_MS)
      })
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    clearTimeout(this.#timer)
    await this.#running
  }

  /** One pass over everything. */
  async pass(): Promise<void> {
    const { audit_retention_days: days, auth } = this.#config
    const audited = await this.#batches(() => pruneAudit(this.#database, days, BATCH))
    await this.#batches(() => pruneSessions(this.#database, auth.session_idle_seconds, BATCH))
    await this.#batches(() => pruneRateLimits(this.#database, BATCH))
    if (audited > 0) this.#logger.info('audit entries past retention deleted', { entries: audited })
  }

  async #batches(prune: () => Promise<number>): Promise<number> {
    for (let total = 0; ; ) {
      const deleted = await prune()
      total += deleted
      if (deleted < BATCH || this.#isStopping) return total
    }
  }
}
