import type { Role } from '@jobu/db'
import type { Logger } from '@jobu/runtime'
import { until } from '../../../test/support/until.ts'
import { anotherApp, aUser, audited, Browser, basic, signedIn } from './support/access.ts'
import { PASSWORD, startTestApp, type TestApp, TOKEN } from './support/startTestApp.ts'

const lines: object[] = []
const record = (...line: object[]) => void lines.push(...line)
const logger = { info: record, warn: record, error: record, debug: record, log: record } as unknown as Logger

/** The tests' own client is a listed proxy: it says for whom it speaks, and whether over TLS. */
const BEHIND_PROXY = { trusted_proxies: ['127.0.0.1'] }
let app: TestApp

beforeAll(async () => {
  app = await startTestApp({ config: BEHIND_PROXY, logger })
})
afterAll(() => app.stop())
beforeEach(async () => {
  await app.database.query('DELETE FROM rate_limits')
  lines.length = 0
})

const browser = (headers: Record<string, string> = {}) => new Browser(app.anonymous, headers)
/** Lets no pause end during a test, however slow the machine. */
const holdPauses = () =>
  app.database.query(`UPDATE rate_limits SET expire = expire + 600000 WHERE key LIKE 'pause:%'`)

/** A browser in which a person with that role has signed in. */
const asA = async (role: Role = 'admin') => signedIn(app, await aUser(app, role))

