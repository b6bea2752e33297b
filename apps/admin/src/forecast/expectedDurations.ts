import { averageDurations, averageHandlerDurations, type Database } from '@jobu/db'
import type { Pace } from './pace.ts'

/** So many crons are looked up in one statement. */
const BATCH = 2_000
/** An average of days is used for so long, in milliseconds, before it is read again. */
const MAX_AGE_MS = 300_000

interface Cron {
  id: number
  handlerName: string
}

/** In milliseconds; null where neither the cron nor its handler ran in the last days. */
export type DurationOf = (cron: Cron) => number | null

/**
 * How long crons are expected to run: their own average of the last days, else their handler's. Averages of crons are
 * remembered, and read anew behind those who ask: the old ones do meanwhile.
 */
export class ExpectedDurations {
  readonly #database: Database
  #averages = new Map<number, number | undefined>()
  #old = new Map<number, number | undefined>()
  #readAt = Number.NEGATIVE_INFINITY
  readonly #wanted = new Set<number>()
  #reading: Promise<void> | undefined

  constructor(database: Database) {
    this.#database = database
  }

  /** @returns with how many of the crons were not read in time, so that their handler's average stands for them */
  async read(crons: readonly Cron[], pace: Pace): Promise<{ durationOf: DurationOf; unread: number }> {
    if (performance.now() - this.#readAt > MAX_AGE_MS) {
      this.#old = this.#averages
      this.#averages = new Map()
      this.#readAt = performance.now()
    }
    const names = [...new Set(crons.map((cron) => cron.handlerName))]
    const ofHandlers = await averageHandlerDurations(this.#database, names)
    const unread = crons.filter(({ id }) => !this.#averages.has(id))
    if (unread.length > 0 && unread.length <= BATCH) await this.#readThese(unread.map(({ id }) => id))
    else if (unread.length > 0) {
      const reading = this.#readBehind(unread)
      if (unread.some(({ id }) => !this.#old.has(id))) await pace.waitFor(reading)
    }
    const [averages, old] = [this.#averages, this.#old]
    const averageOf = (id: number) => (averages.has(id) ? averages.get(id) : old.get(id))
    return {
      durationOf: ({ id, handlerName }) => averageOf(id) ?? ofHandlers.get(handlerName) ?? null,
      unread: crons.filter(({ id }) => !averages.has(id) && !old.has(id)).length,
    }
  }

  #readBehind(crons: readonly Cron[]): Promise<void> {
    for (const { id } of crons) this.#wanted.add(id)
    this.#reading ??= this.#readWanted().finally(() => {
      this.#reading = undefined
    })
    // Whoever waits for it hears of a failure, and so does whoever asks next.
    this.#reading.catch(() => {})
    return this.#reading
  }

  async #readWanted(): Promise<void> {
    try {
      while (this.#wanted.size > 0) {
        const ids = [...this.#wanted].slice(0, BATCH)
        await this.#readThese(ids)
        for (const id of ids) this.#wanted.delete(id)
      }
    } finally {
      this.#wanted.clear()
    }
  }

  async #readThese(ids: number[]): Promise<void> {
    const averages = this.#averages
    const found = await averageDurations(this.#database, ids)
    for (const id of ids) averages.set(id, found.get(id))
  }
}
