import { Database } from '@jobu/db'
import { createLogger } from '@jobu/runtime'
import { anExecution, secondsAgo } from '../../../test/support/builders.ts'
import { Scrape } from '../../../test/support/promText.ts'
import { until } from '../../../test/support/until.ts'
import { adminSchema, startAdmin } from '../src/index.ts'
import { startTestApp, type TestApp, TOKEN } from './support/startTestApp.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

async function scrapeApp(path = '/metrics'): Promise<Scrape> {
  const { text, headers } = await app.anonymous
    .get(path)
    .set('Authorization', `Bearer ${TOKEN}`)
    .buffer(true)
    .expect(200)
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
  return new Scrape(text)
}

describe('GET /metrics', () => {
  test.each(['/metrics', '/api/v1/metrics'])('%s wants credentials', async (path) => {
    const { body } = await app.anonymous.get(path).expect(401)
    expect(body.error.code).toBe('UNAUTHORIZED')
    await scrapeApp(path)
  })

  test('counts requests by the pattern of their route, whatever paths are asked for', async () => {
    const before = (await scrapeApp()).value('jobu_http_request_duration_seconds_count', {
      route: '/jobs/:id',
      status: '404',
    })
    for (let id = 1; id <= 30; id++) await app.api.get(`/jobs/${id}`).expect(404)
    for (let n = 1; n <= 30; n++) await app.anonymous.get(`/nothing/${n}`).expect(401)
    await app.anonymous.get('/api/v1/workers/someone').expect(401)
    await app.api.post('/jobs').send({ handler_name: 'echo' }).expect(201)
    await app.anonymous.head('/health').expect(200)
    const found = await scrapeApp()
    const count = (labels: Record<string, string>) =>
      found.value('jobu_http_request_duration_seconds_count', labels)
    expect(count({ method: 'GET', route: '/jobs/:id', status: '404' })).toBe(before + 30)
    expect(count({ method: 'GET', route: 'other', status: '401' })).toBe(30)
    expect(count({ method: 'GET', route: '/workers/:id', status: '401' })).toBe(1)
    expect(count({ method: 'POST', route: '/jobs', status: '201' })).toBe(1)
    expect(count({ method: 'HEAD', route: '/health', status: '200' })).toBe(1)
    for (const route of found.labelValues('jobu_http_request_duration_seconds_count', 'route'))
      expect(route).not.toMatch(/\d/)
  })

  test('counts who could not prove who they are by why, never by name', async () => {
    const reasons = async () => {
      const found = await scrapeApp()
      return (reason: string) => found.value('jobu_sign_in_failures_total', { reason })
    }
    const before = await reasons()
    const signIn = (name: string) =>
      app.anonymous.post('/api/v1/auth/sign-in').send({ name, password: 'not the password' })
    await signIn('admin').expect(401)
    await signIn('nobody-here').expect(401)
    await app.anonymous.get('/api/v1/jobs').set('Authorization', 'Bearer of-nothing').expect(401)
    await app.anonymous.get('/api/v1/jobs').expect(401)
    const after = await reasons()
    for (const reason of ['wrong_password', 'unknown_name', 'token'])
      expect([reason, after(reason) - before(reason)]).toEqual([reason, 1])
  })

  test('tells of the queues, the pool and the build', async () => {
    await anExecution(app.database, { queue: 'slow', readyAt: secondsAgo(70) })
    const other = await startTestApp()
    await anExecution(other.database, { queue: 'slow', readyAt: secondsAgo(70) })
    // Without what the database holds, where reading it took seconds.
    const found = await until('a whole scrape', async () => {
      const { text } = await other.anonymous
        .get('/metrics')
        .set('Authorization', `Bearer ${TOKEN}`)
        .buffer(true)
      const scraped = new Scrape(text)
      return scraped.has('jobu_queue_ready') && scraped
    })
    expect(found.value('jobu_queue_ready', { queue: 'slow' })).toBe(1)
    expect(found.value('jobu_queue_oldest_ready_seconds', { queue: 'slow' })).toBeGreaterThanOrEqual(70)
    expect(found.value('jobu_database_connections_max', { pool: 'engine' })).toBe(10)
    expect(found.value('jobu_database_errors_total', { pool: 'engine', kind: 'connection' })).toBe(0)
    expect(found.value('jobu_build_info', { service: 'admin', version: '1.0.0' })).toBe(1)
    expect(found.value('jobu_event_streams_open')).toBe(0)
    await other.stop()
  })
})

describe('GET /ready', () => {
  test.each(['/ready', '/api/v1/ready', '/api/ready'])('%s needs no credentials', async (path) => {
    const body = await until('listening', async () => {
      const found = await app.anonymous.get(path)
      return found.body.status === 'ready' && found.body
    })
    expect(body).toEqual({ status: 'ready', checks: { database: 'ok', migrations: 'ok', events: 'ok' } })
  })

  test('says which migrations are behind', async () => {
    const { rows } = await app.database.query<{ hash: string; at: number }>(
      `DELETE FROM drizzle.__drizzle_migrations WHERE created_at = (SELECT max(created_at) FROM drizzle.__drizzle_migrations)
       RETURNING hash, created_at AS at`,
    )
    const body = await until('checks in time', async () => {
      const found = await app.anonymous.get('/ready').expect(503)
      return !found.text.includes('no answer within') && found.body
    })
    await app.database.query('INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ($1, $2)', [
      rows[0]!.hash,
      rows[0]!.at,
    ])
    expect(body).toMatchObject({
      status: 'not ready',
      checks: { database: 'ok', migrations: expect.stringContaining('behind this build by 1 migration') },
    })
  })

  test('while the database is away it says why, without password and stack; figures of it are not shown', async () => {
    const database = new Database({ url: 'postgres://jobu:hunter22@127.0.0.1:1/none' }, { engine: true })
    const away = await startTestApp({ database })
    try {
      const { body, text } = await away.anonymous.get('/ready').expect(503)
      expect(body).toMatchObject({
        status: 'not ready',
        checks: {
          database: 'connect ECONNREFUSED 127.0.0.1:1',
          migrations: 'connect ECONNREFUSED 127.0.0.1:1',
        },
      })
      expect(text).not.toMatch(/hunter22|\.ts:|\n/)
      const answer = await away.anonymous.get('/metrics').set('Authorization', `Bearer ${TOKEN}`).buffer(true)
      const found = new Scrape(answer.text)
      expect(found.has('jobu_queue_ready')).toBe(false)
      expect(found.has('jobu_workers_alive')).toBe(false)
      expect(
        found.value('jobu_database_errors_total', { pool: 'engine', kind: 'connection' }),
      ).toBeGreaterThanOrEqual(2)
    } finally {
      await away.stop()
      await database.close()
    }
  })

  test('a service that is stopping is not ready', async () => {
    const admin = await startAdmin(
      adminSchema.parse({ token: TOKEN, port: 0 }),
      { minCronIntervalSeconds: 60, timezone: 'UTC' },
      { url: app.url },
      createLogger('admin', { JOBU_LOG_LEVEL: 'silent' }),
    )
    await until('ready', async () => (await fetch(`${admin.address}/ready`)).ok)
    const text = await (
      await fetch(`${admin.address}/metrics`, { headers: { Authorization: `Bearer ${TOKEN}` } })
    ).text()
    expect(new Scrape(text).value('process_resident_memory_bytes')).toBeGreaterThan(1e6)
    await admin.stop()
  })
})
