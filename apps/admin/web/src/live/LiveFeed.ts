import type { Query, QueryClient } from '@tanstack/react-query'
import { concerns, readsAnewEvery, TOPICS, type Topic } from './topics.ts'

export interface LiveState {
  connection: 'connecting' | 'open' | 'lost'
  isPaused: boolean
  /** Changes told since the pause began. */
  missed: number
}

/** How often changes are looked at: a thousand of them in a second are as cheap as one. */
const LOOK_MS = 250
/** Without events everything on the page is read anew this often. */
const POLL_MS = 5_000
/** Until an answer other than a stream, as a proxy without its server gives, is tried again. */
const REOPEN_MS = 3_000
/** How long a tab may be out of sight before it gives its connection back. */
const HIDDEN_AFTER_MS = 10_000
/** How long a connection may be away before it counts as lost: admin's restart is not worth a notice. */
const LOST_AFTER_MS = 1_500

const TOPIC_OF: Record<string, Topic> = {
  execution: 'executions',
  cron: 'crons',
  schedule: 'schedules',
  run: 'runs',
  scheduler: 'scheduler',
  worker: 'workers',
  dispatcher: 'workers',
}

/**
 * Admin's events as a reason to read. An event marks its topic as changed; each active query that shows something of the
 * topic is then read anew, but no more often than `readsAnewEvery` says.
 *
 * connecting -> open -> lost -> open ...; while lost, queries are polled. Paused, changes are only counted. Out of sight
 * there is no connection and nothing is read: a browser has six of them for all tabs of a server.
 */
export class LiveFeed {
  readonly #queries: QueryClient
  readonly #show: (state: LiveState) => void
  #state: LiveState = { connection: 'connecting', isPaused: false, missed: 0 }
  #source: EventSource | undefined
  #timers: Array<ReturnType<typeof setInterval>> = []
  #reopening: ReturnType<typeof setTimeout> | undefined
  #losing: ReturnType<typeof setTimeout> | undefined
  #hiding: ReturnType<typeof setTimeout> | undefined
  #changed = new Set<Topic>()
  /** When each query was last read for a change, and when one is due that has to wait. */
  #readAt = new WeakMap<Query, number>()
  #dueAt = new WeakMap<Query, number>()

  constructor(queries: QueryClient, show: (state: LiveState) => void) {
    this.#queries = queries
    this.#show = show
  }

  open(): void {
    this.#connect()
    this.#timers = [setInterval(() => this.#look(), LOOK_MS), setInterval(() => this.#poll(), POLL_MS)]
    document.addEventListener('visibilitychange', this.#onVisibility)
  }

  close(): void {
    document.removeEventListener('visibilitychange', this.#onVisibility)
    for (const timer of this.#timers) clearInterval(timer)
    clearTimeout(this.#hiding)
    this.#disconnect()
  }

  pause(): void {
    this.#set({ isPaused: true, missed: 0 })
  }

  resume(): void {
    this.#set({ isPaused: false, missed: 0 })
    this.#readAll()
  }

  readonly #onVisibility = () => {
    clearTimeout(this.#hiding)
    if (document.hidden) this.#hiding = setTimeout(() => this.#disconnect(), HIDDEN_AFTER_MS)
    else if (this.#source === undefined) {
      this.#connect()
      if (!this.#state.isPaused) this.#readAll()
    }
  }

  #disconnect(): void {
    clearTimeout(this.#reopening)
    clearTimeout(this.#losing)
    this.#source?.close()
    this.#source = undefined
    this.#set({ connection: 'connecting' })
  }

  #connect(): void {
    const source = new EventSource(`/api/v1/events?topics=${TOPICS.join(',')}`)
    this.#source = source
    source.onopen = () => {
      clearTimeout(this.#losing)
      const wasLost = this.#state.connection === 'lost'
      this.#set({ connection: 'open' })
      if (wasLost && !this.#state.isPaused) this.#readAll()
    }
    source.onerror = () => {
      clearTimeout(this.#losing)
      this.#losing = setTimeout(() => this.#set({ connection: 'lost' }), LOST_AFTER_MS)
      if (source.readyState !== EventSource.CLOSED) return
      this.#reopening = setTimeout(() => this.#connect(), REOPEN_MS)
    }
    for (const [type, topic] of Object.entries(TOPIC_OF))
      source.addEventListener(type, () => this.#note(topic, 1))
    source.addEventListener('more', ({ data }) => {
      const { topic, counts } = JSON.parse(data) as { topic: Topic; counts: Record<string, number> }
      this.#note(
        topic,
        Object.values(counts).reduce((sum, count) => sum + count, 0),
      )
    })
    source.addEventListener('resync', () => {
      for (const topic of TOPICS) this.#note(topic, 1)
    })
  }

  #note(topic: Topic, count: number): void {
    this.#changed.add(topic)
    // Told with the next look: a state for each of a thousand events would draw the page a thousand times.
    if (this.#state.isPaused) this.#state = { ...this.#state, missed: this.#state.missed + count }
  }

  #look(): void {
    if (this.#state.isPaused) {
      if (this.#changed.size > 0) this.#set({})
      this.#changed.clear()
      return
    }
    const now = Date.now()
    const changed = [...this.#changed]
    this.#changed.clear()
    const read: Query[] = []
    for (const query of this.#queries.getQueryCache().findAll({ type: 'active' })) {
      if (query.meta?.isLive === false) {
        if (changed.some((topic) => concerns(topic, query))) passOver(query)
        continue
      }
      const everyMs = changed.flatMap((topic) => readsAnewEvery(topic, query) ?? [])
      const waiting = this.#dueAt.get(query)
      if (everyMs.length === 0 && waiting === undefined) continue
      const dueAt = Math.min(
        waiting ?? Number.POSITIVE_INFINITY,
        ...everyMs.map((ms) => (this.#readAt.get(query) ?? 0) + ms),
      )
      // An answer on its way may be older than the change.
      if (dueAt <= now && query.state.fetchStatus === 'idle') read.push(query)
      else this.#dueAt.set(query, dueAt)
    }
    for (const query of read) {
      this.#dueAt.delete(query)
      this.#readAt.set(query, now)
      void this.#queries.invalidateQueries({ queryKey: query.queryKey, exact: true })
    }
  }

  #poll(): void {
    if (this.#state.connection === 'lost' && !this.#state.isPaused) this.#readAll()
  }

  #readAll(): void {
    for (const query of this.#queries.getQueryCache().findAll({ type: 'active' }))
      if (query.meta?.isLive === false) passOver(query)
    void this.#queries.invalidateQueries({
      predicate: ({ queryKey, meta }) => queryKey[1] !== '/auth/session' && meta?.isLive !== false,
    })
  }

  #set(change: Partial<LiveState>): void {
    this.#state = { ...this.#state, ...change }
    this.#show(this.#state)
  }
}

/** Tells who shows a query that is not read anew by itself. */
const passOver = ({ meta }: Query) => (meta as { onPassedOver?: () => void }).onPassedOver?.()
