import { brotliCompressSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { type Draw, pick, text } from './draw.ts'
import type { Operation, Schema } from './operations.ts'
import { bytesOf, chunked, type Header, type RawRequest } from './rawRequest.ts'
import { BROKEN_UTF8, INJECTIONS, NO_OBJECTS, PROTOTYPE_KEYS, wrongTexts } from './values.ts'
import { wrongBody } from './wrongBody.ts'

export interface HostileRequest {
  /** What is wrong with it. */
  fault: string
  bytes: Buffer
  /** It carries no valid credentials. */
  isAnonymous: boolean
  /** False: nothing is wrong with it but its headers, and it only reads. */
  mustBeRefused: boolean
}

export interface Target {
  operation: Operation
  /** All of the document: a wrong method must not be another operation's. */
  operations: readonly Operation[]
  token: string
  /** The most that a body may have, in bytes. */
  bodyLimit: number
  /** Whether a value is what the document's schema says. */
  isValid(schema: Schema, value: unknown): boolean
  resolve(schema: Schema): Schema
}

type Fault = (target: Target, draw: Draw, request: RawRequest) => RawRequest | undefined

const METHODS = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'TRACE',
  'OPTIONS',
  'PROPFIND',
  'LINK',
  'PURGE',
  'SEARCH',
]
/** Ids of the rows that the test has made, and one that nothing has. */
const IDS = ['1', '2', '3', '999999']

const hasBody = ({ method }: Operation) => method === 'POST' || method === 'PUT' || method === 'PATCH'
const withHeader = (request: RawRequest, ...headers: Header[]): RawRequest => ({
  ...request,
  headers: [
    ...request.headers.filter(
      ([name]) => !headers.some(([other]) => other.toLowerCase() === name.toLowerCase()),
    ),
    ...headers,
  ],
})
const json = (value: unknown) => Buffer.from(JSON.stringify(value))
const unescaped = (draw: Draw, value: string) =>
  // Some come as they are, as far as a request line can hold them.
  pick(draw, [true, false, false]) && /^[!-~]+$/.test(value) && !/[&#?]/.test(value)
    ? value
    : encodeURIComponent(value)

/**
 * A request to an operation that would be accepted, but for one fault. The same draw makes the same request.
 *
 * Every fault is one that has to be refused, so nothing that is sent may change anything; those that only read may be
 * answered.
 */
export function hostileRequest(target: Target, draw: Draw): HostileRequest {
  const { operation } = target
  const applicable = Object.entries(FAULTS)
  for (let attempt = 0; ; attempt++) {
    const [fault, apply] = pick(draw, applicable)
    const made = apply(target, draw, acceptable(target, draw))
    if (!made && attempt < 100) continue
    if (!made) throw new Error(`no fault can be made for ${operation.id}`)
    const isAnonymous = !made.headers.some(([name, value]) => isToken(name, value, target.token))
    return { fault, bytes: bytesOf(made), isAnonymous, mustBeRefused: fault !== 'headers' || isAnonymous }
  }
}

const isToken = (name: string, value: string, token: string) =>
  name.toLowerCase() === 'authorization' && value === `Bearer ${token}`

/** What the operation would take: its path with values, the example of its body, the token. */
function acceptable({ operation, token }: Target, draw: Draw): RawRequest {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const parameter = operation.parameters.find((one) => one.in === 'path' && one.name === name)
    const isId = (parameter?.schema as Schema | undefined)?.type === 'integer'
    return isId ? pick(draw, IDS) : encodeURIComponent(String(parameter?.example ?? 'echo'))
  })
  return {
    method: operation.method,
    target: `${pick(draw, ['/api/v1', '/api'])}${path}`,
    headers: [
      ['Authorization', `Bearer ${token}`],
      ...(hasBody(operation) ? [['Content-Type', 'application/json'] as const] : []),
    ],
    ...(hasBody(operation) ? { body: json(operation.body?.example ?? {}) } : {}),
  }
}

