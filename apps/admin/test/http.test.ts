import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { Database } from '@jobu/db'
import { createLogger, type Logger } from '@jobu/runtime'
import supertest from 'supertest'
import { until } from '../../../test/support/until.ts'
import { adminSchema, buildApp, EventHub } from '../src/index.ts'
import { DocumentCheck } from './support/documentCheck.ts'
import { PASSWORD, startTestApp, type TestApp, TOKEN } from './support/startTestApp.ts'

interface Line {
  level: string
  message: string
  [field: string]: unknown
}

const lines: Line[] = []
const record =
  (level: string) =>
  (message: string, fields: object = {}) =>
    lines.push({ level, message, ...fields })
const logger = {
  info: record('info'),
  warn: record('warn'),
  error: record('error'),
  log: (level: string, message: string, fields: object) => record(level)(message, fields),
} as unknown as Logger

let app: TestApp

beforeAll(async () => {
  app = await startTestApp({ logger, config: { body_limit_bytes: 20_000 } })
})
afterAll(() => app.stop())
beforeEach(() => {
  lines.length = 0
})

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

describe('health', () => {
  test.each(['/health', '/api/health', '/api/v1/health'])('%s needs no credentials', async (path) => {
    const body = await until('an answer in time', async () => {
      const response = await app.anonymous.get(path)
      return response.status === 200 && response.body
    })
    expect(body).toEqual({ status: 'healthy', database: 'connected', version: '1.0.0' })
  })

  test('a database that is away is 503 here and DATABASE_UNAVAILABLE elsewhere', async () => {
    const away = appOn('postgres://postgres@127.0.0.1:1/none')
    const { body } = await away.api.get('/health').expect(503)
    expect(body).toEqual({ status: 'unhealthy', database: 'disconnected', version: '1.0.0' })
    for (const path of ['/api/v1/crons', '/api/v1/jobs/1']) {
      const answer = await away.api.get(path).set('Authorization', `Bearer ${TOKEN}`).expect(503)
      expect(answer.body.error).toMatchObject({ code: 'DATABASE_UNAVAILABLE', details: [] })
      expect(answer.headers['retry-after']).toBe('5')
    }
    const post = await away.api
      .post('/api/v1/jobs')
      .set('Authorization', `Bearer ${TOKEN}`)
      .send({ type: 'echo' })
    expect(post.status).toBe(503)
    await away.close()
  })

  test('a database that does not answer is 503 within its bound', async () => {
    const sockets: net.Socket[] = []
    let givenUp = 0
    const silent = net
      .createServer((socket) => {
        sockets.push(socket)
        socket.resume().on('close', () => givenUp++)
      })
      .listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const away = appOn(`postgres://postgres@127.0.0.1:${(silent.address() as AddressInfo).port}/none`)
    try {
      await away.api.get('/health').expect(503)
      // It has answered while its connections are still waited for: those are given up after ten seconds.
      expect(sockets.length).toBeGreaterThan(0)
      expect(givenUp).toBe(0)
    } finally {
      for (const socket of sockets) socket.destroy()
      silent.close()
      await away.close()
    }
  })
})

