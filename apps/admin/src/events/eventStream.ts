import type { Response } from 'express'

/** How soon a client that lost its stream comes back, in milliseconds. */
const RETRY_MS = 2_000

/**
 * One answer of server-sent events, open until its client, its owner or the service ends it.
 *
 *   open --write says false--> blocked --drain--> open
 *   open, blocked --> closed
 *
 * Writing while it is blocked would have Node keep what the client does not read: its owner keeps less.
 */
export class EventStream {
  /** The client has read what was written. */
  onDrain: () => void = () => {}
  onClose: () => void = () => {}
  /** What a heartbeat says: any lines of a block without data. */
  heartbeatText: () => string = () => ''
  readonly #response: Response
  #blockedAt: number | undefined
  #isClosed = false

  constructor(response: Response) {
    this.#response = response
    // A client that goes away in the middle of a write is no error, and is told by `close`.
    response.on('error', () => {})
    response.on('drain', () => {
      this.#blockedAt = undefined
      if (!this.#isClosed) this.onDrain()
    })
    response.on('close', () => this.#close())
    this.write(`retry: ${RETRY_MS}\n\n`)
  }

  get isBlocked(): boolean {
    return this.#blockedAt !== undefined
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** How long the client has read nothing, although there is something, in milliseconds. */
  get blockedMs(): number {
    return this.#blockedAt === undefined ? 0 : performance.now() - this.#blockedAt
  }

  /** @returns false: wait for `onDrain` before writing more */
  write(text: string): boolean {
    if (this.#isClosed) return false
    if (!this.#response.write(text)) this.#blockedAt ??= performance.now()
    return !this.isBlocked
  }

  heartbeat(): void {
    if (!this.isBlocked) this.write(`: heartbeat\n${this.heartbeatText()}\n`)
  }

  /** Whether the session or token it was opened with still holds. */
  async isStillValid(): Promise<boolean> {
    const { isStillValid } = this.#response.locals as { isStillValid?: () => Promise<boolean> }
    return (await isStillValid?.()) ?? true
  }

  /** What is written already still arrives. */
  end(): void {
    if (this.#isClosed) return
    this.#response.end()
    this.#close()
  }

  /** Ends it now, also when its client reads nothing. */
  drop(): void {
    if (this.isBlocked) this.#response.destroy()
    else this.end()
  }

  #close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.onClose()
  }
}

/** Field lines of one event. @param data  becomes one line of JSON */
export function eventText(name: string, data: unknown, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}
