import { type FeedEvent, messageIdOf, parseMessage } from './feedEvent.ts'

/** How much is kept for clients that come back, in characters of messages, and for how long, in milliseconds. */
const MAX_CHARACTERS = 8 * 1024 * 1024
const MAX_AGE_MS = 5 * 60_000

/**
 * The last messages, oldest first. PostgreSQL hands notifications to every listener in the same order, so the rings of
 * all processes hold the same sequence, and a client may resume at any of them.
 *
 * The newest message stays whatever its age: it is the place where those stand who have heard all.
 */
export class EventRing {
  readonly #messages = new Map<string, { payload: string; at: number }>()
  readonly #maxCharacters: number
  #characters = 0
  #lastId: string | undefined

  constructor(maxCharacters = MAX_CHARACTERS) {
    this.#maxCharacters = maxCharacters
  }

  /** The place after everything heard. */
  get lastId(): string | undefined {
    return this.#lastId
  }

  add(id: string, lastId: string, payload: string, now = performance.now()): void {
    this.#messages.set(id, { payload, at: now })
    this.#characters += payload.length
    this.#lastId = lastId
    this.prune(now)
  }

  prune(now = performance.now()): void {
    for (const [id, { payload, at }] of this.#messages) {
      const isKept = this.#characters <= this.#maxCharacters && now - at <= MAX_AGE_MS
      if (isKept || this.#messages.size === 1) return
      this.#messages.delete(id)
      this.#characters -= payload.length
    }
  }

  /** The events after a place; undefined when that place is not, or no longer, known. */
  since(place: string): FeedEvent[] | undefined {
    if (!this.#messages.has(messageIdOf(place))) return undefined
    const index = Number(place.slice(place.lastIndexOf('-') + 1))
    const found: FeedEvent[] = []
    let isAfter = false
    for (const [id, { payload }] of this.#messages) {
      const isIts = id === messageIdOf(place)
      if (isIts || isAfter) {
        const { events } = parseMessage(payload)!
        found.push(...(isIts ? events.slice(index + 1) : events))
      }
      isAfter ||= isIts
    }
    return Number.isNaN(index) ? undefined : found
  }

  /** Something was missed: no earlier place leads here any more. */
  clear(): void {
    this.#messages.clear()
    this.#characters = 0
    this.#lastId = undefined
  }
}
