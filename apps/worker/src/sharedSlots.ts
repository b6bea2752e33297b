/**
 * What a worker holds, in memory that its heartbeat thread reads: so leases are renewed, and timeouts enforced, while
 * a handler blocks the event loop. One writer (the main thread), one reader; a slot whose id is 0 is free.
 *
 * Layout in doubles: [0] when the event loop last turned (epoch ms), then per slot id, scheduled time (epoch ms),
 * attempt, deadline (epoch ms, 0 for none), pause before a retry (ms).
 */
const HEADER = 1
const FIELDS = 5

export interface SlotContent {
  id: number
  scheduledTime: Date
  attempt: number
  /** Epoch milliseconds; 0: no time limit. */
  deadlineAt: number
  retryDelayMs: number
}

export class SharedSlots {
  readonly buffer: SharedArrayBuffer
  readonly #values: Float64Array
  readonly #free: number[] = []

  constructor(from: number | SharedArrayBuffer) {
    this.buffer =
      typeof from === 'number'
        ? new SharedArrayBuffer((HEADER + from * FIELDS) * Float64Array.BYTES_PER_ELEMENT)
        : from
    this.#values = new Float64Array(this.buffer)
    for (let slot = this.capacity - 1; slot >= 0; slot--) this.#free.push(slot)
  }

  get capacity(): number {
    return (this.#values.length - HEADER) / FIELDS
  }

  /** @returns the slot, for `clear` */
  put(content: SlotContent): number {
    const slot = this.#free.pop()
    if (slot === undefined) throw new Error('more executions held than there are slots')
    const at = HEADER + slot * FIELDS
    this.#values[at + 1] = content.scheduledTime.getTime()
    this.#values[at + 2] = content.attempt
    this.#values[at + 3] = content.deadlineAt
    this.#values[at + 4] = content.retryDelayMs
    // Last: the reader takes a slot with an id as whole.
    this.#values[at] = content.id
    return slot
  }

  clear(slot: number): void {
    this.#values[HEADER + slot * FIELDS] = 0
    this.#free.push(slot)
  }

  /** Everything held. A slot that changes while it is read gives a pair of id and attempt that fencing refuses. */
  read(): SlotContent[] {
    const held: SlotContent[] = []
    for (let at = HEADER; at < this.#values.length; at += FIELDS) {
      const id = this.#values[at]!
      if (id === 0) continue
      held.push({
        id,
        scheduledTime: new Date(this.#values[at + 1]!),
        attempt: this.#values[at + 2]!,
        deadlineAt: this.#values[at + 3]!,
        retryDelayMs: this.#values[at + 4]!,
      })
    }
    return held
  }

  /** The event loop turns. */
  beat(): void {
    this.#values[0] = Date.now()
  }

  get beatAt(): number {
    return this.#values[0]!
  }
}
