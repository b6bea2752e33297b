import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { z } from 'zod'
import { type Endpoint, endpoint, Reply } from '../src/http/endpoint.ts'
import { mount } from '../src/http/mount.ts'
import { sendError } from '../src/http/sendError.ts'
import { buildDocument } from '../src/openapi/buildDocument.ts'
import { DocumentCheck } from './support/documentCheck.ts'

const thing = z.object({ id: z.int(), name: z.string(), made_at: z.date() }).meta({ id: 'Thing' })
const given = { id: 1, name: 'x', made_at: new Date() }
const logger = { error() {}, warn() {} } as never

/** What the check says once a request was answered by endpoints of which `answers` is what they really do. */
async function check(endpoints: Endpoint[], path: string, init: RequestInit = {}): Promise<string> {
  const app = express()
  app.locals.openapi = () => buildDocument(endpoints, { version: '1' })
  app.use((_request, response, next) => {
    response.set('X-Request-Id', '1').removeHeader('X-Powered-By')
    next()
  })
  app.use(
    '/api/v1',
    mount(endpoints, {
      authenticate: (_q, _s, next) => next(),
      readBody: [express.json()],
      readPublicBody: [express.json()],
    }),
  )
  app.use(sendError(logger))
  const server = app.disable('etag').listen(0)
  await once(server, 'listening')
  const watched = DocumentCheck.watch(server, app)
  const { port } = server.address() as AddressInfo
  const headers = { 'Content-Type': 'application/json' }
  await (await fetch(`http://127.0.0.1:${port}/api/v1${path}`, { headers, ...init })).text()
  await new Promise((resolve) => server.close(resolve))
  try {
    watched.throwViolations()
    return 'nothing'
  } catch (error) {
    return (error as Error).message
  }
}

/** An endpoint that answers `value`, whatever its schema says. */
const answering = (value: unknown, more: object = {}) =>
  endpoint({
    method: 'get',
    path: '/things/:id',
    tag: 'things',
    role: null,
    summary: 'x',
    answer: thing,
    run: async () => value,
    ...more,
  } as never)

const listing = (items: unknown[]) =>
  answering(
    { items, total: 1 },
    {
      path: '/things',
      query: z.strictObject({ fields: z.string().optional() }),
      answer: z.object({ items: z.array(thing), total: z.int() }).meta({ id: 'Things' }),
    },
  )

test('an answer that is as documented passes', async () => {
  expect(await check([answering(given)], '/things/1')).toBe('nothing')
  expect(await check([answering(given)], '/things/x')).toBe('nothing')
  expect(await check([answering(given)], '/nothing')).toMatch(
    /the document has no|must have required|must be object/,
  )
})

test.each([
  ['a field more', { ...given, secret: 1 }, /must NOT have additional properties .*secret/],
  ['a field less', { id: 1, name: 'x' }, /must have required property 'made_at'/],
  ['another type', { ...given, id: '1' }, /\/id must be integer/],
  ['an instant that is none', { ...given, made_at: 'yesterday' }, /made_at must match format "date-time"/],
  ['another status', new Reply(given, { status: 202 }), /getThing has no such status in the document, only/],
  [
    'a header more',
    new Reply(given, { headers: { 'X-Extra': '1' } }),
    /the header x-extra is not in the document/,
  ],
])('%s is found', async (_what, value, message) => {
  expect(await check([answering(value)], '/things/1')).toMatch(message)
})

test('what was made says where it is', async () => {
  const making = (value: unknown) => [answering(value, { method: 'post', path: '/things', status: 201 })]
  expect(await check(making(given), '/things', { method: 'POST' })).toMatch(/the header location is missing/)
  const placed = new Reply(given, { location: '/things/1' })
  expect(await check(making(placed), '/things', { method: 'POST' })).toBe('nothing')
})

test('with fields only those that were asked for may come', async () => {
  expect(await check([listing([{ id: 1 }])], '/things')).toMatch(/must have required property/)
  expect(await check([listing([{ id: 1 }])], '/things?fields=id')).toBe('nothing')
  expect(await check([listing([{ id: 1, name: 'x' }])], '/things?fields=id')).toMatch(
    /name is not one of the fields asked for/,
  )
  expect(await check([listing([{ id: 'x' }])], '/things?fields=id')).toMatch(/\/id must be integer/)
})

test('a request that is accepted has to be one that the document has', async () => {
  const loose = z
    .object({ size: z.int() })
    .meta({ override: { properties: { size: { type: 'integer', maximum: 3 } } } })
  const endpoints = [answering(new Reply(given), { method: 'put', body: loose })]
  const put = (size: number) =>
    check(endpoints, '/things/1', { method: 'PUT', body: JSON.stringify({ size }) })
  expect(await put(3)).toBe('nothing')
  expect(await put(4)).toMatch(/accepted what the document refuses, \/size must be <= 3/)

  const query = z.strictObject({
    kind: z
      .string()
      .optional()
      .meta({ override: { enum: ['a', 'b'] } }),
  })
  const get = [answering(given, { query })]
  expect(await check(get, '/things/1?kind=a')).toBe('nothing')
  expect(await check(get, '/things/1?kind=c')).toMatch(/the parameter kind: it must be equal to one of/)
})
