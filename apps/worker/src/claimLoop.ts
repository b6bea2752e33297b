import { setTimeout as pause } from 'node:timers/promises'
import {
  type ClaimedExecution,
  claimExecutions,
  type Database,
  isConnectionFailure,
  readyQueues,
  releaseUnheld,
} from '@jobu/db'
import type { Logger } from '@jobu/runtime'
import { ClaimCursor } from './claimCursor.ts'
import type { WorkerConfig } from './config.ts'
import type { WorkerMetrics } from './workerMetrics.ts'

export interface ClaimLoopOptions {
  db: Database
  config: WorkerConfig
  metrics: WorkerMetrics
  logger: Logger
  workerId: string
  handlers: string[]
  /** How many executions may be taken now. */
  room(): number
  /** Ids that are held: claimed, and not yet settled in the database. */
  heldIds(): number[]
  onClaimed(claimed: ClaimedExecution[]): void
}

/**
 * A claim for less than this share of a batch waits a moment, so that slots freed one by one are filled together.
 * Under load that makes the batches; on an idle worker nothing waits, because all its slots are free.
 */
const COOLDOWN_MS = 2
const ERROR_PAUSE_MS = 500
/** Ordinary claims look at executions scheduled at most this long ago; older ones are found by the sweep. */
const RECENT_MS = 31 * 86_400_000
/** A sweep over many dead entries is costly: it is made at most this share of the time. */
const SWEEP_SHARE = 0.05

/**
 * Takes executions as slots are free.
 *
 *   claiming: slots are free and the last claim was filled, or something woke us --> claim
 *   full:     no slot is free --> until one is
 *   idle:     a claim came back with less than it asked for --> until a NOTIFY or the poll interval
 *   unsure:   a claim failed, so it may have committed unseen --> give back what we own but do not hold --> claiming
 *   stopped:  by stop(), after the claim under way
 */
export class ClaimLoop {
  readonly #options: ClaimLoopOptions
  readonly #cursor: ClaimCursor
  #isStopping = false
  #isUnsure = false
  #hasWork = true
  #claimedAt = 0
  #sweptAt = Number.NEGATIVE_INFINITY
  #sweepMs = 0
  #wake: (() => void) | undefined
  #done: Promise<void> | undefined

  constructor(options: ClaimLoopOptions) {
    this.#options = options
    this.#cursor = new ClaimCursor(options.config.queues)
  }

  start(): void {
    this.#done = this.#run()
  }

  /** Executions became claimable in this queue. */
  notify(queue: string): void {
    if (!this.#cursor.serves(queue)) return
    this.#cursor.learn([queue])
    this.wakeUp()
  }

  /** There may be work. */
  wakeUp(): void {
    this.#hasWork = true
    this.#wake?.()
  }

  /** Notifications may have been missed: look everywhere. */
  sweep(): void {
    this.#sweptAt = Number.NEGATIVE_INFINITY
    this.wakeUp()
  }

  /** A slot came free; whether there is work is for the loop to know. */
  slotFreed(): void {
    if (this.#hasWork) this.#wake?.()
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    this.#wake?.()
    await this.#done
  }

  async #run(): Promise<void> {
    const { config, metrics, logger } = this.#options
    const pollMs = config.poll_interval_seconds * 1000
    let isAway = false
    while (!this.#isStopping) {
      try {
        if (this.#isUnsure) await this.#reconcile()
        await this.#pass(pollMs)
        if (isAway) logger.info('database is back')
        isAway = false
      } catch (error) {
        this.#isUnsure = true
        metrics.claimFailures.inc()
        const isAwayNow = isConnectionFailure(error)
        if (!isAwayNow || !isAway) logger.error(isAwayNow ? 'database is away' : 'claim failed', { error })
        isAway = isAwayNow
        this.#hasWork = true
        await pause(ERROR_PAUSE_MS * (0.5 + Math.random()))
      }
    }
  }

  async #pass(pollMs: number): Promise<void> {
    const { config, room } = this.#options
    const now = performance.now()
    const sweepAt = this.#sweptAt + Math.max(pollMs, this.#sweepMs / SWEEP_SHARE)
    const pollAt = Math.min(sweepAt, this.#claimedAt + pollMs)
    if (!this.#hasWork && now < pollAt) {
      await this.#sleep(pollAt - now, () => this.#hasWork)
      return
    }
    if (room() === 0) {
      await this.#sleep(pollMs, () => room() > 0)
      return
    }
    const limit = Math.min(room(), config.claim_batch_size)
    const cooldownMs = this.#claimedAt + COOLDOWN_MS - now
    if (limit < config.claim_batch_size && limit < config.pool_size && cooldownMs > 0) {
      await pause(cooldownMs)
      if (this.#isStopping) return
    }
    await this.#claim(now >= sweepAt)
  }

  async #claim(isSweep: boolean): Promise<void> {
    const { db, config, metrics, workerId, handlers, room, onClaimed } = this.#options
    const startedAt = performance.now()
    if (isSweep && this.#cursor.servesAll) this.#cursor.learn(await readyQueues(db))
    const limit = Math.min(room(), config.claim_batch_size)
    const askedAt = performance.now()
    // Before the claim: a NOTIFY that arrives while it runs must lead to another one.
    this.#hasWork = false
    const claimed = await claimExecutions(db, {
      workerId,
      leaseMs: config.lease_seconds * 1000,
      limit,
      ranges: this.#cursor.ranges(isSweep),
      handlers,
      scheduledFrom: isSweep ? null : new Date(Date.now() - RECENT_MS),
    })
    this.#claimedAt = performance.now()
    metrics.claimSeconds.observe((this.#claimedAt - askedAt) / 1000)
    metrics.claimBatchSize.observe(claimed.length)
    if (isSweep) {
      this.#sweptAt = this.#claimedAt
      this.#sweepMs = this.#claimedAt - startedAt
    }
    if (claimed.length >= limit) this.#hasWork = true
    if (claimed.length === 0) return
    this.#cursor.advance(claimed)
    onClaimed(claimed)
  }

  /** A claim that failed may have committed: what came of it is given back, never having run. */
  async #reconcile(): Promise<void> {
    const { db, workerId, heldIds, logger } = this.#options
    const released = await releaseUnheld(db, workerId, heldIds())
    this.#isUnsure = false
    this.#hasWork = true
    if (released.length > 0)
      logger.warn('claims without an answer given back', { executions: released.length })
  }

  /** Sleeps at most `ms`; a wake ends it, and so does `isReady` at once. */
  async #sleep(ms: number, isReady: () => boolean): Promise<void> {
    if (ms <= 0 || this.#isStopping || isReady()) return
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
