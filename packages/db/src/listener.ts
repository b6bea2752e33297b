import pg from 'pg'
import { clientConfig, type DatabaseConfig } from './database.ts'

export interface ListenerOptions {
  channels: string[]
  applicationName: string
  onNotify(channel: string, payload: string): void
  /** After each (re)connection: notifications may have been missed, so look for work. */
  onConnect(): void
  onDisconnect(error: Error): void
}

const RECONNECT_PAUSE_MS = 500
/** How often a silent connection is probed: a half-open one would look healthy for ever. */
const PROBE_INTERVAL_MS = 15_000
const PROBE_TIMEOUT_MS = 5_000

/** One connection that LISTENs and comes back by itself. NOTIFY only shortens waits; polling stays the promise. */
export class Listener {
  readonly #config: DatabaseConfig
  readonly #options: ListenerOptions
  #client: pg.Client | undefined
  #timer: NodeJS.Timeout | undefined
  #isClosed = false
  #isListening = false

  constructor(config: DatabaseConfig, options: ListenerOptions) {
    this.#config = config
    this.#options = options
    void this.#connect()
  }

  get isListening(): boolean {
    return this.#isListening
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#isListening = false
    clearTimeout(this.#timer)
    await this.#client?.end().catch(() => {})
  }

  async #connect(): Promise<void> {
    const client = new pg.Client(
      clientConfig(this.#config, { applicationName: this.#options.applicationName }),
    )
    this.#client = client
    let isLost = false
    const lose = (error: Error) => {
      if (isLost) return
      isLost = true
      this.#isListening = false
      clearTimeout(this.#timer)
      client.end().catch(() => {})
      if (this.#isClosed) return
      this.#options.onDisconnect(error)
      this.#timer = setTimeout(() => void this.#connect(), RECONNECT_PAUSE_MS)
    }
    client.on('error', lose)
    client.on('end', () => lose(new Error('connection ended')))
    client.on('notification', ({ channel, payload }) => this.#options.onNotify(channel, payload ?? ''))
    try {
      await client.connect()
      for (const channel of this.#options.channels)
        await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`)
    } catch (error) {
      lose(error as Error)
      return
    }
    if (this.#isClosed || isLost) return
    this.#isListening = true
    this.#options.onConnect()
    this.#probe(client, lose)
  }

  #probe(client: pg.Client, lose: (error: Error) => void): void {
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(() => lose(new Error('connection does not answer')), PROBE_TIMEOUT_MS)
      client.query('SELECT 1').then(() => {
        clearTimeout(this.#timer)
        this.#probe(client, lose)
      }, lose)
    }, PROBE_INTERVAL_MS)
  }
}
