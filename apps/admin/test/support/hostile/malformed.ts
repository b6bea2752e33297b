import { randomBytes } from 'node:crypto'
import { INJECTIONS } from './values.ts'

/** What is no HTTP/1.1, or says two things at once. Each starts a connection of its own, and is all of it. */
export function malformedRequests(token: string): Buffer[] {
  const authorization = `Authorization: Bearer ${token}\r\n`
  const post = (headers: string, body = '') =>
    `POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\n${authorization}Content-Type: application/json\r\n${headers}\r\n${body}`
  const job = '{"type":"echo"}'
  const texts = [
    // Request lines.
    'GET\r\n\r\n',
    'GET /\r\n\r\n',
    'GET / HTTP/9.9\r\nHost: x\r\n\r\n',
    'GET / HTTP/1.1 x\r\nHost: x\r\n\r\n',
    'GET  / HTTP/1.1\r\nHost: x\r\n\r\n',
    'get / HTTP/1.1\r\nHost: x\r\n\r\n',
    'FOO / HTTP/1.1\r\nHost: x\r\n\r\n',
    'CONNECT 127.0.0.1:5432 HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /\u0000 HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /a b HTTP/1.1\r\nHost: x\r\n\r\n',
    `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    `GET /?${'a=1&'.repeat(10_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    '\r\n'.repeat(1_000),
    ' ',
    '\u0000'.repeat(100),
    'GET / HTTP/1.1',
    // Headers.
    'GET / HTTP/1.1\r\nHost: x\r\nBad Name: 1\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\n: 1\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\nNoColon\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\n folded: 1\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\nA: b\u0000c\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n',
    `GET / HTTP/1.1\r\nHost: x\r\nA: ${'b'.repeat(20_000)}\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: x\r\n${'A: b\r\n'.repeat(5_000)}\r\n`,
    // Two answers to where a body ends: what one program reads as a body, another reads as a request.
    post('Content-Length: 15\r\nContent-Length: 0\r\n', job),
    post('Content-Length: 15\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${job}`),
    post('Transfer-Encoding: identity\r\n', job),
    post('Transfer-Encoding: chunked, identity\r\n', job),
    post('Transfer-Encoding: xchunked\r\n', job),
    post('Transfer-Encoding : chunked\r\n', `f\r\n${job}\r\n0\r\n\r\n`),
    post('Content-Length: -1\r\n', job),
    post('Content-Length: 0x0f\r\n', job),
    post('Content-Length: 15, 15\r\n', job),
    post('Content-Length: 99999999999999999999999\r\n', job),
    // Bodies that break off, or have no end.
    post('Content-Length: 100\r\n', job),
    post('Transfer-Encoding: chunked\r\n', `f\r\n${job}`),
    post('Transfer-Encoding: chunked\r\n', `f\r\n${job}\r\n`),
    post('Transfer-Encoding: chunked\r\n', 'ZZ\r\n'),
    post('Transfer-Encoding: chunked\r\n', '-1\r\n\r\n'),
    post('Transfer-Encoding: chunked\r\n', 'FFFFFFFFFFFFFFFFFF\r\n'),
    post('Transfer-Encoding: chunked\r\n', `f\n${job}\n0\n\n`),
    post('Transfer-Encoding: chunked\r\n', `f;${'x'.repeat(20_000)}\r\n${job}\r\n0\r\n\r\n`),
    ...INJECTIONS.map((text) => `${text} / HTTP/1.1\r\nHost: x\r\n\r\n`),
  ]
  const binary = [
    // The first bytes of TLS, of SSH and of PostgreSQL's protocol.
    Buffer.from('16030100c8010000c40303', 'hex'),
    Buffer.from('SSH-2.0-x\r\n'),
    Buffer.from('0000000804d2162f', 'hex'),
    randomBytes(2_000),
  ]
  return [...texts.map((text) => Buffer.from(text)), ...binary]
}
