import { firstFrom } from './lots.ts'
import { Top } from './top.ts'

export interface ForecastWindow {
  /** Inclusive. */
  from: Date
  /** Exclusive. */
  to: Date
  bucketMs: number
}

export interface ForecastBucket {
  at: Date
  runs: number
  /** Runs that began in it and of which nobody knows how long they take. */
  unknown: number
  /** Expected run time that lies in it, of runs that began in it or before. */
  busyMs: number
  /** How much of it lies in the window. */
  lengthMs: number
}

/** What many crons together bring: by bucket, and by second for the collisions. */
export class ForecastLoad {
  readonly #window: ForecastWindow
  /** The first whole second of the window; seconds count from it. */
  readonly #start: number
  /** Where the buckets begin and where the last one ends, in seconds since the start. */
  readonly #bounds: number[] = []
  readonly #runs: Float64Array
  readonly #unknown: Float64Array
  readonly #busyMs: Float64Array
  readonly #atOnce: Uint32Array

  constructor(window: ForecastWindow) {
    const { from, to, bucketMs } = window
    this.#window = window
    this.#start = Math.ceil(from.getTime() / 1000)
    for (let at = startOfBucket(from, bucketMs); at < to.getTime(); at += bucketMs) {
      this.#bounds.push(at / 1000 - this.#start)
    }
    const count = this.#bounds.length
    this.#bounds.push(to.getTime() / 1000 - this.#start)
    this.#runs = new Float64Array(count)
    this.#unknown = new Float64Array(count)
    this.#busyMs = new Float64Array(count)
    this.#atOnce = new Uint32Array(Math.ceil((to.getTime() - from.getTime()) / 1000) + 1)
  }

  /**
   * Adds crons that fire at the same instants.
   *
   * @param instants   in seconds since the window's start, ascending
   * @param count      how many crons
   * @param durations  of those of which it is known, in milliseconds, ascending
   */
  add(instants: Int32Array, count: number, durations: Float64Array): void {
    const work = new Work(durations)
    let bucket = 0
    for (let first = 0; first < instants.length; ) {
      while (instants[first]! >= this.#bounds[bucket + 1]!) bucket++
      const end = this.#bounds[bucket + 1]!
      let last = first
      let sum = 0
      for (; last < instants.length && instants[last]! < end; last++) {
        this.#atOnce[instants[last]!]! += count
        sum += instants[last]!
      }
      const runs = last - first
      this.#runs[bucket]! += runs * count
      this.#unknown[bucket]! += runs * (count - durations.length)
      this.#busyMs[bucket]! += runs * work.totalMs
      this.#carryOver(work, instants.subarray(first, last), sum, bucket)
      first = last
    }
  }

  /** Moves what is unfinished at each end of a bucket into the one after it. */
  #carryOver(work: Work, instants: Int32Array, sum: number, begun: number): void {
    for (let bucket = begun; bucket < this.#runs.length; bucket++) {
      const end = this.#bounds[bucket + 1]!
      const leftMs = work.leftMs(instants, sum, end)
      if (leftMs === 0) return
      this.#busyMs[bucket]! -= leftMs
      if (bucket + 1 < this.#runs.length) this.#busyMs[bucket + 1]! += leftMs
    }
  }

  buckets(): ForecastBucket[] {
    const { from, to, bucketMs } = this.#window
    const first = startOfBucket(from, bucketMs)
    return Array.from(this.#runs, (runs, index) => {
      const at = first + index * bucketMs
      const lengthMs = Math.min(at + bucketMs, to.getTime()) - Math.max(at, from.getTime())
      return {
        at: new Date(at),
        runs,
        unknown: this.#unknown[index]!,
        // Sums of halves of milliseconds leave a trace below zero.
        busyMs: Math.max(0, this.#busyMs[index]!),
        lengthMs,
      }
    })
  }

  /** The instants at which most crons fire, two at least; of equal ones the first. In seconds since the start. */
  collisions(limit: number): Array<{ seconds: number; crons: number; at: Date }> {
    const top = new Top<{ seconds: number; crons: number }>(
      limit,
      (a, b) => b.crons - a.crons || a.seconds - b.seconds,
    )
    this.#atOnce.forEach((crons, seconds) => {
      if (crons > 1) top.offer({ seconds, crons })
    })
    return top.items().map((one) => ({ ...one, at: new Date((this.#start + one.seconds) * 1000) }))
  }
}

/** Where the bucket begins in which an instant lies: at a whole one in UTC. */
export function startOfBucket(at: Date, bucketMs: number): number {
  return Math.floor(at.getTime() / bucketMs) * bucketMs
}

/** Runs that begin together, of different lengths. */
class Work {
  /** In milliseconds, ascending. */
  readonly #durations: Float64Array
  /** From each on, the sum of it and those behind it. */
  readonly #sums: Float64Array

  constructor(durations: Float64Array) {
    this.#durations = durations
    this.#sums = new Float64Array(durations.length + 1)
    for (let index = durations.length - 1; index >= 0; index--) {
      this.#sums[index] = this.#sums[index + 1]! + durations[index]!
    }
  }

  get totalMs(): number {
    return this.#sums[0]!
  }

  /** What is left at `end` of all that began at the instants, whose sum is `sum`. */
  leftMs(instants: Int32Array, sum: number, end: number): number {
    const longest = this.#durations.at(-1) ?? 0
    const sinceMs = (instant: number) => (end - instant) * 1000
    if (longest <= sinceMs(instants.at(-1)!)) return 0
    const running = this.#firstRunning(sinceMs(instants[0]!))
    // Where no run ends between the first and the last instant's, all that run have the same number of runs left.
    if (running === this.#firstRunning(sinceMs(instants.at(-1)!))) {
      const count = this.#durations.length - running
      return instants.length * this.#sums[running]! - count * (instants.length * end - sum) * 1000
    }
    let left = 0
    for (const instant of instants) {
      const first = this.#firstRunning(sinceMs(instant))
      left += this.#sums[first]! - (this.#durations.length - first) * sinceMs(instant)
    }
    return left
  }

  #firstRunning(sinceMs: number): number {
    return firstFrom(this.#durations, sinceMs)
  }
}
