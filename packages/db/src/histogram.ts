/** Decimal digits that a bucket takes in the number, and buckets an octave: see `jobu_histogram_unit` in the migrations. */
const DIGITS = 12
const BUCKETS_PER_OCTAVE = 8
/** Most buckets are: the low ones. */
const EMPTY = '0'.repeat(DIGITS)

/** A logarithmic histogram of milliseconds, as the roll-ups keep it. */
export class Histogram {
  readonly count: number
  /** How many values lie in each bucket, from the lowest. */
  readonly #counts: readonly number[]

  /** @param given  the number, in decimal, or how many values lie in each bucket */
  constructor(given: string | readonly number[]) {
    this.#counts = typeof given === 'string' ? bucketsOf(given) : given
    this.count = this.#counts.reduce((sum, inBucket) => sum + inBucket, 0)
  }

  /** What has come since `earlier`, which is this histogram as it was then. */
  since(earlier: Histogram): Histogram {
    // Never below zero, whatever became of the roll-up meanwhile.
    return new Histogram(this.#counts.map((now, bucket) => Math.max(now - (earlier.#counts[bucket] ?? 0), 0)))
  }

  /**
   * The smallest value that `share` of all values do not exceed, in whole milliseconds: at most 9 % off, since a bucket
   * is as wide, and usually half of that. Null where there are no values.
   *
   * @param share  above 0, at most 1
   */
  percentile(share: number): number | null {
    const rank = Math.ceil(share * this.count)
    let seen = 0
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      seen += this.#counts[bucket]!
      if (seen >= rank && seen > 0) return middleOf(bucket)
    }
    return null
  }
}

function bucketsOf(text: string): number[] {
  const counts: number[] = []
  for (let end = text.length; end > 0; end -= DIGITS) {
    const digits = text.slice(Math.max(end - DIGITS, 0), end)
    counts.push(digits === EMPTY ? 0 : Number(digits))
  }
  return counts
}

/** A bucket holds what lies from 2^(bucket/8) - 1 up to the next; the first ones hold a single value each. */
function middleOf(bucket: number): number {
  const from = Math.ceil(2 ** (bucket / BUCKETS_PER_OCTAVE) - 1 - 1e-6)
  const to = Math.ceil(2 ** ((bucket + 1) / BUCKETS_PER_OCTAVE) - 1 - 1e-6) - 1
  return Math.round(Math.sqrt((from + 1) * (to + 1))) - 1
}
