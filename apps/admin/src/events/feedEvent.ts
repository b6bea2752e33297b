import { eventText } from './eventStream.ts'

/** What a client may ask for. */
export const TOPICS = ['executions', 'crons', 'schedules', 'runs', 'scheduler', 'workers', 'logs'] as const
export type Topic = (typeof TOPICS)[number]

/** Events by their names in messages and streams. A mark is a place in the feed and nothing else. */
const TOPIC_OF: Record<string, Topic | null> = {
  execution: 'executions',
  log: 'logs',
  cron: 'crons',
  schedule: 'schedules',
  run: 'runs',
  scheduler: 'scheduler',
  worker: 'workers',
  dispatcher: 'workers',
  mark: null,
}

/** One event of the feed, the same object for every client that gets it. */
export class FeedEvent {
  /** Its place in the feed: the message's id and its number in it. */
  readonly id: string
  readonly topic: Topic
  readonly name: string
  readonly data: Readonly<Record<string, unknown>>
  #text: string | undefined

  constructor(id: string, topic: Topic, name: string, data: Record<string, unknown>) {
    this.id = id
    this.topic = topic
    this.name = name
    this.data = data
  }

  /** What a newer event of the same key makes needless. */
  get key(): string {
    return `${this.name} ${this.name === 'more' ? this.topic : this.data.id}`
  }

  /** As streams send it. */
  get text(): string {
    this.#text ??= eventText(this.name, this.data, this.id)
    return this.#text
  }
}

/** A message of `jobu_tell`: events in their order, and the place after the last of them. */
export interface FeedMessage {
  id: string
  lastId: string
  events: FeedEvent[]
}

const MESSAGE_ID = /^\w{1,64}$/

/** @returns undefined for what `jobu_tell` does not send: anybody who reaches the database can NOTIFY */
export function parseMessage(payload: string): FeedMessage | undefined {
  let message: { id?: unknown; at?: unknown; event?: unknown; changes?: unknown; more?: unknown }
  try {
    message = JSON.parse(payload)
  } catch {
    return undefined
  }
  const { id, at, event: name, changes, more } = message ?? {}
  if (typeof id !== 'string' || !MESSAGE_ID.test(id) || typeof name !== 'string' || !Array.isArray(changes)) {
    return undefined
  }
  const topic = Object.hasOwn(TOPIC_OF, name) ? TOPIC_OF[name] : undefined
  if (topic === undefined || (topic === null && changes.length === 0)) return undefined
  if (topic === null) return { id, lastId: placeOf(id, 0), events: [] }
  // The instant is put into the parsed object: ten thousand copies a second would be as much garbage again.
  const events = changes.map(
    (change, index) => new FeedEvent(placeOf(id, index), topic, name, Object.assign(Object(change), { at })),
  )
  if (more) events.push(new FeedEvent(placeOf(id, events.length), topic, 'more', { topic, counts: more, at }))
  return events.length === 0 ? undefined : { id, lastId: events.at(-1)!.id, events }
}

/** Two `more` of one topic as one. */
export function addUp(earlier: FeedEvent, later: FeedEvent): FeedEvent {
  const counts = { ...(earlier.data.counts as Record<string, number>) }
  for (const [kind, count] of Object.entries(later.data.counts as Record<string, number>)) {
    counts[kind] = (counts[kind] ?? 0) + count
  }
  return new FeedEvent(later.id, later.topic, later.name, { ...later.data, counts })
}

export function messageIdOf(place: string): string {
  return place.slice(0, place.lastIndexOf('-'))
}

function placeOf(messageId: string, index: number): string {
  return `${messageId}-${index}`
}
