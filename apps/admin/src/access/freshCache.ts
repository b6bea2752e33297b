/** A value this old is read again behind the request that uses it ... */
const REFRESH_AFTER_MS = 2_500
/** ... and one this old before it: what was revoked is refused after so long at the latest, in every process. */
export const MAX_AGE_MS = 5_000

interface Entry<V> {
  value: V
  /** When its reading began, on the monotonic clock. */
  readAt: number
  isRefreshing: boolean
}

/**
 * What the database said of a credential a moment ago, so that checking it costs a request nothing. Only what was
 * found is kept: guesses cannot fill it.
 */
export class FreshCache<V> {
  readonly #entries = new Map<string, Entry<V>>()
  readonly #limit: number
  /** Counts `clear`: a reading that began before it must not bring back what it found. */
  #generation = 0

  constructor(limit = 10_000) {
    this.#limit = limit
  }

  /** @param load  reads it; undefined: there is none (any more) */
  async get(key: string, load: () => Promise<V | undefined>): Promise<V | undefined> {
    const entry = this.#entries.get(key)
    const age = entry ? performance.now() - entry.readAt : Number.POSITIVE_INFINITY
    if (!entry || age >= MAX_AGE_MS) return this.#read(key, load)
    if (age >= REFRESH_AFTER_MS && !entry.isRefreshing) {
      entry.isRefreshing = true
      // Where it fails, the request after MAX_AGE_MS reads again and reports it.
      this.#read(key, load).catch(() => {
        entry.isRefreshing = false
      })
    }
    return entry.value
  }

  /** After a change in this process, which then holds at once. */
  clear(): void {
    this.#generation++
    this.#entries.clear()
  }

  async #read(key: string, load: () => Promise<V | undefined>): Promise<V | undefined> {
    const generation = this.#generation
    const readAt = performance.now()
    const value = await load()
    if (generation !== this.#generation) return value
    this.#entries.delete(key)
    if (value === undefined) return undefined
    if (this.#entries.size >= this.#limit) this.#entries.delete(this.#entries.keys().next().value!)
    this.#entries.set(key, { value, readAt, isRefreshing: false })
    return value
  }
}
