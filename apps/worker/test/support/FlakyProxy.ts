import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** One connection through the proxy, by the application name of its startup message. */
interface Passage {
  applicationName: string
  client: Socket
  server: Socket
  isMute: boolean
}

/** What becomes of a message to the server: `cut` lets the server do it, and breaks the connection instead of answering. */
export type Verdict = 'pass' | 'cut'

/** Stands between a worker and PostgreSQL, and breaks what passes where a test wants it broken. */
export class FlakyProxy {
  readonly url: string
  /** Asked for every message of a client. */
  onRequest: (applicationName: string, message: Buffer) => Verdict = () => 'pass'
  readonly #server: Server
  readonly #passages = new Set<Passage>()
  #isRefusing = false

  private constructor(server: Server, target: URL) {
    this.#server = server
    const url = new URL(target)
    url.hostname = '127.0.0.1'
    url.port = String((server.address() as AddressInfo).port)
    this.url = url.href
  }

  static async open(url: string): Promise<FlakyProxy> {
    const target = new URL(url)
    let proxy: FlakyProxy | undefined
    const server = createServer((client) => proxy!.#accept(client, target))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    proxy = new FlakyProxy(server, target)
    return proxy
  }

  /** Connections of these applications go silent in both directions, but stay open. */
  mute(isMeant: (applicationName: string) => boolean): void {
    for (const passage of this.#passages) if (isMeant(passage.applicationName)) passage.isMute = true
  }

  /** Breaks every connection and lets none in, as a server that is down. */
  refuse(isRefusing: boolean): void {
    this.#isRefusing = isRefusing
    if (isRefusing) this.#breakAll()
  }

  async close(): Promise<void> {
    this.#breakAll()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #breakAll(): void {
    for (const { client, server } of this.#passages) {
      client.destroy()
      server.destroy()
    }
  }

  #accept(client: Socket, target: URL): void {
    if (this.#isRefusing) {
      client.on('error', () => {}).destroy()
      return
    }
    const server = connect(Number(target.port), target.hostname)
    const passage: Passage = { applicationName: '', client, server, isMute: false }
    this.#passages.add(passage)
    let isCut = false
    const end = () => {
      this.#passages.delete(passage)
      client.destroy()
      server.destroy()
    }
    for (const socket of [client, server]) socket.on('error', () => {}).on('close', end)
    client.on('data', (message: Buffer) => {
      passage.applicationName ||= /application_name\0([^\0]*)/.exec(message.toString('latin1'))?.[1] ?? ''
      if (passage.isMute) return
      if (this.onRequest(passage.applicationName, message) === 'cut') isCut = true
      server.write(message)
    })
    server.on('data', (answer) => {
      if (isCut) end()
      else if (!passage.isMute) client.write(answer)
    })
  }
}
