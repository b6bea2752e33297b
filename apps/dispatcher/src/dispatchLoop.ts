import { type Database, nextWakeUp, promoteDueExecutions } from '@jobu/db'
import type { Logger } from '@jobu/runtime'
import type { DispatcherConfig } from './config.ts'
import { CronDispatcher } from './dispatchDueCrons.ts'
import { DispatcherMetrics } from './dispatcherMetrics.ts'
import { PassLoop, sleepAfter } from './passLoop.ts'

/** Executions made claimable per statement. */
const PROMOTE_BATCH = 1_000
/** Batches fired at once while many crons are due: the server works on one while we decide about the other. */
const PARALLEL_BATCHES = 2

/** Turns time into executions: fires due crons and promotes due executions until a pass finds none. */
export class DispatchLoop extends PassLoop {
  readonly #db: Database
  readonly #config: DispatcherConfig
  readonly #isListening: () => boolean
  readonly #metrics: DispatcherMetrics
  readonly #dispatcher: CronDispatcher

  constructor(
    db: Database,
    config: DispatcherConfig,
    logger: Logger,
    isListening: () => boolean,
    metrics = new DispatcherMetrics(),
  ) {
    super(logger, { failed: 'dispatch failed', away: 'database is away' })
    this.#db = db
    this.#config = config
    this.#isListening = isListening
    this.#metrics = metrics
    this.#dispatcher = new CronDispatcher(db, config, metrics)
  }

  protected override async prepare(): Promise<void> {
    await this.#dispatcher
      .warmUp(PARALLEL_BATCHES)
      .catch((error) => this.logger.warn('not warmed up', { error }))
  }

  async pass(): Promise<number> {
    const startedAt = performance.now()
    if (await this.#dispatchBatch()) {
      const drain = async () => {
        while (!this.isStopping && (await this.#dispatchBatch()));
      }
      // All of them end before the pass does, also when one fails: stop() waits for the pass.
      const drains = await Promise.allSettled(Array.from({ length: PARALLEL_BATCHES }, drain))
      for (const one of drains) if (one.status === 'rejected') throw one.reason
    }
    while (!this.isStopping && (await this.#promoteBatch()));

    const delayMs = await nextWakeUp(this.#db)
    const longestMs =
      1000 * (this.#isListening() ? this.#config.max_sleep_seconds : this.#config.poll_interval_seconds)
    this.#metrics.passedAt = performance.now()
    return sleepAfter(delayMs, performance.now() - startedAt, longestMs)
  }

  /** @returns whether more may be due */
  async #dispatchBatch(): Promise<boolean> {
    const startedAt = performance.now()
    const { crons, fired, skipped } = await this.#dispatcher.dispatchDueCrons()
    if (crons > 0) {
      const durationMs = Math.round(performance.now() - startedAt)
      this.logger.info('crons dispatched', { crons, fired, skipped, durationMs })
    }
    return crons === this.#config.batch_size
  }

  /** @returns whether more may be due */
  async #promoteBatch(): Promise<boolean> {
    const promoted = await promoteDueExecutions(this.#db, PROMOTE_BATCH)
    this.#metrics.promoted.inc(promoted)
    return promoted === PROMOTE_BATCH
  }
}
