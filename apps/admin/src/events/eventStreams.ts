import { isConnectionFailure, JobuError } from '@jobu/db'
import type { Logger } from '@jobu/runtime'
import type { Request, Response } from 'express'
import { EventStream } from './eventStream.ts'

export interface EventStreamsOptions {
  /** Streams open at once in this process. */
  maxStreams: number
  /** How often each says that it lives and whether its client still may read it. */
  heartbeatMs: number
  /** How long a client may read nothing, although there is something, before it is given up. */
  stuckMs: number
}

/** Seconds after which a client that found no room may try again. */
const RETRY_AFTER_SECONDS = 10

/** Every stream of the process: how many there may be, their heartbeats, and their end with the service. */
export class EventStreams {
  readonly #options: EventStreamsOptions
  readonly #logger: Logger
  readonly #open = new Set<EventStream>()
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: EventStreamsOptions, logger: Logger) {
    this.#options = options
    this.#logger = logger
  }

  get size(): number {
    return this.#open.size
  }

  /**
   * Begins the answer.
   *
   * @returns undefined where there is nothing to stream: a HEAD, a client that has gone, or the service is about to stop
   * @throws JobuError NOT_ACCEPTABLE, TOO_MANY_REQUESTS
   */
  open(request: Request, response: Response): EventStream | undefined {
    if (!request.accepts('text/event-stream')) {
      throw new JobuError('NOT_ACCEPTABLE', 'This is a stream of events, expected Accept: text/event-stream')
    }
    // Its `close` has been, so nothing would ever end the stream.
    if (response.destroyed) return undefined
    const isStreaming = request.method !== 'HEAD' && !this.#isClosed
    if (isStreaming && this.#open.size >= this.#options.maxStreams) {
      response.set('Retry-After', String(RETRY_AFTER_SECONDS))
      throw new JobuError(
        'TOO_MANY_REQUESTS',
        `All ${this.#options.maxStreams} event streams of this server are taken (admin.events.max_streams); try again later`,
      )
    }
    // Buffering off: a proxy such as nginx would keep events until a block of them is full.
    response.set({ 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' })
    if (!isStreaming) {
      response.end()
      return undefined
    }
    const stream = new EventStream(response)
    this.#open.add(stream)
    response.on('close', () => {
      this.#open.delete(stream)
      if (this.#open.size > 0) return
      clearInterval(this.#timer)
      this.#timer = undefined
    })
    this.#timer ??= setInterval(() => this.#tick(), this.#options.heartbeatMs)
    return stream
  }

  /** Ends all of them; later ones end at once. */
  close(): void {
    this.#isClosed = true
    clearInterval(this.#timer)
    for (const stream of this.#open) stream.drop()
  }

  #tick(): void {
    for (const stream of this.#open) {
      if (stream.blockedMs > this.#options.stuckMs) {
        this.#logger.warn('event stream dropped: its client reads nothing')
        stream.drop()
        continue
      }
      stream.heartbeat()
      void this.#endUnlessValid(stream)
    }
  }

  async #endUnlessValid(stream: EventStream): Promise<void> {
    try {
      if (!(await stream.isStillValid())) stream.end()
    } catch (error) {
      // Not known while the database is away; the next heartbeat asks again.
      if (isConnectionFailure(error)) return
      this.#logger.error('event stream ended: its session could not be checked', { error })
      stream.end()
    }
  }
}
