import { anotherApp } from './support/access.ts'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp({ config: { trusted_proxies: ['127.0.0.1'] } })
})
afterAll(() => app.stop())

test.each(['/health', '/api/v1/crons', '/nothing'])(
  '%s lets a page load from here and nowhere else, run no inline script, and not be framed',
  async (path) => {
    const { headers } = await app.anonymous.get(path)
    const policy = Object.fromEntries(
      headers['content-security-policy']!.split(';').map((directive) => {
        const [name, ...values] = directive.split(' ')
        return [name, values.join(' ')]
      }),
    )
    expect(policy).toEqual({
      'default-src': "'self'",
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': "'self' data:",
      'connect-src': "'self'",
      'font-src': "'self'",
      'form-action': "'self'",
      'object-src': "'none'",
      'base-uri': "'none'",
      'frame-ancestors': "'none'",
    })
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'x-request-id': expect.any(String),
    })
    expect(headers['strict-transport-security']).toBeUndefined()
  },
)

test('over TLS browsers are told to come back by it', async () => {
  const { headers } = await app.anonymous.get('/health').set('X-Forwarded-Proto', 'https')
  expect(headers['strict-transport-security']).toBe('max-age=31536000')
})

describe('CORS', () => {
  const UI = 'https://ui.example'
  const preflight = (via: ReturnType<typeof anotherApp>, origin: string) =>
    via.anonymous
      .options('/api/v1/users/1')
      .set('Origin', origin)
      .set('Access-Control-Request-Method', 'PATCH')
      .set('Access-Control-Request-Headers', 'x-csrf-token,content-type')

  test('a preflight needs no credentials, and allows what requests of a session need', async () => {
    const open = anotherApp(app, { cors: { origins: [UI], credentials: true } })
    const { headers } = await preflight(open, UI).expect(204)
    expect(headers).toMatchObject({
      'access-control-allow-origin': UI,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': expect.stringContaining('PATCH'),
      'access-control-allow-headers': expect.stringMatching(/X-CSRF-Token/i),
      vary: expect.stringContaining('Origin'),
    })
    await open.stop()
  })

  test('an origin that is not listed is allowed nothing, and caches are told that origins differ', async () => {
    const open = anotherApp(app, { cors: { origins: [UI, 'https://other.example'] } })
    const refused = await preflight(open, 'https://evil.example')
    expect(refused.headers['access-control-allow-origin']).toBeUndefined()
    const listed = await open.anonymous.get('/health').set('Origin', UI)
    expect(listed.headers['access-control-allow-origin']).toBe(UI)
    expect(listed.headers['access-control-allow-credentials']).toBeUndefined()
    expect(listed.headers.vary).toContain('Origin')
    await open.stop()
  })

  test('closed by default', async () => {
    const answer = await app.anonymous.get('/health').set('Origin', UI)
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  })
})
