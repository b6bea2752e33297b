import { setTimeout as pause } from 'node:timers/promises'
import {
  type Advance,
  type Completion,
  completeExecutions,
  type Database,
  type ExecutionStatus,
  type Failure,
  failExecutions,
  isConnectionFailure,
  releaseBackfill,
  releaseOverlapWaiters,
} from '@jobu/db'
import type { Logger } from '@jobu/runtime'
import type { ChangeFeed } from './changeFeed.ts'
import type { HeldExecution, HeldExecutions } from './heldExecutions.ts'
import type { Outcome } from './outcome.ts'
import type { Reporter } from './reporter.ts'
import type { WorkerMetrics } from './workerMetrics.ts'

export interface CompleterOptions {
  db: Database
  held: HeldExecutions
  reporter: Reporter
  metrics: WorkerMetrics
  feed: ChangeFeed
  logger: Logger
  batchSize: number
  onSettled(count: number): void
  /** What was settled moved tasks on in runs of schedules. */
  onAdvance(advance: Advance): void
}

/** Statements under way at once: while one commits, the next batch is already on its way. */
export const MAX_FLUSHES = 2
const ERROR_PAUSE_MS = 250
const MAX_BATCH_CHARACTERS = 8 * 1024 * 1024

interface Done extends Completion {
  held: HeldExecution
}
interface Failed extends Failure {
  held: HeldExecution
}

/**
 * Writes outcomes, many in one statement. An outcome is written at once when nothing is under way; while something
 * is, outcomes gather, so batches grow with the load and an idle system waits for nothing.
 *
 * While the database is away they are kept and written when it is back: the fencing token decides then whether they
 * still count. Nothing is lost by that, since the executions stay held, and so no new ones are claimed.
 */
export class Completer {
  readonly #options: CompleterOptions
  #done: Done[] = []
  #failed: Failed[] = []
  #flushes = 0
  #isScheduled = false

  constructor(options: CompleterOptions) {
    this.#options = options
  }

  /** Has the server plan the statement on each connection: that takes longer than a short handler runs. */
  async warmUp(): Promise<void> {
    await Promise.all(Array.from({ length: MAX_FLUSHES }, () => completeExecutions(this.#options.db, [])))
  }

  succeed(held: HeldExecution, result: string): void {
    if (held.isSettled) return
    settle(held)
    const { id, scheduledTime, attempt } = held.claim
    this.#done.push({ id, scheduledTime, attempt, result, held })
    this.#schedule()
  }

  fail(held: HeldExecution, outcome: Outcome): void {
    if (held.isSettled) return
    settle(held)
    if (outcome === 'LEASE_LOST') {
      this.#options.metrics.leasesLost.inc()
      this.#options.held.remove(held)
      return
    }
    const { id, scheduledTime, attempt } = held.claim
    this.#failed.push({ id, scheduledTime, attempt, ...masked(outcome, held), held })
    this.#schedule()
  }

  /** The handler's own transaction has written SUCCESS. */
  settledElsewhere(held: HeldExecution): void {
    if (held.isSettled) return
    settle(held)
    const { reporter, feed, metrics } = this.#options
    metrics.ended(held, 'SUCCESS')
    // Those who follow its log take the news for its end.
    void reporter.flush().then(() => feed.changed(held.claim, 'SUCCESS'))
    void this.#afterwards([held])
    this.#options.held.remove(held)
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    // After the handlers that are ready in this turn of the event loop: they join the batch.
    setImmediate(() => {
      this.#isScheduled = false
      this.#start()
    })
  }

  #start(): void {
    const { batchSize } = this.#options
    while (this.#flushes < MAX_FLUSHES && this.#done.length + this.#failed.length > 0) {
      // A second statement beside the first is worth it only for a good part of a batch.
      if (this.#flushes > 0 && this.#done.length + this.#failed.length < batchSize / 2) return
      this.#flushes++
      void this.#flush(this.#takeDone(), this.#failed.splice(0, batchSize)).finally(() => {
        this.#flushes--
        this.#start()
      })
    }
  }

  /** A batch of successes, of bounded size: their results travel in one parameter. */
  #takeDone(): Done[] {
    let count = 0
    for (let size = 0; count < this.#done.length && count < this.#options.batchSize; count++) {
      size += this.#done[count]!.result.length
      if (size > MAX_BATCH_CHARACTERS && count > 0) break
    }
    return this.#done.splice(0, count)
  }