describe('signing in', () => {
  test('sets a cookie that scripts and other sites cannot have, and answers who it is', async () => {
    const response = await browser().signIn('admin', PASSWORD)
    expect(response.body).toEqual({
      kind: 'user',
      id: expect.any(Number),
      name: 'admin',
      role: 'admin',
      csrf_token: expect.stringMatching(/^[\w-]{43}$/),
      expires_at: expect.any(String),
      idle_expires_at: expect.any(String),
    })
    expect(response.get('Set-Cookie')).toEqual([
      expect.stringMatching(/^jobu_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/),
    ])
  })

  test('over TLS the cookie is Secure and bound to the host', async () => {
    const tls = { 'X-Forwarded-Proto': 'https' }
    const response = await browser(tls).signIn('admin', PASSWORD)
    expect(response.get('Set-Cookie')).toEqual([
      expect.stringMatching(/^__Host-jobu_session=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/),
    ])
    const client = browser(tls)
    client.keep(response)
    await client.get('/auth/session').expect(200)
    client.cookie = client.cookie.replace('__Host-', '')
    await client.get('/auth/session').expect(401)
  })

  test('X-Forwarded-Proto of somebody else changes nothing', async () => {
    const other = anotherApp(app)
    const response = await new Browser(other.anonymous, { 'X-Forwarded-Proto': 'https' }).signIn(
      'admin',
      PASSWORD,
    )
    expect(response.get('Set-Cookie')![0]).toMatch(/^jobu_session=/)
    expect(response.headers['strict-transport-security']).toBeUndefined()
    await other.stop()
  })

  test('a name may be written in any case', async () => {
    expect((await browser().signIn('ADMIN', PASSWORD)).body.name).toBe('admin')
  })

  test('a wrong password, an unknown name and a disabled user are answered alike', async () => {
    const disabled = await aUser(app, 'viewer', { isEnabled: false })
    const answers = await Promise.all([
      browser().signIn('admin', 'wrong'),
      browser().signIn('nobody', 'wrong'),
      browser().signIn('no\tname at all', 'wrong'),
      browser().signIn(disabled.name, disabled.password),
    ])
    for (const { status, body, headers } of answers) {
      expect(status).toBe(401)
      expect(body.error).toEqual({
        code: 'SIGN_IN_FAILED',
        message: 'The name or the password is not right',
        details: [],
      })
      expect(headers['www-authenticate']).toBe('Bearer realm="jobu"')
      expect(headers['set-cookie']).toBeUndefined()
    }
  })

  test.each([
    [{}, 'name'],
    [{ name: 'admin' }, 'password'],
    [{ name: 'admin', password: '' }, 'password'],
    [{ name: 'admin', password: 5 }, 'password'],
    [{ name: ['admin'], password: PASSWORD }, 'name'],
    [{ name: 'admin', password: 'x'.repeat(1_025) }, 'password'],
    [{ name: 'admin', password: PASSWORD, role: 'admin' }, 'role'],
  ])('%j is 400 for %s', async (body, field) => {
    const response = await app.anonymous.post('/api/v1/auth/sign-in').send(body).expect(400)
    expect(response.body.error.details[0].field).toBe(field)
    expect(JSON.stringify(response.body)).not.toContain(PASSWORD)
  })

  test('a body larger than a name and a password can be is 413', async () => {
    const body = { name: 'admin', password: 'x'.repeat(17_000) }
    await app.anonymous.post('/api/v1/auth/sign-in').send(body).expect(413)
  })

  test('begins a new session each time and ends the one the browser had', async () => {
    const client = await asA()
    const { cookie } = client
    await client.signIn('admin', PASSWORD)
    expect(client.cookie).not.toBe(cookie)
    await client.get('/crons').expect(200)
    client.cookie = cookie
    await client.get('/crons').expect(401)
  })

  test('an id that a browser was made to bring is not taken over', async () => {
    const client = browser()
    client.cookie = `jobu_session=${'A'.repeat(43)}`
    await client.signIn('admin', PASSWORD)
    expect(client.cookie).not.toContain('AAAA')
  })

  test('only the hash of the id is stored', async () => {
    const client = browser()
    await client.signIn('admin', PASSWORD)
    const { rows } = await app.database.query('SELECT * FROM sessions')
    expect(JSON.stringify(rows)).not.toContain(client.cookie.split('=')[1])
  })

  test('makes a hash of earlier days a new one', async () => {
    const user = await aUser(app, 'viewer')
    const hash = async () => {
      const { rows } = await app.database.query('SELECT password_hash FROM users WHERE id = $1', [user.id])
      return rows[0]!.password_hash
    }
    expect(await hash()).toMatch(/^scrypt\$2\$/)
    expect((await browser().signIn(user.name, user.password)).status).toBe(200)
    expect(await hash()).toMatch(/^scrypt\$32768\$8\$3\$/)
    expect((await browser().signIn(user.name, user.password)).status).toBe(200)
  })

  test('is audited, as failing and signing out are, without what was typed', async () => {
    const client = browser({ 'X-Forwarded-For': '198.51.100.7', 'User-Agent': 'test' })
    await client.signIn('admin', PASSWORD)
    await browser().signIn('admin', 'hunter2')
    await browser().signIn('hunter2', 'hunter2')
    await client.change('post', '/auth/sign-out').expect(204)
    expect(await audited(app, 4)).toEqual([
      ['auth.sign_in', 'user admin', 'admin'],
      ['auth.sign_in_failed', 'anonymous anonymous', 'admin'],
      ['auth.sign_in_failed', 'anonymous anonymous', null],
      ['auth.sign_out', 'user admin', 'admin'],
    ])
    const { body } = await app.api.get('/audit?action=auth.sign_in&size=1').expect(200)
    expect(body.items[0]).toMatchObject({
      address: '198.51.100.7',
      request_id: expect.any(String),
      before: null,
      after: { user_agent: 'test' },
    })
    const { rows } = await app.database.query('SELECT * FROM audit_log')
    expect(JSON.stringify([rows, lines])).not.toMatch(new RegExp(`hunter2|${PASSWORD}|${client.csrfToken}`))
  })
})

