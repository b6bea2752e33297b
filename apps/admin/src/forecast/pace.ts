import { setTimeout as sleep, setImmediate as yieldToOthers } from 'node:timers/promises'

/** Other requests are answered after computing for so long, in milliseconds. */
const SLICE_MS = 8

/** For computing beside other requests: lets them be answered in between, and knows when its time is up. */
export class Pace {
  readonly #deadline: number
  #sliceEnd: number

  constructor(budgetMs: number) {
    const now = performance.now()
    this.#deadline = now + budgetMs
    this.#sliceEnd = now + SLICE_MS
  }

  get isOver(): boolean {
    return performance.now() >= this.#deadline
  }

  /** Asked before `rest`, so that a step that takes microseconds need not wait for a promise. */
  get isTired(): boolean {
    return performance.now() >= this.#sliceEnd
  }

  /** Until it has ended or the time is up. @throws what it throws meanwhile */
  async waitFor(work: Promise<void>): Promise<void> {
    const ended = new AbortController()
    const leftMs = Math.max(0, this.#deadline - performance.now())
    const timeIsUp = sleep(leftMs, undefined, { signal: ended.signal }).catch(() => {})
    try {
      await Promise.race([work, timeIsUp])
    } finally {
      ended.abort()
    }
  }

  async rest(): Promise<void> {
    await yieldToOthers()
    this.#sliceEnd = performance.now() + SLICE_MS
  }
}
