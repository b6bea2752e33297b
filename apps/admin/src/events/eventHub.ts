import {
  CHANNELS,
  type Database,
  type DatabaseConfig,
  isConnectionFailure,
  Listener,
  tellMark,
} from '@jobu/db'
import type { Logger } from '@jobu/runtime'
import { EventRing } from './eventRing.ts'
import type { EventStream } from './eventStream.ts'
import { EventStreams, type EventStreamsOptions } from './eventStreams.ts'
import { type FeedEvent, parseMessage } from './feedEvent.ts'
import { FeedReader } from './feedReader.ts'

/** How long a client may read nothing before it is given up, in milliseconds. */
const STUCK_MS = 60_000
const PRUNE_INTERVAL_MS = 60_000

export interface EventHubOptions extends Omit<EventStreamsOptions, 'stuckMs'> {
  stuckMs?: number
  ringCharacters?: number
}

/** Told of events of one execution; null: some may have been missed. */
export type Watcher = (event: FeedEvent | null) => void

/** The feed in this process: one LISTEN for all clients. */
export class EventHub {
  readonly streams: EventStreams
  readonly #database: Database
  readonly #logger: Logger
  readonly #listener: Listener
  readonly #ring: EventRing
  readonly #readers = new Set<FeedReader>()
  /** By the execution's id: thousands may be watched, and each event is looked up once. */
  readonly #watchers = new Map<unknown, Set<Watcher>>()
  readonly #pruneTimer: NodeJS.Timeout
  #wasLost = false

  constructor(database: Database, config: DatabaseConfig, logger: Logger, options: EventHubOptions) {
    this.#database = database
    this.#logger = logger
    this.#ring = new EventRing(options.ringCharacters)
    this.streams = new EventStreams({ stuckMs: STUCK_MS, ...options }, logger)
    this.#pruneTimer = setInterval(() => this.#ring.prune(), PRUNE_INTERVAL_MS)
    this.#listener = new Listener(config, {
      channels: [CHANNELS.events],
      applicationName: 'jobu-admin-listen',
      onNotify: (_channel, payload) => this.#hear(payload),
      onConnect: () => this.#connected(),
      onDisconnect: (error) => this.#lost(error),
    })
  }

  /** Hands a client what it asked for, from `lastEventId` on, until its stream closes. */
  follow(stream: EventStream, matches: (event: FeedEvent) => boolean, lastEventId: string | undefined): void {
    const reader = new FeedReader(stream, matches)
    const { lastId } = this.#ring
    const missed = lastEventId === undefined ? undefined : this.#ring.since(lastEventId)
    if (lastEventId === undefined || missed) reader.take(missed ?? [], lastId)
    else reader.resync('unknown_event_id', lastId)
    this.#readers.add(reader)
    stream.onClose = () => this.#readers.delete(reader)
  }

  /** @returns a function that ends it */
  watch(executionId: number, watcher: Watcher): () => void {
    const watchers = this.#watchers.get(executionId) ?? new Set()
    this.#watchers.set(executionId, watchers.add(watcher))
    return () => {
      watchers.delete(watcher)
      if (watchers.size === 0) this.#watchers.delete(executionId)
    }
  }

  get isListening(): boolean {
    return this.#listener.isListening
  }

  /** Ends every stream, and the LISTEN. */
  async close(): Promise<void> {
    clearInterval(this.#pruneTimer)
    this.streams.close()
    await this.#listener.close()
  }

  #hear(payload: string): void {
    const message = parseMessage(payload)
    if (!message) {
      this.#logger.warn('message on jobu_events not understood', { payload: payload.slice(0, 200) })
      return
    }
    const { id, lastId, events } = message
    this.#ring.add(id, lastId, payload)
    for (const reader of this.#readers) reader.take(events, lastId)
    if (this.#watchers.size === 0) return
    for (const event of events) {
      if (event.topic !== 'executions' && event.topic !== 'logs') continue
      for (const watcher of this.#watchers.get(event.data.id) ?? []) watcher(event)
    }
  }

  #connected(): void {
    if (this.#wasLost) {
      for (const reader of this.#readers) reader.resync('feed_interrupted', this.#ring.lastId)
      for (const watchers of this.#watchers.values()) for (const watcher of watchers) watcher(null)
    }
    this.#wasLost = false
    tellMark(this.#database).catch((error) => {
      // Without it a client can resume once something has happened.
      if (!isConnectionFailure(error)) this.#logger.warn('feed not marked', { error })
    })
  }

  #lost(error: Error): void {
    this.#wasLost = true
    this.#ring.clear()
    this.#logger.warn('events not heard, clients are told to read anew', { error: error.message })
  }
}
