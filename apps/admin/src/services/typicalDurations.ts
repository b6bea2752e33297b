import { type ExecutionRow, type Tx, typicalDurationsOfCrons, typicalDurationsOfHandlers } from '@jobu/db'

/** How far back runs are looked at. */
const DAYS = 7
/** How long an answer is kept: the roll-ups of a week change little in it. */
const MAX_AGE_MS = 60_000
/** Beyond so many all are forgotten. */
const MAX_KEPT = 10_000

interface Kept {
  /** Null: nothing has succeeded. */
  ms: number | null
  readAt: number
}

type Run = Pick<ExecutionRow, 'id' | 'jobId' | 'handlerName' | 'status' | 'startedAt'>

/** How long crons and handlers usually take, so that a list can say when what runs is expected to finish. */
export class TypicalDurations {
  readonly #crons = new Map<number, Kept>()
  readonly #handlers = new Map<string, Kept>()

  /** When each of those that are RUNNING is expected to finish, by id; where nothing is known, it is missing. */
  async expectedFinishes(tx: Tx, rows: readonly Run[]): Promise<Map<number, Date>> {
    const running = rows.filter(({ status, startedAt }) => status === 'RUNNING' && startedAt !== null)
    const crons = running.flatMap(({ jobId }) => jobId ?? [])
    await this.#load(this.#crons, crons, (ids) => typicalDurationsOfCrons(tx, ids, DAYS))
    const ofCron = ({ jobId }: Run) => (jobId === null ? null : (this.#crons.get(jobId)?.ms ?? null))
    const handlers = running.filter((row) => ofCron(row) === null).map(({ handlerName }) => handlerName)
    await this.#load(this.#handlers, handlers, (names) => typicalDurationsOfHandlers(tx, names, DAYS))
    const finishes = new Map<number, Date>()
    for (const row of running) {
      const ms = ofCron(row) ?? this.#handlers.get(row.handlerName)?.ms ?? null
      if (ms !== null) finishes.set(row.id, new Date(row.startedAt!.getTime() + ms))
    }
    return finishes
  }

  async #load<K>(kept: Map<K, Kept>, keys: readonly K[], read: (keys: K[]) => Promise<Map<K, number>>) {
    const readAt = performance.now()
    const old = [...new Set(keys)].filter(
      (key) => readAt - (kept.get(key)?.readAt ?? Number.NEGATIVE_INFINITY) > MAX_AGE_MS,
    )
    if (old.length === 0) return
    const found = await read(old)
    if (kept.size + old.length > MAX_KEPT) kept.clear()
    for (const key of old) kept.set(key, { ms: found.get(key) ?? null, readAt })
  }
}