  async #flush(done: Done[], failed: Failed[]): Promise<void> {
    const { db, reporter, metrics, logger, onAdvance } = this.#options
    const all = [...done, ...failed].map((one) => one.held)
    let left = done
    for (let isAway = false; ; ) {
      try {
        // A final status says that its log is whole.
        await reporter.flush()
        const startedAt = performance.now()
        if (left.length > 0) this.#tellDone(left, await completeExecutions(db, left, onAdvance))
        // Should the next statement fail, these are written all the same.
        left = []
        if (failed.length > 0) this.#tellFailed(failed, await failExecutions(db, failed))
        metrics.completionSeconds.observe((performance.now() - startedAt) / 1000)
        metrics.completionBatchSize.observe(all.length)
        break
      } catch (error) {
        const isAwayNow = isConnectionFailure(error)
        if (!isAwayNow || !isAway)
          logger.error('outcomes could not be written yet', { executions: all.length, error })
        isAway = isAwayNow
        if (!isAwayNow && all.length > 1) {
          // One outcome that the database refuses must not hold up the others.
          if (left.length === 0) this.#finished(done.map((one) => one.held))
          for (const one of left) await this.#flush([one], [])
          for (const one of failed) await this.#flush([], [one])
          return
        }
        if (!isAwayNow) {
          logger.error('outcome refused by the database, left to its lease', {
            executionId: all[0]!.claim.id,
          })
          break
        }
        await pause(ERROR_PAUSE_MS)
      }
    }
    this.#finished(all)
  }

  #finished(settled: HeldExecution[]): void {
    const { held, onSettled } = this.#options
    for (const one of settled) held.remove(one)
    onSettled(settled.length)
    void this.#afterwards(settled)
  }

  #tellDone(sent: Done[], written: number[]): void {
    const { metrics, feed } = this.#options
    const known = written.length === sent.length ? null : new Set(written)
    for (const { id, held } of sent) {
      if (known && !known.has(id)) {
        this.#refused(held)
        continue
      }
      metrics.ended(held, 'SUCCESS')
      feed.changed(held.claim, 'SUCCESS')
    }
  }

  #tellFailed(sent: Failed[], written: Array<{ id: number; status: ExecutionStatus }>): void {
    const { metrics, feed } = this.#options
    const statuses = new Map(written.map(({ id, status }) => [id, status]))
    for (const { id, outcome, reason, held } of sent) {
      const status = statuses.get(id)
      if (status === undefined) {
        this.#refused(held)
        continue
      }
      if (outcome === 'RELEASED' && status === 'PENDING') metrics.released()
      else metrics.failed(held, status, reason)
      feed.changed(held.claim, status)
    }
  }

  /** Another attempt owns the row by now. */
  #refused({ claim: { id, attempt } }: HeldExecution): void {
    const { metrics, logger } = this.#options
    metrics.leasesLost.inc()
    logger.warn('outcome refused: lease lost', { executionId: id, attempt })
  }

  /** A slot of the same cron may have waited for this one. The dispatchers look as well, a little later. */
  async #afterwards(settled: HeldExecution[]): Promise<void> {
    const jobIds = new Set<number>()
    const backfilled = new Set<number>()
    for (const { claim } of settled) {
      if (claim.jobId === null) continue
      jobIds.add(claim.jobId)
      if (claim.isBackfill) backfilled.add(claim.jobId)
    }
    if (jobIds.size === 0) return
    try {
      await releaseOverlapWaiters(this.#options.db, [...jobIds])
      if (backfilled.size > 0) await releaseBackfill(this.#options.db, [...backfilled])
    } catch (error) {
      this.#options.logger.warn('waiting slots not released yet', { error })
    }
  }
}

function settle(held: HeldExecution): void {
  held.isSettled = true
  held.settledAt = performance.now()
}

function masked(outcome: Exclude<Outcome, 'LEASE_LOST'>, { mask }: HeldExecution): typeof outcome {
  if (!mask) return outcome
  const { message, stack } = outcome
  return { ...outcome, message: mask.text(message), stack: stack === null ? null : mask.text(stack) }
}
