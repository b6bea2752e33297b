import type { Schemas } from '../../api/client.ts'

export type LogLine = Schemas['LogLine']
type LogState = 'connecting' | 'live' | 'lost' | 'ended'

export interface LogSnapshot {
  /** The same array as long as none was added. */
  lines: readonly LogLine[]
  state: LogState
}

/** How often what has come is shown: thousands of lines arrive at once when a log is opened. */
const SHOW_MS = 150
/** Until a stream that was refused, as beyond the limit of open ones, is asked for again. */
const REOPEN_MS = 3_000

/**
 * The log of an execution as it is written, with what was stored before.
 *
 * connecting -> live -> lost -> live ...; ended once admin has said that no more will come.
 */
export class JobLogStore {
  readonly #id: number
  readonly #tell = new Set<() => void>()
  #snapshot: LogSnapshot = { lines: [], state: 'connecting' }
  #lines: LogLine[] = []
  #state: LogState = 'connecting'
  #source: EventSource | undefined
  #reopening: ReturnType<typeof setTimeout> | undefined
  #showing: ReturnType<typeof setTimeout> | undefined

  constructor(id: number) {
    this.#id = id
  }

  /** Until the function returned is called. */
  open(): () => void {
    this.#connect()
    return () => {
      clearTimeout(this.#reopening)
      clearTimeout(this.#showing)
      this.#showing = undefined
      this.#source?.close()
    }
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#tell.add(listener)
    return () => this.#tell.delete(listener)
  }

  snapshot = (): LogSnapshot => this.#snapshot

  #connect(): void {
    const source = new EventSource(`/api/v1/jobs/${this.#id}/logs`)
    this.#source = source
    source.onopen = () => this.#set('live')
    source.onerror = () => {
      if (this.#state === 'ended') return
      this.#set('lost')
      // The browser tries again by itself unless the answer was no stream.
      if (source.readyState !== EventSource.CLOSED) return
      clearTimeout(this.#reopening)
      this.#reopening = setTimeout(() => this.#connect(), REOPEN_MS)
    }
    source.addEventListener('log', ({ data }) => this.#add(JSON.parse(data) as LogLine))
    source.addEventListener('end', () => {
      source.close()
      this.#set('ended')
    })
  }

  #add(line: LogLine): void {
    const last = this.#lines.at(-1)
    // A stream that was opened anew, without the browser's Last-Event-ID, begins at the first line.
    if (last && (line.attempt < last.attempt || (line.attempt === last.attempt && line.line <= last.line)))
      return
    this.#lines.push(line)
    this.#showSoon()
  }

  #set(state: LogState): void {
    this.#state = state
    this.#showSoon()
  }

  #showSoon(): void {
    this.#showing ??= setTimeout(() => {
      this.#showing = undefined
      const lines =
        this.#lines.length === this.#snapshot.lines.length ? this.#snapshot.lines : this.#lines.slice()
      this.#snapshot = { lines, state: this.#state }
      for (const tell of this.#tell) tell()
    }, SHOW_MS)
  }
}
