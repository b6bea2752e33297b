import { type EventStream, eventText } from './eventStream.ts'
import { addUp, type FeedEvent } from './feedEvent.ts'

/** Events kept for a client that reads slowly, one a key. */
const MAX_PENDING = 2_000
/** About as much as a socket takes at once, in characters. */
const CHUNK_CHARACTERS = 16_384

/** Why a client may have missed something. */
export type ResyncReason = 'unknown_event_id' | 'too_slow' | 'feed_interrupted'

/**
 * Hands the feed to one client, as fast as it reads. What it has not read yet is kept once per key, the newest; when
 * even that becomes too much, it is told to read anew, once, and gets what comes after.
 */
export class FeedReader {
  readonly #stream: EventStream
  readonly #matches: (event: FeedEvent) => boolean
  readonly #pending = new Map<string, FeedEvent>()
  #resync: { reason: ResyncReason; place: string | undefined } | undefined
  /** How far the feed was heard, and how far the client knows. */
  #place: string | undefined
  #sentPlace: string | undefined

  constructor(stream: EventStream, matches: (event: FeedEvent) => boolean) {
    this.#stream = stream
    this.#matches = matches
    stream.onDrain = () => this.#flush()
    // The place moves on although nothing for this client happens: otherwise a quiet topic could not be resumed.
    stream.heartbeatText = () => this.#placeLine()
  }

  /** @param place  after these events, whether they are for this client or not */
  take(events: readonly FeedEvent[], place: string | undefined): void {
    this.#place = place
    for (const event of events) {
      if (!this.#matches(event)) continue
      const { key } = event
      const earlier = this.#pending.get(key)
      // Deleted first: what is set anew comes last, so places go forward only.
      this.#pending.delete(key)
      this.#pending.set(key, earlier && event.name === 'more' ? addUp(earlier, event) : event)
    }
    this.#flush()
    if (this.#pending.size > MAX_PENDING) this.resync('too_slow', place)
  }

  /** What was not read yet is superseded: the client is to read all anew. */
  resync(reason: ResyncReason, place: string | undefined): void {
    this.#pending.clear()
    this.#place = place
    this.#resync = { reason, place }
    this.#flush()
  }

  #flush(): void {
    if (this.#stream.isBlocked) return
    if (this.#resync) {
      const { reason, place } = this.#resync
      this.#resync = undefined
      this.#sentPlace = place
      this.#stream.write(eventText('resync', { reason }, place))
    }
    while (this.#pending.size > 0 && !this.#stream.isBlocked && !this.#stream.isClosed) {
      let text = ''
      for (const [key, event] of this.#pending) {
        this.#pending.delete(key)
        text += event.text
        this.#sentPlace = event.id
        if (text.length >= CHUNK_CHARACTERS) break
      }
      this.#stream.write(text)
    }
    // Who has no place yet could not resume: not left to the next heartbeat.
    if (this.#sentPlace === undefined && !this.#stream.isBlocked) {
      const line = this.#placeLine()
      if (line !== '') this.#stream.write(`${line}\n`)
    }
  }

  #placeLine(): string {
    if (this.#pending.size > 0 || this.#place === undefined || this.#place === this.#sentPlace) return ''
    this.#sentPlace = this.#place
    return `id: ${this.#place}\n`
  }
}
