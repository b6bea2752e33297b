import { get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { TOKEN } from './startTestApp.ts'

export interface ReceivedEvent {
  /** The last event id after this event, as a browser would send it. */
  lastEventId: string
  event: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  data: any
}

/** A client of server-sent events that reads as the standard says. */
export class EventClient {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly events: ReceivedEvent[] = []
  readonly comments: string[] = []
  readonly closed: Promise<void>
  lastEventId = ''
  retry: number | undefined
  text = ''
  readonly #response: IncomingMessage
  #check: () => void = () => {}

  private constructor(response: IncomingMessage) {
    this.#response = response
    this.status = response.statusCode!
    this.headers = response.headers
    this.closed = new Promise((resolve) => response.on('close', () => resolve()))
    response.on('error', () => {})
    response.setEncoding('utf8')
    let rest = ''
    response.on('data', (chunk: string) => {
      this.text += chunk
      const blocks = (rest + chunk).split('\n\n')
      rest = blocks.pop()!
      for (const block of blocks) this.#read(block)
      this.#check()
    })
  }

  static async open(
    app: { server: { address(): unknown } },
    path: string,
    headers: Record<string, string> = {},
  ): Promise<EventClient> {
    const { port } = app.server.address() as AddressInfo
    return new Promise((resolve, reject) => {
      get(
        {
          port,
          path: `/api/v1${path}`,
          headers: { Authorization: `Bearer ${TOKEN}`, Accept: 'text/event-stream', ...headers },
          agent: false,
        },
        (response) => resolve(new EventClient(response)),
      ).on('error', reject)
    })
  }

  /** Whether the server ended the answer, rather than cut the connection. */
  get isComplete(): boolean {
    return this.#response.complete
  }

  /** Resolves once `isThere`, asked after everything that arrives. */
  async until(isThere: () => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#check = () => {
        if (isThere()) resolve()
      }
      this.#check()
    })
  }

  /** The first event that fits, which may have arrived already. */
  async event(name: string, fits: (data: ReceivedEvent['data']) => boolean = () => true) {
    const find = () => this.events.find((one) => one.event === name && fits(one.data))
    await this.until(() => find() !== undefined)
    return find()!
  }

  /** Resolves once another one has come. */
  async heartbeat(): Promise<void> {
    const { length } = this.comments
    await this.until(() => this.comments.length > length)
  }

  pause(): void {
    this.#response.pause()
  }

  resume(): void {
    this.#response.resume()
  }

  close(): void {
    this.#response.destroy()
  }

  #read(block: string): void {
    let event = 'message'
    let data = ''
    for (const line of block.split('\n')) {
      const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line)!
      if (field === '') this.comments.push(value!)
      else if (field === 'id') this.lastEventId = value!
      else if (field === 'event') event = value!
      else if (field === 'data') data += value
      else if (field === 'retry') this.retry = Number(value)
    }
    if (data !== '') this.events.push({ lastEventId: this.lastEventId, event, data: JSON.parse(data) })
  }
}