const FAULTS: Record<string, Fault> = {
  credentials({ operation, token }, draw, request) {
    if (operation.isPublic) return undefined
    const changed = `${token.slice(0, -1)}${token.endsWith('a') ? 'b' : 'a'}`
    const basic = (words: string) => `Basic ${Buffer.from(words).toString('base64')}`
    const secret = 'A'.repeat(43)
    const headers: Header[][] = [
      [],
      ...[
        'Bearer',
        'Bearer ',
        `Bearer ${changed}`,
        `Bearer ${token} x`,
        `Bearer ${token},${token}`,
        token,
      ].map((value): Header[] => [['Authorization', value]]),
      ...[
        'Digest x',
        `Bearer jobu_${secret}`,
        basic('admin'),
        'Basic !!!',
        basic(':'),
        `Bearer ${'x'.repeat(7_000)}`,
      ].map((value): Header[] => [['Authorization', value]]),
      [['Authorization', `Bearer ${encodeURIComponent(text(draw))}`]],
      [['Cookie', `jobu_session=${secret}; __Host-jobu_session=${secret}`]],
      [['Cookie', `__proto__=1; constructor=x; jobu_session=${encodeURIComponent(text(draw))}`]],
      [['Cookie', `jobu_session=${'%00'.repeat(500)}; ${'a=b; '.repeat(1_000)}`]],
      [['Cookie', '=;;;=; jobu_session="; a']],
      [
        ['X-User-Id', 'admin'],
        ['X-Forwarded-For', '127.0.0.1'],
        ['X-Forwarded-User', 'admin'],
      ],
      [
        ['X-CSRF-Token', token],
        ['Origin', 'http://localhost'],
      ],
    ]
    const bare = { ...request, headers: request.headers.filter(([name]) => name !== 'Authorization') }
    // Passwords cost the server as much as they are meant to: fewer of them.
    if (draw(fc.nat, { max: 40 }) === 0)
      return withHeader(bare, ['Authorization', basic(`admin:${text(draw)}`)])
    return withHeader(bare, ...pick(draw, headers))
  },

  unknownParameter({ operation }, draw, request) {
    const key = pick(draw, [
      ...PROTOTYPE_KEYS,
      '__proto__',
      '__proto__[a]',
      'a[b][c]',
      '$where',
      '\0',
      text(draw),
    ])
    if (operation.parameters.some(({ name }) => name === key)) return undefined
    return {
      ...request,
      target: `${request.target}?${encodeURIComponent(key)}=${unescaped(draw, text(draw))}`,
    }
  },

  wrongParameter({ operation }, draw, request) {
    const query = operation.parameters.filter((one) => one.in === 'query')
    if (query.length === 0) return undefined
    const { name, schema } = pick(draw, query)
    const value = unescaped(draw, pick(draw, wrongTexts(schema as Schema)))
    return { ...request, target: `${request.target}?${name}=${value}` }
  },

  repeatedParameter({ operation }, draw, request) {
    const query = operation.parameters.filter(({ in: place, schema }) => {
      const type = (schema as Schema).type
      return place === 'query' && typeof type === 'string' && type !== 'array'
    })
    if (query.length === 0) return undefined
    const { name, schema } = pick(draw, query)
    const value = encodeURIComponent(pick(draw, wrongTexts(schema as Schema)))
    const times = pick(draw, [2, 3, 300])
    return {
      ...request,
      target: `${request.target}?${Array(times).fill(`${name}=${value}`).join('&').slice(0, 9_000)}`,
    }
  },

  path({ operation }, draw, request) {
    const places = operation.path.split('/').flatMap((part, index) => (part.startsWith('{') ? [index] : []))
    if (places.length === 0) return undefined
    const segments = request.target.split('/')
    const offset = segments.length - operation.path.split('/').length
    const value = pick(draw, [
      ...[
        '-1',
        '1.5',
        '1e3',
        '%00',
        '1%00',
        '..%2f..%2fetc%2fpasswd',
        '%2e%2e%2fcrons',
        '..;',
        '%zz',
        '%',
        '%ff%fe',
        '..',
        '.',
      ],
      ...[
        '%0d%0aX-Injected:1',
        '9007199254740993',
        '%EF%BC%91',
        'null',
        'undefined',
        '__proto__',
        'constructor',
        'NaN',
        ' ',
      ],
      ...['a'.repeat(5_000), '%u0041', '1;a=b', '1,2', '%5c..%5c', '1%2F2', '%E2%80%AE', '1%20'],
      encodeURIComponent(pick(draw, INJECTIONS)),
    ])
    segments[pick(draw, places) + offset] = value === ' ' ? '%20' : value
    return { ...request, target: segments.join('/') }
  },

  method({ operation, operations }, draw, request) {
    const method = pick(draw, METHODS)
    const isKnown = operations.some((one) => one.path === operation.path && one.method === method)
    if (isKnown || method === operation.method) return undefined
    return { ...withHeader(request, ['X-HTTP-Method-Override', operation.method]), method }
  },

  bodyText({ operation }, draw, request) {
    if (!hasBody(operation)) return undefined
    return { ...request, body: pick(draw, [...NO_OBJECTS, ...BROKEN_UTF8]) }
  },

  bodyField(target, draw, request) {
    if (!hasBody(target.operation)) return undefined
    const wrong = wrongBody(target, draw)
    return wrong === undefined ? undefined : { ...request, body: Buffer.from(wrong) }
  },

  contentType({ operation }, draw, request) {
    if (!hasBody(operation)) return undefined
    const type = pick(draw, [
      ...[
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/xml',
        '',
      ],
      ...[
        'application/json; charset=ebcdic',
        'application/jsonx',
        'application/json, text/plain',
        '*/*',
        'json',
        '/',
      ],
      ...[
        'application/json; charset=utf-16le',
        'x'.repeat(5_000),
        '../json',
        'application/__proto__',
        'toString',
      ],
    ])
    return withHeader(request, ['Content-Type', type])
  },

  encoding({ operation, bodyLimit }, draw, request) {
    if (!hasBody(operation)) return undefined
    const plain = request.body!
    const bomb = Buffer.alloc(bodyLimit * 20, '[')
    const [encoding, body] = pick(draw, [
      ['gzip', () => plain],
      ['br', () => Buffer.from('not brotli at all')],
      ['deflate', () => Buffer.from('not deflate at all')],
      ['x-zoo', () => plain],
      ['gzip, gzip', () => gzipSync(gzipSync(plain))],
      ['gzip', () => gzipSync(plain).subarray(0, -9)],
      ['gzip', () => gzipSync(bomb)],
      ['br', () => brotliCompressSync(bomb)],
      ['toString', () => plain],
    ] as const)
    return { ...withHeader(request, ['Content-Encoding', encoding]), body: body() }
  },

  tooLarge({ operation, bodyLimit }, draw, request) {
    if (!hasBody(operation)) return undefined
    const large = Buffer.concat([request.body!, Buffer.alloc(bodyLimit, ' ')])
    return pick(draw, [
      { ...request, body: large },
      {
        ...withHeader(request, ['Transfer-Encoding', 'chunked']),
        body: chunked(large.subarray(0, 1_000), large),
      },
      withHeader(request, ['Content-Length', String(bodyLimit * 1_000)]),
    ])
  },

  headers({ operation }, draw, request) {
    const headers: Header[][] = [
      ...['../../etc/passwd', '$jndi:ldap://x', 'x'.repeat(7_000), '\u00e9\u0080', '"'].map(
        (value): Header[] => [['X-Request-Id', value]],
      ),
      ...['application/xml', '*/*;q=2', ',,,', 'a/b;q=x;;', 'x'.repeat(7_000), '__proto__'].map(
        (value): Header[] => [['Accept', value]],
      ),
      [['Host', 'evil.example.com:99999']],
      [['Host', `${'a'.repeat(3_000)}:x`]],
      [['Host', '@[::1']],
      [['Origin', 'null']],
      [['Origin', 'http://evil.example.com\\@localhost']],
      [['Expect', '100-continue']],
      [['Expect', 'the impossible']],
      [
        ['Connection', 'Upgrade'],
        ['Upgrade', 'websocket'],
      ],
      [
        ['Connection', 'Upgrade, HTTP2-Settings'],
        ['Upgrade', 'h2c'],
        ['HTTP2-Settings', 'AAMAAABkAAQAAP__'],
      ],
      [['Range', 'bytes=0-99999999999999999999']],
      [['If-None-Match', '"x", '.repeat(1_500)]],
      [['If-Modified-Since', 'x']],
      [['Content-Type', 'application/json']],
      [['Last-Event-ID', text(draw).replaceAll(/[^ -~]/g, '?')]],
      [['X-HTTP-Method-Override', 'DELETE']],
      [['Forwarded', 'for=127.0.0.1;proto=https;host="\\"']],
      [
        ['X-Forwarded-For', '::ffff:999.1.1.1, , x'],
        ['X-Forwarded-Proto', 'gopher'],
        ['X-Forwarded-Host', ''],
      ],
      Array.from({ length: 300 }, (_, index): Header => [`X-${index}`, 'x'.repeat(20)]),
    ]
    const isReading = operation.method === 'GET' && !operation.isStream
    if (!isReading && operation.isPublic) return undefined
    const sent = isReading
      ? request
      : { ...request, headers: request.headers.filter(([name]) => name !== 'Authorization') }
    return withHeader(sent, ...pick(draw, headers))
  },
}
