import { TooManyRequests } from '../http/tooManyRequests.ts'

/** So many wait at most; whoever comes then is refused. */
const MAX_WAITING = 20
const RETRY_AFTER_SECONDS = 5

/** Runs one computation at a time, in the order in which they came. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  /** @throws JobuError TOO_MANY_REQUESTS */
  async take<T>(compute: () => Promise<T>): Promise<T> {
    if (this.#waiting > MAX_WAITING) {
      throw new TooManyRequests('Too many forecasts are asked for at once; try again', RETRY_AFTER_SECONDS)
    }
    this.#waiting++
    const before = this.#last
    const turn = (async () => {
      await before.catch(() => {})
      return compute()
    })()
    this.#last = turn
    try {
      return await turn
    } finally {
      this.#waiting--
    }
  }
}
