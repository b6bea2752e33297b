import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { http } from '../src/builtin/http.ts'
import { AbortReason, toJsonResult } from '../src/index.ts'
import { aContext } from './support/aContext.ts'
import { runHandler } from './support/runHandler.ts'

let server: Server
let base: string
let answer: (request: IncomingMessage, response: ServerResponse, body: string) => void
let received: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[]

beforeEach(async () => {
  received = []
  answer = (_, response) => response.end('ok')
  server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    received.push({ method: request.method!, url: request.url!, headers: request.headers, body })
    answer(request, response, body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

describe('http', () => {
  test('a JSON response is parsed and the result holds status, headers and duration', async () => {
    answer = (_, response) => {
      response.setHeader('content-type', 'application/json; charset=utf-8')
      response.setHeader('etag', '"1"')
      response.setHeader('set-cookie', 'session=secret')
      response.end('{"n":1}')
    }
    const result = await runHandler(http, { url: `${base}/a?b=1` })
    expect(result).toMatchObject({ status: 200, body: { n: 1 }, truncated: false })
    expect(result.headers).toMatchObject({ etag: '"1"', 'content-type': 'application/json; charset=utf-8' })
    expect(result.headers).not.toHaveProperty('set-cookie')
    expect(result.duration_ms).toBeGreaterThanOrEqual(0)
    expect(received[0]).toMatchObject({ method: 'GET', url: '/a?b=1' })
  })

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    '%s sends an object as JSON and text as it is',
    async (method) => {
      await runHandler(http, { url: base, method, body: { n: 1 }, headers: { 'x-a': 'b' } })
      await runHandler(http, { url: base, method, body: 'plain', headers: { 'content-type': 'text/x' } })
      expect(received).toMatchObject([
        { method, body: '{"n":1}', headers: { 'content-type': 'application/json', 'x-a': 'b' } },
        { method, body: 'plain', headers: { 'content-type': 'text/x' } },
      ])
    },
  )

  test.each([
    ['any text', 'not so secret', Buffer.from('not so secret')],
    ['a whsec_ key', `whsec_${Buffer.from('0123456789').toString('base64')}`, Buffer.from('0123456789')],
  ])(
    'signed with %s, the receiver finds the same signature over id, time and body',
    async (_, secret, key) => {
      await runHandler(http, { url: base, method: 'POST', body: { n: 1 }, signing_secret: secret })
      const { headers, body } = received[0]!
      const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
      expect(headers['webhook-id']).toBe(`jobu_${aContext().execution.id}`)
      expect(headers['webhook-signature']).toBe(
        `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
      )
    },
  )

  test('HEAD has no body in its result', async () => {
    expect(await runHandler(http, { url: base, method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  })

  test('an unexpected status fails with method, address without secrets, status and the start of the body', async () => {
    answer = (_, response) => {
      response.statusCode = 503
      response.end(`maintenance${'.'.repeat(1000)}`)
    }
    const url = base.replace('//', '//kim:pa55@')
    const error = await runHandler(http, { url: `${url}/x?token=s3cret&page=2`, method: 'POST' }).catch(
      (e) => e,
    )
    expect(error.code).toBe('HTTP_STATUS_UNEXPECTED')
    expect(error.message).toMatch(
      /^POST http:\/\/127\.0\.0\.1:\d+\/x\?token=\.\.\.&page=\.\.\.: status 503 Service Unavailable, expected 200-299: maintenance\.+$/,
    )
    expect(error.message).not.toMatch(/s3cret|pa55/)
    expect(error.message.length).toBeLessThan(700)
    expect(received[0]!.headers.authorization).toBe(`Basic ${btoa('kim:pa55')}`)
  })

  test.each([
    [404, [404], true],
    [404, ['400-404'], true],
    [405, ['400-404', 410], false],
    [200, [204], false],
  ])('status %i with expected_statuses %j passes: %p', async (status, expected_statuses, passes) => {
    answer = (_, response) => {
      response.statusCode = status
      response.end()
    }
    const run = runHandler(http, { url: base, expected_statuses })
    if (passes) expect((await run).status).toBe(status)
    else await expect(run).rejects.toThrow(`status ${status}`)
  })

  test('a redirect is followed, or judged itself', async () => {
    answer = (request, response) => {
      if (request.url === '/old') response.writeHead(302, { location: '/new' }).end()
      else response.end('there')
    }
    expect(await runHandler(http, { url: `${base}/old` })).toMatchObject({ status: 200, body: 'there' })
    expect(
      await runHandler(http, { url: `${base}/old`, follow_redirects: false, expected_statuses: [302] }),
    ).toMatchObject({ status: 302, headers: { location: '/new' } })
  })

  test('a longer response is cut at max_response_bytes and flagged, also one without end', async () => {
    answer = (_, response) => {
      response.setHeader('content-type', 'application/json')
      const timer = setInterval(() => response.write('x'.repeat(1024)), 1)
      response.on('close', () => clearInterval(timer))
    }
    const result = await runHandler(http, { url: base, max_response_bytes: 3000 })
    expect(result).toMatchObject({ body: 'x'.repeat(3000), truncated: true })
  })

  test('exactly max_response_bytes are not flagged', async () => {
    answer = (_, response) => response.end('12345')
    expect(await runHandler(http, { url: base, max_response_bytes: 5 })).toMatchObject({
      body: '12345',
      truncated: false,
    })
  })

  test('compression and the charset of the response are undone', async () => {
    answer = (_, response) => {
      response.setHeader('content-encoding', 'gzip')
      response.setHeader('content-type', 'text/plain; charset=euc-kr')
      response.end(gzipSync(Buffer.from([0xc7, 0xd1, 0xb1, 0xdb])))
    }
    expect((await runHandler(http, { url: base })).body).toBe('\uD55C\uAE00')
  })

  test.each([
    ['binary', 'application/octet-stream', Buffer.from([0, 255, 65])],
    ['JSON with a NUL escape', 'application/json', Buffer.from('{"a":"\\u0000"}')],
    ['JSON with half a pair', 'application/problem+json', Buffer.from('{"a":"\\ud83d"}')],
    ['broken JSON', 'application/json', Buffer.from('{"a":')],
    ['a character cut in two', 'text/plain; charset=nonsense', Buffer.from([0x61, 0xed, 0x95])],
  ])('a response that is %s still gives a result that can be stored', async (_, contentType, bytes) => {
    answer = (_, response) => {
      response.setHeader('content-type', contentType)
      response.end(bytes)
    }
    const result = await runHandler(http, { url: base })
    expect(typeof result.body).toBe('string')
    expect(() => toJsonResult(result)).not.toThrow()
  })

  test('a refused connection, a name nobody knows and a cut connection say what happened and keep the cause', async () => {
    const cutter = createTcpServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => cutter.listen(0, '127.0.0.1', resolve))
    const { port } = cutter.address() as AddressInfo
    const cut = await runHandler(http, { url: `http://127.0.0.1:${port}/` }).catch((e) => e)
    await new Promise((resolve) => cutter.close(resolve))
    const refused = await runHandler(http, { url: `http://127.0.0.1:${port}/` }).catch((e) => e)
    const unknown = await runHandler(http, { url: 'http://nobody.invalid/x?key=1' }).catch((e) => e)
    expect(cut.message).toMatch(/^GET http:\/\/127\.0\.0\.1:\d+\/: .*(UND_ERR_SOCKET|ECONNRESET)/)
    expect(refused.message).toContain(`connect ECONNREFUSED 127.0.0.1:${port}`)
    expect(unknown.message).toMatch(
      /^GET http:\/\/nobody\.invalid\/x\?key=\.\.\.: getaddrinfo (ENOTFOUND|EAI_AGAIN) nobody\.invalid$/,
    )
    for (const error of [cut, refused, unknown]) {
      expect(error.code).toBe('HTTP_REQUEST_FAILED')
      expect(error.cause.cause).toBeDefined()
    }
  })

  test.each([
    ['before the headers', () => {}],
    ['within the body', (_: IncomingMessage, response: ServerResponse) => response.write('x')],
  ])('an abort %s ends the request with the reason', async (_, begin) => {
    const controller = new AbortController()
    const reason = new AbortReason('TIMEOUT', 'timed out after 1 s')
    const closed = new Promise((resolve) => {
      answer = (request, response) => {
        request.socket.on('close', resolve)
        begin(request, response)
        setImmediate(() => controller.abort(reason))
      }
    })
    await expect(runHandler(http, { url: base }, aContext({ signal: controller.signal }))).rejects.toBe(
      reason,
    )
    await closed
  })

  test.each([
    ['a file address', { url: 'file:///etc/passwd' }, 'url'],
    ['no address', {}, 'url'],
    ['a body with GET', { url: 'http://a', body: 'x' }, 'body'],
    ['a header of two lines', { url: 'http://a', headers: { a: 'b\r\nc: d' } }, 'headers.a'],
    ['a status that is none', { url: 'http://a', expected_statuses: [99] }, 'expected_statuses.0'],
    ['a misspelt field', { url: 'http://a', expected_status: [200] }, 'expected_status'],
  ])('%s is refused by the schema', async (_, params, field) => {
    await expect(runHandler(http, params)).rejects.toThrow(field)
  })
})
