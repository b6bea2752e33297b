/** A memo that forgets its oldest entry once it holds `limit` of them, so that hostile keys cannot fill the memory. */
export class BoundedMap<K, V> {
  readonly #entries = new Map<K, V>()

  constructor(private readonly limit: number) {}

  /** The value kept for `key`, else what `make` returns, kept from now on. Nothing is kept when `make` throws. */
  getOrMake(key: K, make: () => V): V {
    if (this.#entries.has(key)) return this.#entries.get(key) as V
    const value = make()
    if (this.#entries.size >= this.limit) this.#entries.delete(this.#entries.keys().next().value as K)
    this.#entries.set(key, value)
    return value
  }
}