describe('a session', () => {
  test('says who it is, and 401 to nobody', async () => {
    const user = await aUser(app, 'operator')
    const client = await signedIn(app, user)
    const { body } = await client.get('/auth/session').expect(200)
    expect(body).toMatchObject({
      kind: 'user',
      name: user.name,
      role: 'operator',
      csrf_token: client.csrfToken,
    })
    await browser().get('/auth/session').expect(401)
    const token = await app.api.get('/auth/session').expect(200)
    expect(token.body).toEqual({
      kind: 'environment',
      id: null,
      name: 'api token',
      role: 'admin',
      csrf_token: null,
      expires_at: null,
      idle_expires_at: null,
    })
  })

  test('ends with signing out, in every process', async () => {
    const other = anotherApp(app, BEHIND_PROXY)
    const client = await asA()
    const elsewhere = new Browser(other.anonymous)
    elsewhere.cookie = client.cookie
    await elsewhere.get('/crons').expect(200)
    const response = await client.change('post', '/auth/sign-out').expect(204)
    expect(response.get('Set-Cookie')![0]).toMatch(/^jobu_session=; Max-Age=0; Path=\//)
    await client.get('/crons').expect(401)
    await until('the other process refuses it', async () => {
      return (await elsewhere.get('/crons')).status === 401
    })
    await other.stop()
  })

  test.each([
    ['unused for too long', `last_seen_at = now() - interval '3601 seconds'`, 401],
    ['unused for less', `last_seen_at = now() - interval '3500 seconds'`, 200],
    ['older than any may be', `expires_at = now() - interval '1 second'`, 401],
  ])('that is %s is answered %s: %d', async (_, change, status) => {
    const client = await asA()
    await app.database.query(`UPDATE sessions SET ${change}`)
    const fresh = anotherApp(app, BEHIND_PROXY)
    const elsewhere = new Browser(fresh.anonymous)
    elsewhere.cookie = client.cookie
    await elsewhere.get('/auth/session').expect(status)
    await fresh.stop()
  })

  test('is kept alive by being used', async () => {
    await app.database.query('DELETE FROM sessions')
    const client = await asA()
    await app.database.query(`UPDATE sessions SET last_seen_at = now() - interval '1000 seconds'`)
    await client.get('/crons').expect(200)
    await until('its use is written down', async () => {
      const { rows } = await app.database.query(
        `SELECT FROM sessions WHERE last_seen_at < now() - interval '900 seconds'`,
      )
      return rows.length === 0
    })
  })

  test('that has ended is deleted when somebody signs in', async () => {
    await asA()
    await app.database.query(`UPDATE sessions SET expires_at = now() - interval '1 second'`)
    expect((await browser().signIn('admin', PASSWORD)).status).toBe(200)
    const { rows } = await app.database.query<{ n: number }>('SELECT count(*)::integer AS n FROM sessions')
    expect(rows).toEqual([{ n: 1 }])
  })

  test.each(['', 'x', 'A'.repeat(43), `${'A'.repeat(42)}'`, '%zz', 'A'.repeat(4_000)])(
    'that nobody began (%.20s) is 401',
    async (id) => {
      const client = browser()
      client.cookie = `jobu_session=${id}`
      await client.get('/crons').expect(401)
    },
  )
})

describe('a page of another origin', () => {
  test.each(['post', 'put', 'patch', 'delete'] as const)(
    'cannot %s without the token of the session',
    async (method) => {
      const client = await asA()
      const path = method === 'post' ? '/crons' : method === 'patch' ? '/users/999999' : '/crons/999999'
      for (const token of [undefined, '', 'x', `${client.csrfToken}x`, 'A'.repeat(43)]) {
        const request = client.send(method, path)
        const { status, body } = await (token === undefined ? request : request.set('X-CSRF-Token', token))
        expect([status, body.error.code]).toEqual([403, 'CSRF_TOKEN_INVALID'])
      }
      const { status } = await client.change(method, path).send(method === 'delete' ? undefined : {})
      expect([400, 404, 200]).toContain(status)
    },
  )

  test('cannot use the token of another session', async () => {
    const [mine, yours] = [await asA(), await asA()]
    mine.csrfToken = yours.csrfToken
    await mine.change('post', '/auth/sign-out').expect(403)
  })

  const FOREIGN = [
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
    { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' },
    { Origin: 'https://other.jobs.example', 'Sec-Fetch-Site': 'same-site' },
    { 'Sec-Fetch-Site': 'cross-site' },
  ]
  const OWN = [
    {},
    { Origin: 'http://jobs.example' },
    { Origin: 'https://jobs.example' },
    { Origin: 'https://jobs.example', 'Sec-Fetch-Site': 'same-origin' },
    { 'Sec-Fetch-Site': 'none' },
  ]

  test.each(FOREIGN)('known by %j, cannot use a session, Basic, or a sign-in', async (headers) => {
    const client = await asA()
    const { body } = await client
      .change('post', '/auth/sign-out')
      .set('Host', 'jobs.example')
      .set(headers)
      .expect(403)
    expect(body.error.code).toBe('CSRF_TOKEN_INVALID')
    await app.anonymous
      .post('/api/v1/crons/preview')
      .set('Host', 'jobs.example')
      .set(headers)
      .set('Authorization', basic('admin', PASSWORD))
      .send({ cron_expression: '0 0 * * *' })
      .expect(403)
    await app.anonymous
      .post('/api/v1/auth/sign-in')
      .set('Host', 'jobs.example')
      .set(headers)
      .send({ name: 'admin', password: PASSWORD })
      .expect(403)
    await client.get('/crons').set('Host', 'jobs.example').set(headers).expect(200)
  })

  test.each(OWN)('is not what %j comes from', async (headers) => {
    const client = await asA()
    await client.change('post', '/auth/sign-out').set('Host', 'jobs.example').set(headers).expect(204)
  })

  test('may, where CORS lets it use credentials', async () => {
    const cors = { origins: ['https://ui.jobs.example'], credentials: true }
    const open = anotherApp(app, { ...BEHIND_PROXY, cors })
    const headers = { Origin: 'https://ui.jobs.example', 'Sec-Fetch-Site': 'same-site' }
    const client = new Browser(open.anonymous, headers)
    expect((await client.signIn('admin', PASSWORD)).status).toBe(200)
    await client.change('post', '/auth/sign-out').expect(204)
    await open.stop()
  })

  test('does not matter to a bearer token, which no browser adds by itself', async () => {
    for (const headers of FOREIGN) {
      await app.api.post('/crons/preview').set(headers).send({ cron_expression: '0 0 * * *' }).expect(200)
    }
  })
})

describe('Basic', () => {
  const crons = (authorization: string, headers = {}) =>
    app.anonymous.get('/api/v1/crons').set('Authorization', authorization).set(headers)

  test('lets users in as who they are', async () => {
    const user = await aUser(app, 'viewer')
    await crons(basic(user.name, user.password)).expect(200)
    const { body } = await app.anonymous
      .get('/api/v1/auth/session')
      .set('Authorization', basic(user.name, user.password))
      .expect(200)
    expect(body).toMatchObject({ kind: 'user', id: user.id, role: 'viewer', csrf_token: null })
  })

  test('a password may hold colons and Hangul', async () => {
    const user = await aUser(app, 'viewer', { password: 'a:b:비밀번호는 길게' })
    await crons(basic(user.name, 'a:b:비밀번호는 길게')).expect(200)
  })

  test('checks a password once, not with every request', async () => {
    const user = await aUser(app, 'viewer')
    await crons(basic(user.name, user.password)).expect(200)
    const countOf = async () => {
      const { rows } = await app.database.query<{ last_sign_in_at: Date }>(
        'SELECT last_sign_in_at FROM users WHERE id = $1',
        [user.id],
      )
      return rows[0]!.last_sign_in_at.getTime()
    }
    const checkedAt = await countOf()
    for (let i = 0; i < 20; i++) await crons(basic(user.name, user.password)).expect(200)
    expect(await countOf()).toBe(checkedAt)
    await crons(basic(user.name, `${user.password}.`)).expect(401)
  })

  test('what was checked holds no longer than the password and the user', async () => {
    const user = await aUser(app, 'viewer')
    await crons(basic(user.name, user.password)).expect(200)
    await app.api.patch(`/users/${user.id}`).send({ password: 'another long password' }).expect(200)
    await crons(basic(user.name, user.password)).expect(401)
    await crons(basic(user.name, 'another long password')).expect(200)
    await app.api.patch(`/users/${user.id}`).send({ is_enabled: false }).expect(200)
    await crons(basic(user.name, 'another long password')).expect(401)
  })

  test('is slowed down with the sign-in', async () => {
    const user = await aUser(app, 'viewer')
    for (let i = 0; i < 3; i++) await crons(basic(user.name, 'wrong')).expect(401)
    for (let i = 0; i < 2; i++) expect((await browser().signIn(user.name, 'wrong')).status).toBe(401)
    await holdPauses()
    const response = await crons(basic(user.name, user.password)).expect(429)
    expect(response.body.error.code).toBe('TOO_MANY_REQUESTS')
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0)
    expect((await browser().signIn(user.name, user.password)).status).toBe(429)
  })

  test('that was right goes on while others guess from the same address', async () => {
    const user = await aUser(app, 'viewer')
    await crons(basic(user.name, user.password)).expect(200)
    for (let i = 0; i < 5; i++) await crons(basic(user.name, 'wrong')).expect(401)
    await holdPauses()
    await crons(basic(user.name, 'wrong')).expect(429)
    await crons(basic(user.name, user.password)).expect(200)
  })
})

describe('too many failures', () => {
  let user: { name: string; password: string }
  beforeEach(async () => {
    user = await aUser(app, 'viewer')
  })
  const from = (address: string, via = app.anonymous) => new Browser(via, { 'X-Forwarded-For': address })
  const fail = async (name: string, address: string, times = 5) => {
    for (let i = 0; i < times; i++) expect((await from(address).signIn(name, 'wrong')).status).toBe(401)
    await holdPauses()
  }

  test('refuse the right password as well, say when to come again, and do not tell whether the name exists', async () => {
    await fail(user.name, '192.0.2.1')
    await fail('nobody', '192.0.2.2')
    const known = await from('192.0.2.1').signIn(user.name, user.password)
    const unknown = await from('192.0.2.2').signIn('nobody', PASSWORD)
    expect([known.status, unknown.status]).toEqual([429, 429])
    expect(known.body.error.message.replace(/\d+/, 'n')).toBe(unknown.body.error.message.replace(/\d+/, 'n'))
    expect(Number(known.headers['retry-after'])).toBeGreaterThan(600)
  })

  test('from one address do not keep the name from signing in at another', async () => {
    await fail(user.name, '192.0.2.3')
    expect((await from('192.0.2.4').signIn(user.name, user.password)).status).toBe(200)
  })

  test('count over all processes', async () => {
    const other = anotherApp(app, BEHIND_PROXY)
    await fail(user.name, '192.0.2.5', 3)
    for (let i = 0; i < 2; i++) {
      expect((await from('192.0.2.5', other.anonymous).signIn(user.name, 'wrong')).status).toBe(401)
    }
    await holdPauses()
    expect((await from('192.0.2.5').signIn(user.name, user.password)).status).toBe(429)
    expect((await from('192.0.2.5', other.anonymous).signIn(user.name, user.password)).status).toBe(429)
    await other.stop()
  })

  test('are forgotten with the right password', async () => {
    await fail(user.name, '192.0.2.6', 4)
    expect((await from('192.0.2.6').signIn(user.name, user.password)).status).toBe(200)
    await fail(user.name, '192.0.2.6', 4)
    expect((await from('192.0.2.6').signIn(user.name, user.password)).status).toBe(200)
  })

  test('X-Forwarded-For of somebody who is no listed proxy makes nobody another client', async () => {
    const direct = anotherApp(app)
    for (let i = 0; i < 5; i++) await from(`192.0.2.${i}`, direct.anonymous).signIn(user.name, 'wrong')
    await holdPauses()
    expect((await from('192.0.2.99', direct.anonymous).signIn(user.name, user.password)).status).toBe(429)
    await direct.stop()
  })

  test('are not counted by what the client itself put into X-Forwarded-For', async () => {
    for (let i = 0; i < 5; i++) await fail(user.name, `10.9.9.${i}, 192.0.2.7`, 1)
    expect((await from('10.9.9.9, 192.0.2.7').signIn(user.name, user.password)).status).toBe(429)
  })

  test('a forwarded address that is none counts as the proxy', async () => {
    expect((await from('garbage').signIn(user.name, user.password)).status).toBe(200)
    const { body } = await app.api.get('/audit?action=auth.sign_in&size=1')
    expect(body.items[0].address).toBe('127.0.0.1')
  })
})

describe('an identity proxy', () => {
  let proxied: ReturnType<typeof anotherApp>
  beforeAll(() => {
    const proxy = { trusted: ['127.0.0.0/8'], role_header: 'x-user-role' }
    proxied = anotherApp(app, { auth: { proxy } })
  })
  afterAll(() => proxied.stop())
  const session = (headers: Record<string, string | string[]>) =>
    proxied.anonymous.get('/api/v1/auth/session').set(headers as Record<string, string>)

  test('says who it is, as a viewer unless it says more', async () => {
    const viewer = await session({ 'X-User-Id': 'mina@example.com' }).expect(200)
    expect(viewer.body).toMatchObject({ kind: 'proxy', name: 'mina@example.com', role: 'viewer', id: null })
    const operator = await session({ 'X-User-Id': 'mina', 'X-User-Role': 'Operator' }).expect(200)
    expect(operator.body.role).toBe('operator')
  })

  test('has its word before other credentials', async () => {
    const { body } = await session({ 'X-User-Id': 'mina', Authorization: `Bearer ${TOKEN}` }).expect(200)
    expect(body.name).toBe('mina')
  })

  test('may send names in UTF-8', async () => {
    const { body } = await session({ 'X-User-Id': Buffer.from('민아').toString('latin1') }).expect(200)
    expect(body.name).toBe('민아')
  })

  test.each([
    ['an empty name', { 'X-User-Id': '' }],
    ['two names, one of which the client may have sent', { 'X-User-Id': ['root', 'mina'] }],
    ['a name of broken UTF-8', { 'X-User-Id': '\xff' }],
    ['a role that is none', { 'X-User-Id': 'mina', 'X-User-Role': 'root' }],
    ['a name too long', { 'X-User-Id': 'x'.repeat(256) }],
    ['only a role', { 'X-User-Role': 'admin' }],
  ])('that sends %s lets nobody in', async (_, headers) => {
    await session(headers as Record<string, string>).expect(401)
  })

  test('cannot be used by a page of another origin', async () => {
    const change = (headers: Record<string, string>) =>
      proxied.anonymous
        .post('/api/v1/crons/preview')
        .set({ 'X-User-Id': 'mina', ...headers })
        .send({ cron_expression: '0 0 * * *' })
    await change({ Origin: 'https://evil.example' }).expect(403)
    await change({}).expect(200)
  })

  test('whose address is not listed is not believed, and what else it sends counts', async () => {
    for (const proxy of [{}, { trusted: ['192.0.2.1', '2001:db8::/32'] }]) {
      const other = anotherApp(app, { auth: { proxy }, ...BEHIND_PROXY })
      const ask = () =>
        other.anonymous.get('/api/v1/auth/session').set({ 'X-User-Id': 'admin', 'X-User-Role': 'admin' })
      await ask().expect(401)
      await ask().set('X-Forwarded-For', '192.0.2.1').expect(401)
      const { body } = await ask().set('Authorization', `Bearer ${TOKEN}`).expect(200)
      expect(body.kind).toBe('environment')
      await other.stop()
    }
  })

  test('what it says is audited', async () => {
    await proxied.anonymous
      .post('/api/v1/tokens')
      .set({ 'X-User-Id': 'mina', 'X-User-Role': 'admin' })
      .send({ name: 'x', role: 'viewer' })
      .expect(201)
    expect(await audited(app, 1)).toEqual([['token.create', 'proxy mina', 'x']])
  })
})

describe("one's own password", () => {
  const change = (client: Browser, current: string, next: string) =>
    client.change('post', '/auth/password').send({ current_password: current, new_password: next })

  test('is changed, which ends every session but gives a new one', async () => {
    const user = await aUser(app, 'operator')
    const [here, there] = [await signedIn(app, user), await signedIn(app, user)]
    const { cookie, csrfToken } = here
    const response = await change(here, user.password, 'another long password').expect(200)
    here.keep(response)
    expect(here.cookie).not.toBe(cookie)
    expect(here.csrfToken).not.toBe(csrfToken)
    await here.get('/crons').expect(200)
    await there.get('/crons').expect(401)
    here.cookie = cookie
    await here.get('/crons').expect(401)
    expect((await browser().signIn(user.name, user.password)).status).toBe(401)
    expect((await browser().signIn(user.name, 'another long password')).status).toBe(200)
    const { body } = await app.api.get('/audit?action=user.change_password&size=1')
    expect(body.items[0]).toMatchObject({
      actor_kind: 'user',
      actor_name: user.name,
      target_id: String(user.id),
    })
    expect(Object.keys(body.items[0].after)).toEqual(['password_changed_at'])
  })

  test('needs the present one, and guessing that is slowed down', async () => {
    const user = await aUser(app, 'viewer')
    const client = await signedIn(app, user)
    for (let i = 0; i < 5; i++) {
      const { body } = await change(client, 'wrong', 'another long password').expect(400)
      expect(body.error.details[0]).toMatchObject({ field: 'current_password', message: 'is not right' })
    }
    await holdPauses()
    await change(client, user.password, 'another long password').expect(429)
  })

  test.each(['short', 'x'.repeat(1_025), 'the-name-itself'])('may not become %.20s', async (next) => {
    const user = await aUser(app, 'viewer', { name: `${next.slice(0, 50)}` })
    const client = await signedIn(app, user)
    const { body } = await change(client, user.password, next).expect(400)
    expect(body.error.details[0].field).toBe('new_password')
    expect(JSON.stringify(body)).not.toContain(user.password)
    await app.api.delete(`/users/${user.id}`).expect(204)
  })

  test('is something that a token does not have', async () => {
    const { body } = await app.api
      .post('/auth/password')
      .send({ current_password: 'x', new_password: 'another long password' })
      .expect(403)
    expect(body.error.code).toBe('FORBIDDEN')
  })
})
