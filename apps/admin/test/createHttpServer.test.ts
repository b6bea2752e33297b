import { once } from 'node:events'
import type { RequestListener, Server } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { createHttpServer } from '../src/http/createHttpServer.ts'

/** Short enough for a test, and far enough apart to tell which of them it was. */
const LIMITS = { headersTimeoutMs: 150, requestTimeoutMs: 400, checkIntervalMs: 50 }
/** For what is not about them. */
const LONG = { headersTimeoutMs: 600_000, requestTimeoutMs: 600_000, checkIntervalMs: 50 }

let server: Server | undefined
afterEach(() => server?.close())

async function listen(listener: RequestListener, limits = LIMITS): Promise<number> {
  server = createHttpServer(listener, limits).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** What a client is told that sends this much and then keeps quiet, until the server closes the connection. */
async function send(port: number, text: string, drip?: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.on('error', () => {})
  socket.write(text)
  const dripping = drip ? setInterval(() => socket.write(drip), 20) : undefined
  await once(socket, 'close')
  clearInterval(dripping)
  return Buffer.concat(chunks).toString()
}

const ok: RequestListener = (request, response) => {
  request.resume()
  request.on('end', () => response.end('whole'))
}
const error = (code: string) =>
  expect.stringMatching(new RegExp(`\\{"error":\\{"code":"${code}","message":".+","details":\\[\\]\\}\\}$`))

test.each([
  ['a request line that does not end', 'GET /', undefined],
  ['headers that come a byte at a time', 'GET / HTTP/1.1\r\nHost: x\r\nA: ', 'b'],
  ['a body that does not come', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n', undefined],
  ['a body that comes a byte at a time', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n', 'b'],
  ['chunks without end', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\nb\r\n'],
])('%s: the client is told, and dropped', async (_what, text, drip) => {
  const answer = await send(await listen(ok), text, drip)
  expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
  expect(answer).toEqual(error('REQUEST_TIMEOUT'))
})

test.each([
  ['no HTTP', 'hello\r\n\r\n', 400, 'REQUEST_MALFORMED'],
  [
    'two lengths',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    400,
    'REQUEST_MALFORMED',
  ],
  [
    'headers beyond 16 KiB',
    `GET / HTTP/1.1\r\nHost: x\r\nA: ${'b'.repeat(20_000)}\r\n\r\n`,
    431,
    'HEADERS_TOO_LARGE',
  ],
])('%s is refused in the form of every error', async (_what, text, status, code) => {
  const answer = await send(await listen(ok, LONG), text)
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  expect(answer).toEqual(error(code))
})

test('nothing is written into an answer under way', async () => {
  const port = await listen((_request, response) => {
    response.write('begun')
    server!.headersTimeout = LIMITS.headersTimeoutMs
    server!.requestTimeout = LIMITS.requestTimeoutMs
  }, LONG)
  const answer = await send(port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n')
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK/)
  expect(answer).not.toContain('REQUEST_TIMEOUT')
})

test('an expectation that nobody knows does not keep a request from its answer', async () => {
  const answer = await send(
    await listen(ok, LONG),
    'GET / HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\nConnection: close\r\n\r\n',
  )
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK/)
})
