import type { ClaimedExecution, ClaimRange } from '@jobu/db'

const HIGHEST_PRIORITY = 32_767
const LOWEST_PRIORITY = -32_768
/** A transaction that enqueues may commit this much later than it began and is still found without a sweep. */
const MARGIN_MS = 2_000
/** Priorities whose position is remembered; one more forgets the least recent. */
const MAX_LEVELS = 16
const MAX_QUEUES = 1_000

/**
 * Where claims begin to look. Claimed rows leave dead entries at the head of the ready index; while a transaction
 * somewhere pins the vacuum horizon they cannot be removed, and every claim would walk over all of them. So a claim
 * starts, per priority, shortly before the oldest row the last one took. Whatever becomes ready behind that position
 * is found by a sweep, a claim without positions, which the claim loop makes at every poll.
 */
export class ClaimCursor {
  readonly #servesAll: boolean
  #queues: string[]
  /** Per priority and queue, since when rows may still be unclaimed. */
  readonly #positions = new Map<number, Map<string, number>>()
  #turn = 0

  constructor(queues: readonly string[]) {
    this.#servesAll = queues.includes('*')
    this.#queues = this.#servesAll ? [] : [...new Set(queues)]
  }

  get servesAll(): boolean {
    return this.#servesAll
  }

  serves(queue: string): boolean {
    return this.#servesAll || this.#queues.includes(queue)
  }

  /** A worker that serves every queue learns of them by notification and by sweep. */
  learn(queues: readonly string[]): void {
    if (!this.#servesAll) return
    const known = new Set([...queues, ...this.#queues])
    this.#queues = [...known].slice(0, MAX_QUEUES)
  }

  /**
   * The stretches to claim from, highest priority first; within one priority the queues take turns in going first.
   *
   * @param isSweep  look from the beginning
   */
  ranges(isSweep: boolean): ClaimRange[] {
    const queues = [...this.#queues.slice(this.#turn), ...this.#queues.slice(0, this.#turn)]
    this.#turn = queues.length > 0 ? (this.#turn + 1) % queues.length : 0
    const levels = [...this.#positions.keys()].sort((a, b) => b - a)
    const ranges: ClaimRange[] = []
    const span = (highest: number, lowest: number, positions?: Map<string, number>) => {
      if (highest < lowest) return
      for (const queue of queues) {
        const position = isSweep ? undefined : positions?.get(queue)
        ranges.push({
          queue,
          highestPriority: highest,
          lowestPriority: lowest,
          readyFrom: position === undefined ? null : new Date(position),
        })
      }
    }
    let above = HIGHEST_PRIORITY
    for (const level of levels) {
      span(above, level + 1)
      span(level, level, this.#positions.get(level))
      above = level - 1
    }
    span(above, LOWEST_PRIORITY)
    return ranges
  }

  /** Moves the positions to what a claim found. */
  advance(claimed: readonly ClaimedExecution[]): void {
    const oldest = new Map<number, Map<string, number>>()
    for (const { priority, queue, readyAt } of claimed) {
      const level = oldest.get(priority) ?? new Map<string, number>()
      oldest.set(priority, level)
      const time = readyAt.getTime() - MARGIN_MS
      if (time < (level.get(queue) ?? Infinity)) level.set(queue, time)
    }
    for (const [priority, positions] of oldest) {
      const known = this.#positions.get(priority) ?? new Map<string, number>()
      for (const [queue, time] of positions) known.set(queue, time)
      // Set anew so that the order of the map is the order of use.
      this.#positions.delete(priority)
      this.#positions.set(priority, known)
      if (this.#positions.size > MAX_LEVELS) this.#positions.delete(this.#positions.keys().next().value!)
    }
  }
}
