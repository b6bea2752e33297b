import { backoffMs, type ClaimedExecution } from '@jobu/db'
import { AbortReason } from '@jobu/handlers'
import type { SecretMask } from './secretMask.ts'
import { SharedSlots } from './sharedSlots.ts'

/**
 * One execution this worker holds, from the claim until its result is in the database.
 *
 *   running --> settled (its outcome is decided and handed over) --> removed (the outcome is written)
 *
 * An abort leaves it running for a grace; then it is settled without waiting for its handler, which may never end.
 */
export class HeldExecution {
  readonly claim: ClaimedExecution
  readonly slot: number
  readonly heldSince = performance.now()
  /** When its outcome was decided; 0 before. */
  settledAt = 0
  /** Epoch milliseconds; 0: no time limit. */
  readonly deadlineAt: number
  /** Pause before the next attempt, should this one fail. */
  readonly retryDelayMs: number
  isSettled = false
  abortReason: AbortReason | undefined
  /** Hides its secrets in all that is kept of it; null where its params name none. */
  mask: SecretMask | null = null
  /** Lets an isolated runner pass the abort on, and kill. */
  onAbort: ((reason: AbortReason) => void) | undefined
  #controller: AbortController | undefined

  constructor(claim: ClaimedExecution, slots: SharedSlots, timeoutSeconds: number | null) {
    this.claim = claim
    this.deadlineAt = timeoutSeconds === null ? 0 : Date.now() + timeoutSeconds * 1000
    this.retryDelayMs = backoffMs(claim)
    this.slot = slots.put({ ...this.#key(), deadlineAt: this.deadlineAt, retryDelayMs: this.retryDelayMs })
  }

  /** Made at the first use: most handlers that end within a millisecond never ask for it. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController()
      if (this.abortReason) this.#controller.abort(this.abortReason)
    }
    return this.#controller.signal
  }

  /** Tells the handler to stop; the first reason stays. @returns whether this call was the first */
  abort(code: AbortReason['code'], message: string): boolean {
    if (this.abortReason || this.isSettled) return false
    this.abortReason = new AbortReason(code, message)
    this.#controller?.abort(this.abortReason)
    this.onAbort?.(this.abortReason)
    return true
  }

  #key() {
    const { id, scheduledTime, attempt } = this.claim
    return { id, scheduledTime, attempt }
  }
}

/** All that this worker holds. Bounded: a claim takes no more than `room`. */
export class HeldExecutions {
  readonly slots: SharedSlots
  readonly #all = new Set<HeldExecution>()
  /** The newest attempt of each: one may be claimed again while the attempt that lost it still runs here. */
  readonly #newest = new Map<number, HeldExecution>()
  #onEmpty: (() => void) | undefined

  constructor(capacity: number) {
    this.slots = new SharedSlots(capacity)
  }

  get size(): number {
    return this.#all.size
  }

  get room(): number {
    return this.slots.capacity - this.#all.size
  }

  add(claim: ClaimedExecution, timeoutSeconds: number | null): HeldExecution {
    const held = new HeldExecution(claim, this.slots, timeoutSeconds)
    this.#all.add(held)
    this.#newest.set(claim.id, held)
    return held
  }

  remove(held: HeldExecution): void {
    if (!this.#all.delete(held)) return
    this.slots.clear(held.slot)
    if (this.#newest.get(held.claim.id) === held) this.#newest.delete(held.claim.id)
    if (this.#all.size === 0) this.#onEmpty?.()
  }

  /** The given attempt of an execution, or its newest. */
  get(id: number, attempt?: number): HeldExecution | undefined {
    const newest = this.#newest.get(id)
    if (attempt === undefined || newest?.claim.attempt === attempt) return newest
    return this.all().find(({ claim }) => claim.id === id && claim.attempt === attempt)
  }

  ids(): number[] {
    return [...this.#newest.keys()]
  }

  all(): HeldExecution[] {
    return [...this.#all]
  }

  /** Resolves true once nothing is held, false after `timeoutMs`. */
  async empty(timeoutMs: number): Promise<boolean> {
    if (this.#all.size === 0) return true
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), timeoutMs)
      this.#onEmpty = () => {
        clearTimeout(timer)
        resolve(true)
      }
    })
  }
}