describe('access', () => {
  test.each(['/api/v1/crons', '/api/v1/jobs/1', '/api/nothing', '/', '/crons'])(
    '%s wants credentials and says which',
    async (path) => {
      const response = await app.anonymous.get(path).expect(401)
      expect(response.headers['www-authenticate']).toMatch(/Bearer realm="jobu".*Basic realm="jobu"/)
      expect(response.body.error).toEqual({ code: 'UNAUTHORIZED', message: expect.any(String), details: [] })
    },
  )

  test.each([`Bearer ${TOKEN}`, `bearer  ${TOKEN}`, basic(`admin:${PASSWORD}`)])(
    '%s is let in',
    async (authorization) => {
      await app.anonymous.get('/api/v1/crons').set('Authorization', authorization).expect(200)
    },
  )

  test.each([
    'Bearer',
    'Bearer ',
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN} x`,
    TOKEN,
    'Basic !!!',
    basic('admin'),
    basic('admin:'),
    basic(`admin:${PASSWORD} `),
    basic(`root:${PASSWORD}`),
    basic(`:${PASSWORD}`),
    'Digest x',
  ])('%s is not', async (authorization) => {
    await app.anonymous.get('/api/v1/crons').set('Authorization', authorization).expect(401)
  })

  test.each([
    ['Sec-Fetch-Mode', 'cors'],
    ['User-Agent', 'Mozilla/5.0'],
  ])('a browser, known by %s, is not made to ask for a password', async (header, value) => {
    const response = await app.anonymous.get('/api/v1/crons').set(header, value).expect(401)
    expect(response.headers['www-authenticate']).toBe('Bearer realm="jobu"')
  })

  test('credentials are asked for before the body is looked at', async () => {
    await app.anonymous.post('/api/v1/jobs').set('Content-Type', 'application/json').send('{').expect(401)
  })
})

describe('errors', () => {
  const post = (body: string, type = 'application/json') =>
    app.api.post('/jobs').set('Content-Type', type).send(body)

  test('malformed JSON is 400', async () => {
    const { body } = await post('{"type": "echo"').expect(400)
    expect(body.error).toMatchObject({ code: 'REQUEST_MALFORMED', details: [] })
    await post('').expect(400)
  })

  test.each(['[]', 'null', '"x"', '5', 'true'])('a body that is %s is 400', async (text) => {
    const { body } = await post(text).expect(400)
    expect(body.error.details[0].field).toBe('body')
  })

  test('another content type is 415, none needs no body', async () => {
    const { body } = await post('type=echo', 'application/x-www-form-urlencoded').expect(415)
    expect(body.error.code).toBe('UNSUPPORTED_MEDIA_TYPE')
    await post('{"type":"echo"}', 'text/plain').expect(415)
    await post('{"type":"echo"}', 'application/json; charset=utf-8').expect(201)
    await post('{"type":"echo"}', 'application/json; charset=ebcdic').expect(415)
    await app.api.post('/jobs/999999/retry').set('Content-Length', '0').expect(404)
  })

  test('a body that is too large is 413, also when it is compressed', async () => {
    const large = JSON.stringify({ type: 'echo', params: { text: 'x'.repeat(30_000) } })
    const { body } = await post(large).expect(413)
    expect(body.error).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', message: expect.stringContaining('20000') })
    const bomb = app.api.post('/jobs').set('Content-Type', 'application/json').set('Content-Encoding', 'gzip')
    bomb.serialize((text) => text)
    bomb.write(gzipSync(large))
    expect((await bomb).status).toBe(413)
    await app.api
      .post('/jobs')
      .set('Content-Type', 'application/json')
      .set('Content-Encoding', 'x-zoo')
      .send('{}')
      .expect(415)
  })

  test('broken UTF-8 is 400', async () => {
    const request = app.api.post('/jobs').set('Content-Type', 'application/json')
    request.serialize((text) => text)
    request.write(
      Buffer.concat([Buffer.from('{"type":"echo","params":{"a":"'), Buffer.from([0xff]), Buffer.from('"}}')]),
    )
    const { status, body } = await request
    expect(status).toBe(400)
    expect(body.error.message).toMatch(/UTF-8/)
  })

  test.each([
    ['{"type":"echo","params":{"a":"x\\u0000"}}', 'params.a', /NUL/],
    ['{"type":"echo","params":{"a\\u0000":1}}', 'params', /NUL/],
    ['{"type":"echo","params":{"a":["x","\\ud800"]}}', 'params.a[1]', /surrogate/],
    ['{"type":"ec\\u0000ho"}', 'type', /NUL/],
    ['{"type":"echo","params":{"__proto__":{"a":1}}}', 'params', /__proto__/],
    ['{"type":"echo","__proto__":{"a":1}}', 'body', /__proto__/],
    ['{"type":"echo","params":{"a":1e400}}', 'params.a', /out of range/],
    ['{"type":"echo","params":{"a":12345678901234567890}}', 'params.a', /lose digits/],
    [`{"type":"echo","params":{"a":${'['.repeat(600)}${']'.repeat(600)}}}`, /^params\.a\[0\]/, /nested/],
    [`${'['.repeat(9_000)}${']'.repeat(9_000)}`, /^\[0\]/, /nested/],
  ])('refuses %.60s', async (text, field, message) => {
    const { body } = await post(text).expect(400)
    expect(body.error).toMatchObject({ code: 'VALIDATION_FAILED' })
    expect(body.error.details[0]).toMatchObject({ message: expect.stringMatching(message) })
    expect(body.error.details[0].field).toEqual(
      typeof field === 'string' ? field : expect.stringMatching(field),
    )
  })

  test('harmless names of prototypes are data', async () => {
    const text = '{"type":"echo","params":{"constructor":{"prototype":1},"toString":"x","hasOwnProperty":0}}'
    const { body } = await post(text).expect(201)
    expect(body.params).toEqual({ constructor: { prototype: 1 }, toString: 'x', hasOwnProperty: 0 })
    const unknown = await post('{"type":"echo","constructor":1}').expect(400)
    expect(unknown.body.error.details[0].field).toBe('constructor')
    await post('{"type":"constructor"}').expect(400)
  })

  test('an unknown route is 404, an unknown method 405 with those that are', async () => {
    for (const path of ['/nothing', '/crons/1/nothing', '/jobs/1/2/3']) {
      const { body } = await app.api.get(path).expect(404)
      expect(body.error.code).toBe('NOT_FOUND')
    }
    const response = await app.api.put('/crons').send({}).expect(405)
    expect(response.headers.allow).toBe('GET, POST')
    expect(response.body.error.code).toBe('METHOD_NOT_ALLOWED')
    await app.anonymous.post('/health').expect(405)
  })

  test('a path that cannot be decoded is 400', async () => {
    const { body } = await app.api.get('/crons/%zz').expect(400)
    expect(body.error.code).toBe('REQUEST_MALFORMED')
  })

  test('what nobody expected is a bare 500 with the request id, and a full log entry', async () => {
    await app.database.query('ALTER TABLE cron_jobs RENAME TO hidden')
    const response = await app.api.get('/crons').expect(500)
    await app.database.query('ALTER TABLE hidden RENAME TO cron_jobs')
    const requestId = response.headers['x-request-id']
    expect(response.body).toEqual({
      error: { code: 'INTERNAL_ERROR', message: `Internal error; request id ${requestId}`, details: [] },
    })
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'request failed',
        requestId,
        error: expect.objectContaining({ message: expect.stringContaining('cron_jobs') }),
      }),
    )
  })

  test("an unexpected error's log entry holds no params", async () => {
    await app.database.query('ALTER TABLE cron_jobs DROP COLUMN owner')
    const cron = { name: 'x', cron_expression: '0 0 * * *', handler_name: 'echo' }
    await app.api
      .post('/crons')
      .send({ ...cron, handler_params: { key: 'hunter2' } })
      .expect(500)
    await app.database.query('ALTER TABLE cron_jobs ADD COLUMN owner text')
    const [line] = lines.filter((one) => one.message === 'request failed')
    const error = line!.error as Error
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain('hunter2')
  })
})

describe('requests', () => {
  test('are named and logged, without query, body or credentials', async () => {
    const response = await app.api.get('/crons?q=secret-query').set('X-Request-Id', 'mine-1').expect(200)
    expect(response.headers['x-request-id']).toBe('mine-1')
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'request completed',
        method: 'GET',
        path: '/api/v1/crons',
        status: 200,
        ms: expect.any(Number),
        requestId: 'mine-1',
        remote: expect.any(String),
      },
    ])
    await app.anonymous.get('/api/v1/crons').set('Authorization', 'Bearer wrong').expect(401)
    expect(JSON.stringify(lines)).not.toMatch(/secret-query|wrong|a-token/)
  })

  test.each(['a b', 'x'.repeat(101), '"'])('get a name of their own instead of %s', async (id) => {
    const response = await app.api.get('/crons').set('X-Request-Id', id)
    expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('answers carry safe headers and are not kept', async () => {
    const { headers } = await app.api.get('/crons')
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
    })
    expect(headers['x-powered-by']).toBeUndefined()
    expect(headers['access-control-allow-origin']).toBeUndefined()
  })

  test('the unversioned prefix is the same router', async () => {
    const cron = { name: 'unversioned', cron_expression: '0 0 * * *', handler_name: 'echo' }
    const response = await app.anonymous
      .post('/api/crons')
      .set('Authorization', `Bearer ${TOKEN}`)
      .send(cron)
      .expect(201)
    expect(response.headers.location).toBe(`/api/crons/${response.body.id}`)
    await app.api.get(`/crons/${response.body.id}`).expect(200)
    await app.api.get(`/crons/${response.body.id}/`).expect(200)
  })

  test('pages of configured origins may call, others may not', async () => {
    const open = appOn(app.url, { cors: { origins: ['https://ui.example'], credentials: true } })
    const preflight = await open.api
      .options('/api/v1/crons')
      .set('Origin', 'https://ui.example')
      .set('Access-Control-Request-Method', 'POST')
      .expect(204)
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': 'https://ui.example',
      'access-control-allow-credentials': 'true',
    })
    const other = await open.api.get('/health').set('Origin', 'https://evil.example')
    expect(other.headers['access-control-allow-origin']).toBeUndefined()
    await open.close()
    const any = appOn(app.url, { cors: { origins: '*' } })
    const response = await any.api.get('/health').set('Origin', 'https://any.example')
    expect(response.headers['access-control-allow-origin']).toBe('*')
    await any.close()
  })
})

test('before any worker has published, an unknown handler says so', async () => {
  const empty = await startTestApp({ withoutHandlers: true })
  const { body } = await empty.api.post('/jobs').send({ type: 'echo' }).expect(400)
  expect(body.error.details[0].message).toMatch(/no worker has published any/)
  await empty.stop()
})

test('a lower minimum interval lets crons with seconds pass', async () => {
  const fast = await startTestApp({ minCronIntervalSeconds: 1 })
  await fast.api
    .post('/crons')
    .send({ name: 'fast', cron_expression: '* * * * * *', handler_name: 'echo' })
    .expect(201)
  await fast.stop()
})

/** Another app, on any database. */
function appOn(url: string, config: Record<string, unknown> = {}) {
  const database = new Database({ url }, { engine: true })
  const logger = createLogger('admin', { JOBU_LOG_LEVEL: 'silent' })
  const events = new EventHub(database, { url }, logger, { maxStreams: 1, heartbeatMs: 15_000 })
  const app = buildApp({
    database,
    events,
    config: adminSchema.parse({ token: TOKEN, password: PASSWORD, ...config }),
    scheduling: { minCronIntervalSeconds: 60, timezone: 'UTC' },
    logger,
    version: '1.0.0',
  })
  const server = app.listen(0)
  const check = DocumentCheck.watch(server, app)
  return {
    api: supertest(server),
    async close() {
      server.close()
      await Promise.all([events.close(), database.close()])
      check.throwViolations()
    },
  }
}
