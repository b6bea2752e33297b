import type { Registry } from 'prom-client'

/** One series of a `HotHistogram`. */
export class HotSeries {
  readonly bounds: readonly number[]
  /** Per bound how many observations were at most it and above the one before; the last are those above all. */
  readonly counts: Float64Array
  sum = 0

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.counts = new Float64Array(bounds.length + 1)
  }

  observe(value: number): void {
    let bucket = 0
    while (bucket < this.bounds.length && value > this.bounds[bucket]!) bucket++
    this.counts[bucket]!++
    this.sum += value
  }
}

/**
 * A histogram for what happens tens of thousands of times a second. prom-client's own makes an object, a closure and a
 * string at each observation, which costs a worker some percent of its throughput; here an observation is an addition,
 * and what prom-client wants is made when it is scraped.
 */
export class HotHistogram {
  readonly name: string
  readonly help: string
  readonly type = 'histogram'
  readonly #label: string | undefined
  readonly #bounds: readonly number[]
  readonly #series = new Map<string, HotSeries>()

  /** @param options.label  the one label, if it has one */
  constructor(options: {
    name: string
    help: string
    buckets: readonly number[]
    label?: string
    registry: Registry
  }) {
    this.name = options.name
    this.help = options.help
    this.#label = options.label
    this.#bounds = options.buckets
    // It asks of a metric no more than its name and `get`.
    options.registry.registerMetric(this as never)
  }

  /** The series of a label's value, made at its first use: callers keep their values few. */
  series(value = ''): HotSeries {
    let series = this.#series.get(value)
    if (!series) {
      series = new HotSeries(this.#bounds)
      this.#series.set(value, series)
    }
    return series
  }

  async get() {
    const values: Array<{ metricName: string; labels: Record<string, string | number>; value: number }> = []
    for (const [value, { counts, sum }] of this.#series) {
      const labels: Record<string, string> = this.#label === undefined ? {} : { [this.#label]: value }
      let total = 0
      for (const [bucket, count] of counts.entries()) {
        total += count
        const le = this.#bounds[bucket] ?? '+Inf'
        values.push({ metricName: `${this.name}_bucket`, labels: { le, ...labels }, value: total })
      }
      values.push({ metricName: `${this.name}_sum`, labels, value: sum })
      values.push({ metricName: `${this.name}_count`, labels, value: total })
    }
    return { name: this.name, help: this.help, type: this.type, values, aggregator: 'sum' }
  }
}
