import type { Tx } from '../database.ts'
import type { LaneSource } from './executionSources.ts'
import { type ReadOptions, readLanes, type Span } from './readSources.ts'
import type { ExecutionKey } from './types.ts'

/** By how much more is read of the lanes that may hold more, each time. */
const GROWTH = 4
/** At most so much of one lane at a time. */
const MOST_AT_ONCE = 5_000

/**
 * The first executions, in order, of many lanes that each are in that order. Reads a few entries of every lane, and more
 * only of those whose last one comes before what has been found: of two hundred lanes it reads hardly more than is asked
 * for.
 */
export class KeyMerge {
  readonly wanted: number
  readonly after: ExecutionKey | null
  readonly #tx: Tx
  readonly #isDescending: boolean
  readonly #span: Span
  #byId = new Map<number, ExecutionKey>()
  #found: ExecutionKey[] = []
  #horizon: ExecutionKey | null = null

  /** @param after  behind which execution to begin; null at the first */
  constructor(
    tx: Tx,
    options: { wanted: number; isDescending: boolean; after: ExecutionKey | null; span: Span },
  ) {
    this.#tx = tx
    this.wanted = options.wanted
    this.#isDescending = options.isDescending
    this.after = options.after
    const { from, to } = options.span
    const start = options.after?.scheduledTime ?? null
    this.#span = options.isDescending ? { from, to: earlier(to, start) } : { from: later(from, start), to }
  }

  /** How to read what could still be among those wanted. */
  reading(count: number): ReadOptions {
    const last = this.#last?.scheduledTime ?? null
    const { from, to } = this.#span
    const isDescending = this.#isDescending
    return isDescending
      ? { isDescending, count, from: later(from, last), to }
      : { isDescending, count, from, to: earlier(to, last) }
  }

  /** Whether as many as wanted are found: what is read from now on lies between the first and the last of them. */
  get isFull(): boolean {
    return this.#last !== undefined
  }

  add(keys: readonly ExecutionKey[]): void {
    const { after } = this
    for (const { id, scheduledTime } of keys) {
      const key = { id, scheduledTime }
      if (!after || this.#compare(after, key) < 0) this.#byId.set(id, key)
    }
    this.#found = [...this.#byId.values()].sort(this.#compare).slice(0, this.wanted)
    this.#byId = new Map(this.#found.map((key) => [key.id, key]))
  }

  /**
   * Adds what a source holds.
   *
   * @param budget  entries to look at where the source has a condition, which may refuse most of them
   * @returns null, or the entry at which the budget was used up: what follows it was not looked at
   */
  async walk(source: LaneSource, budget = Number.POSITIVE_INFINITY): Promise<ExecutionKey | null> {
    const most = source.condition ? MOST_AT_ONCE : this.wanted
    const last: Array<ExecutionKey | null> = Array.from({ length: source.count }, () => this.after)
    let open = last.map((_, lane) => lane)
    let count = Math.max(2, Math.ceil((GROWTH * this.wanted) / source.count))
    let left = source.condition ? budget : Number.POSITIVE_INFINITY
    while (open.length > 0) {
      if (left <= 0) return open.map((lane) => last[lane]!).sort(this.#compare)[0]!
      count = Math.min(count, most, Math.max(2, Math.ceil(left / open.length)))
      const after = open.map((lane) => last[lane]!)
      const entries = await readLanes(this.#tx, source, open, after, this.reading(count))
      left -= open.length * count
      this.add(entries.filter((entry) => entry.isMatch))
      // Fewer than asked for: the lane is at its end, or beyond what is wanted.
      const full = entries.filter((entry) => entry.place === count)
      for (const { lane, id, scheduledTime } of full) last[lane] = { id, scheduledTime }
      const bound = this.#last
      open = full.filter((entry) => !bound || this.#compare(entry, bound) < 0).map((entry) => entry.lane)
      count *= GROWTH
    }
    return null
  }

  /** Nothing behind this entry is known. */
  stopAt(horizon: ExecutionKey | null): void {
    if (horizon && (!this.#horizon || this.#compare(horizon, this.#horizon) < 0)) this.#horizon = horizon
  }

  /** At most `wanted` of them, in order; where a walk stopped before, those up to there. */
  result(): { keys: ExecutionKey[]; horizon: ExecutionKey | null } {
    const horizon = this.#horizon
    if (!horizon) return { keys: this.#found, horizon }
    const keys = this.#found.filter((key) => this.#compare(key, horizon) <= 0)
    return { keys, horizon: keys.length === this.wanted ? null : horizon }
  }

  /** The last of those wanted, once there are as many: what follows it is of no use. */
  get #last(): ExecutionKey | undefined {
    return this.#found[this.wanted - 1]
  }

  readonly #compare = (a: ExecutionKey, b: ExecutionKey): number => {
    const order = a.scheduledTime.getTime() - b.scheduledTime.getTime() || a.id - b.id
    return this.#isDescending ? -order : order
  }
}

function earlier(a: Date | null, b: Date | null): Date | null {
  return a && b ? (a < b ? a : b) : (a ?? b)
}

function later(a: Date | null, b: Date | null): Date | null {
  return a && b ? (a > b ? a : b) : (a ?? b)
}
