/** The first `limit` of all that are offered, in an order; takes the memory of twice as many, whatever is offered. */
export class Top<T> {
  readonly #limit: number
  readonly #compare: (a: T, b: T) => number
  #items: T[] = []
  /** Nothing behind it is among the first. */
  #last: T | undefined

  constructor(limit: number, compare: (a: T, b: T) => number) {
    this.#limit = limit
    this.#compare = compare
  }

  offer(item: T): void {
    if (this.#last !== undefined && this.#compare(item, this.#last) >= 0) return
    this.#items.push(item)
    if (this.#items.length >= 2 * this.#limit) this.#trim()
  }

  items(): T[] {
    this.#trim()
    return this.#items
  }

  #trim(): void {
    this.#items = this.#items.sort(this.#compare).slice(0, this.#limit)
    if (this.#items.length === this.#limit) this.#last = this.#items.at(-1)
  }
}
