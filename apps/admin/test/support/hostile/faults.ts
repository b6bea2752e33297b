import { brotliCompressSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { type Draw, pick, text } from './draw.ts'
import type { Target } from './hostileRequest.ts'
import { type Schema, takesBody } from './operations.ts'
import { addQuery, chunked, type Header, type RawRequest, withHeader } from './rawRequest.ts'
import { BROKEN_UTF8, INJECTIONS, NO_OBJECTS, PROTOTYPE_KEYS, wrongTexts } from './values.ts'
import { wrongBody } from './wrongBody.ts'

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
const unescaped = (draw: Draw, value: string) =>
  // Some come as they are, as far as a request line can hold them.
  pick(draw, [true, false, false]) && /^[!-~]+$/.test(value) && !/[&#?]/.test(value)
    ? value
    : encodeURIComponent(value)

/** What can be wrong with a request that would be accepted, by name; undefined where an operation has no place for it. */
export const FAULTS: Record<string, Fault> = {
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
    return addQuery(request, `${encodeURIComponent(key)}=${unescaped(draw, text(draw))}`)
  },

  wrongParameter({ operation }, draw, request) {
    const query = operation.parameters.filter((one) => one.in === 'query')
    if (query.length === 0) return undefined
    const { name, schema } = pick(draw, query)
    const value = unescaped(draw, pick(draw, wrongTexts(schema as Schema)))
    return addQuery(request, `${name}=${value}`)
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
    return addQuery(request, Array(times).fill(`${name}=${value}`).join('&').slice(0, 9_000))
  },

  path({ operation }, draw, request) {
    const places = operation.path.split('/').flatMap((part, index) => (part.startsWith('{') ? [index] : []))
    if (places.length === 0) return undefined
    const [path = '', query] = request.target.split('?')
    const segments = path.split('/')
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
    return { ...request, target: [segments.join('/'), ...(query ? [query] : [])].join('?') }
  },

  method({ operation, operations }, draw, request) {
    const method = pick(draw, METHODS)
    const isKnown = operations.some((one) => one.path === operation.path && one.method === method)
    if (isKnown || method === operation.method) return undefined
    return { ...withHeader(request, ['X-HTTP-Method-Override', operation.method]), method }
  },

  bodyText({ operation }, draw, request) {
    if (!takesBody(operation)) return undefined
    return { ...request, body: pick(draw, [...NO_OBJECTS, ...BROKEN_UTF8]) }
  },

  bodyField(target, draw, request) {
    if (!takesBody(target.operation)) return undefined
    const wrong = wrongBody(target, draw)
    return wrong === undefined ? undefined : { ...request, body: Buffer.from(wrong) }
  },

  contentType({ operation }, draw, request) {
    if (!takesBody(operation)) return undefined
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
    if (!takesBody(operation)) return undefined
    const plain = request.body!
    const bomb = () => Buffer.alloc(bodyLimit * 20, '[')
    const [encoding, body] = pick(draw, [
      ['gzip', () => plain],
      ['br', () => Buffer.from('not brotli at all')],
      ['deflate', () => Buffer.from('not deflate at all')],
      ['x-zoo', () => plain],
      ['gzip, gzip', () => gzipSync(gzipSync(plain))],
      ['gzip', () => gzipSync(plain).subarray(0, -9)],
      ['gzip', () => gzipSync(bomb())],
      ['br', () => brotliCompressSync(bomb())],
      ['toString', () => plain],
    ] as const)
    return { ...withHeader(request, ['Content-Encoding', encoding]), body: body() }
  },

  tooLarge({ operation, bodyLimit }, draw, request) {
    if (!takesBody(operation)) return undefined
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
