import { type Database, findCancelRequests, isConnectionFailure } from '@jobu/db'
import type { Logger } from '@jobu/runtime'
import type { Completer } from './completer.ts'
import type { WorkerConfig } from './config.ts'
import type { HeldExecution, HeldExecutions } from './heldExecutions.ts'
import { outcomeOf } from './outcome.ts'

/** How often deadlines are looked at, in milliseconds. */
const TICK_MS = 50
/** How often cancel requests are asked for, besides the NOTIFY that usually brings them, in milliseconds. */
const CANCEL_POLL_MS = 500

/**
 * Watches what is held: deadlines, requests to cancel, and handlers that do not end after they were told to.
 *
 *   running --deadline, cancel--> aborted --grace--> settled without its handler
 */
export class Supervisor {
  readonly #db: Database
  readonly #config: WorkerConfig
  readonly #held: HeldExecutions
  readonly #completer: Completer
  readonly #logger: Logger
  readonly #timers: NodeJS.Timeout[] = []
  readonly #abortedAt = new Map<HeldExecution, number>()
  #isPolling = false

  constructor(
    db: Database,
    config: WorkerConfig,
    held: HeldExecutions,
    completer: Completer,
    logger: Logger,
  ) {
    this.#db = db
    this.#config = config
    this.#held = held
    this.#completer = completer
    this.#logger = logger
  }

  start(): void {
    this.#timers.push(setInterval(() => this.#tick(), TICK_MS))
    this.#timers.push(setInterval(() => void this.#pollCancels(), CANCEL_POLL_MS))
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
  }

  /** Somebody asked to cancel this execution; it may run elsewhere. */
  cancel(id: number, reason: string | null = null): void {
    const held = this.#held.get(id)
    if (!held) return
    const message =
      reason === 'REPLACED' ? 'replaced by a newer slot (overlap_policy replace)' : 'cancelled by request'
    if (held.abort('CANCELLED', message)) this.#logger.info('execution cancelled', { executionId: id })
  }

  #tick(): void {
    const now = Date.now()
    for (const held of this.#held.all()) {
      if (held.isSettled) continue
      if (held.deadlineAt > 0 && now >= held.deadlineAt) {
        const seconds = (held.deadlineAt - now + performance.now() - held.heldSince) / 1000
        held.abort('TIMEOUT', `timed out after ${Math.round(seconds)} s`)
      }
      if (held.abortReason) this.#endAfterGrace(held)
    }
    for (const held of this.#abortedAt.keys()) if (held.isSettled) this.#abortedAt.delete(held)
  }

  #endAfterGrace(held: HeldExecution): void {
    const now = performance.now()
    const abortedAt = this.#abortedAt.get(held) ?? now
    this.#abortedAt.set(held, abortedAt)
    // An isolated handler is killed by its runner and settled after that.
    if (held.onAbort || now - abortedAt < this.#config.abort_grace_ms) return
    this.#logger.warn('handler did not stop in time, settled without it', {
      executionId: held.claim.id,
      handlerName: held.claim.handlerName,
      reason: held.abortReason!.code,
    })
    this.#completer.fail(held, outcomeOf(held, held.abortReason))
  }

  /** NOTIFY brings a cancel at once; this is the promise behind it. */
  async #pollCancels(): Promise<void> {
    if (this.#isPolling) return
    const old = this.#held
      .all()
      .filter((held) => !held.isSettled && performance.now() - held.heldSince > CANCEL_POLL_MS)
    if (old.length === 0) return
    this.#isPolling = true
    try {
      const requests = await findCancelRequests(
        this.#db,
        old.map((held) => held.claim),
      )
      for (const { id, reason } of requests) this.cancel(id, reason)
    } catch (error) {
      if (!isConnectionFailure(error)) this.#logger.error('cancel requests not read', { error })
    } finally {
      this.#isPolling = false
    }
  }
}
