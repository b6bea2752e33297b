/** Beyond so many keys all are forgotten, and some are due a little early. */
const MAX_KEYS = 10_000

/** Says for each key when a time has passed since it last said so. */
export class OncePer {
  readonly #intervalMs: number
  readonly #saidAt = new Map<string, number>()

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
  }

  isDue(key: string): boolean {
    const now = performance.now()
    if (now - (this.#saidAt.get(key) ?? Number.NEGATIVE_INFINITY) < this.#intervalMs) return false
    if (this.#saidAt.size >= MAX_KEYS) this.#saidAt.clear()
    this.#saidAt.set(key, now)
    return true
  }
}
