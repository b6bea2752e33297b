import { type Database, isConnectionFailure, nextWakeUp, promoteDueExecutions } from '@jobu/db'
import type { Logger } from '@jobu/runtime'
import type { DispatcherConfig } from './config.ts'
import { CronDispatcher } from './dispatchDueCrons.ts'
import { DispatcherMetrics } from './dispatcherMetrics.ts'

/** Executions made claimable per statement. */
const PROMOTE_BATCH = 1_000
/** Batches fired at once while many crons are due: the server works on one while we decide about the other. */
const PARALLEL_BATCHES = 2
/** Pause after an error before the next try. */
const ERROR_PAUSE_MS = 1_000
/** The event loop fires timers up to a millisecond early; a pass that finds nothing due yet comes back after this. */
const MIN_SLEEP_MS = 1
/** Pause when something due is locked by an editor or another dispatcher: looking again at once would only spin. */
const HELD_PAUSE_MS = 100

/**
 * Turns time into executions.
 *
 *   passing:  fire due crons and promote due executions until a pass finds none --> sleeping
 *   sleeping: until the earliest due time, a NOTIFY, or the longest allowed sleep --> passing
 *   stopped:  by stop(), after the pass under way
 */
export class DispatchLoop {
  readonly #db: Database
  readonly #config: DispatcherConfig
  readonly #logger: Logger
  readonly #isListening: () => boolean
  readonly #metrics: DispatcherMetrics
  readonly #dispatcher: CronDispatcher
  #wake: (() => void) | undefined
  #isWoken = false
  #isStopping = false
  #done: Promise<void> | undefined

  constructor(
    db: Database,
    config: DispatcherConfig,
    logger: Logger,
    isListening: () => boolean,
    metrics = new DispatcherMetrics(),
  ) {
    this.#db = db
    this.#config = config
    this.#logger = logger
    this.#isListening = isListening
    this.#metrics = metrics
    this.#dispatcher = new CronDispatcher(db, config, metrics)
  }

  start(): void {
    this.#done = this.#run()
  }

  /** Something may be due earlier than thought. */
  wake(): void {
    this.#isWoken = true
    this.#wake?.()
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    this.wake()
    await this.#done
  }

  async #run(): Promise<void> {
    let isAway = false
    await this.#dispatcher
      .warmUp(PARALLEL_BATCHES)
      .catch((error) => this.#logger.warn('not warmed up', { error }))
    while (!this.#isStopping) {
      this.#isWoken = false
      let sleepMs = ERROR_PAUSE_MS
      try {
        sleepMs = await this.pass()
        if (isAway) this.#logger.info('database is back')
        isAway = false
      } catch (error) {
        const isAwayNow = isConnectionFailure(error)
        if (!isAwayNow || !isAway) {
          this.#logger.error(isAwayNow ? 'database is away' : 'dispatch failed', { error })
        }
        isAway = isAwayNow
      }
      await this.#sleep(sleepMs)
    }
  }

  /** Does all that is due. @returns how long nothing will be, in milliseconds */
  async pass(): Promise<number> {
    const startedAt = performance.now()
    if (await this.#dispatchBatch()) {
      const drain = async () => {
        while (!this.#isStopping && (await this.#dispatchBatch()));
      }
      // All of them end before the pass does, also when one fails: stop() waits for the pass.
      const drains = await Promise.allSettled(Array.from({ length: PARALLEL_BATCHES }, drain))
      for (const one of drains) if (one.status === 'rejected') throw one.reason
    }
    while (!this.#isStopping && (await this.#promoteBatch()));

    const delayMs = await nextWakeUp(this.#db)
    const longestMs =
      1000 * (this.#isListening() ? this.#config.max_sleep_seconds : this.#config.poll_interval_seconds)
    this.#metrics.passedAt = performance.now()
    // Due before this pass looked, and still there.
    const isHeld = delayMs !== null && -delayMs > performance.now() - startedAt
    return Math.max(isHeld ? HELD_PAUSE_MS : MIN_SLEEP_MS, Math.min(delayMs ?? Infinity, longestMs))
  }

  /** @returns whether more may be due */
  async #dispatchBatch(): Promise<boolean> {
    const startedAt = performance.now()
    const { crons, fired, skipped } = await this.#dispatcher.dispatchDueCrons()
    if (crons > 0) {
      const durationMs = Math.round(performance.now() - startedAt)
      this.#logger.info('crons dispatched', { crons, fired, skipped, durationMs })
    }
    return crons === this.#config.batch_size
  }

  /** @returns whether more may be due */
  async #promoteBatch(): Promise<boolean> {
    const promoted = await promoteDueExecutions(this.#db, PROMOTE_BATCH)
    this.#metrics.promoted.inc(promoted)
    return promoted === PROMOTE_BATCH
  }

  async #sleep(ms: number): Promise<void> {
    if (this.#isWoken || this.#isStopping) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wake = undefined
  }
}
