import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface SeenRequest {
  /** `POST /jobs/bulk/retry?dry_run=true`, below the prefix. */
  call: string
  body: unknown
  headers: IncomingMessage['headers']
}
type Answer = (request: SeenRequest, response: ServerResponse) => unknown

/**
 * A server that answers as SPEC.md says, for what the test at hand needs: a function gives the JSON to answer, or writes
 * the response itself and gives undefined. Anything else is 404.
 */
export async function startFakeServer() {
  const seen: SeenRequest[] = []
  let answers: Record<string, Answer> = {}
  const server = createServer(async (request, response) => {
    const url = new URL(request.url!, 'http://x')
    const call = `${request.method} ${url.pathname.replace('/api/v1', '')}`
    const body = await text(request)
    const entry = {
      call: call + url.search,
      body: body === '' ? undefined : JSON.parse(body),
      headers: request.headers,
    }
    seen.push(entry)
    const answer = answers[call]
    const value = answer?.(entry, response)
    if (value === undefined && answer) return
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify(value ?? { error: { code: 'NOT_FOUND', message: `There is no ${url.pathname}` } }),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    answer(next: Record<string, Answer>) {
      answers = next
      seen.length = 0
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Begins a stream of server-sent events. */
export function beginStream(response: ServerResponse): (event: string, data: unknown, id?: string) => void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(': hello\nretry: 10\n\n')
  return (event, data, id) => {
    response.write(`${id ? `id: ${id}\n` : ''}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }
}
