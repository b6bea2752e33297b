import { anotherApp, aUser, audited, Browser, basic, signedIn } from './support/access.ts'
import { PASSWORD, startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp
let adminId: number

let adminHash: string

beforeAll(async () => {
  app = await startTestApp()
  const { rows } = await app.database.query<{ id: number; password_hash: string }>('SELECT * FROM users')
  adminId = rows[0]!.id
  adminHash = rows[0]!.password_hash
})
afterAll(() => app.stop())
beforeEach(async () => {
  await app.database.query('DELETE FROM users WHERE id <> $1', [adminId])
  await app.database.query(
    `UPDATE users SET name = 'admin', role = 'admin', is_enabled = true, password_hash = $2 WHERE id = $1`,
    [adminId, adminHash],
  )
})

const GOOD = { name: 'jiwoo', password: 'a long password', role: 'operator' }

test('are created, read, listed, changed and deleted', async () => {
  const created = await app.api.post('/users').send(GOOD).expect(201)
  const { id } = created.body
  expect(created.headers.location).toBe(`/api/v1/users/${id}`)
  expect(created.body).toEqual({
    id: expect.any(Number),
    name: 'jiwoo',
    role: 'operator',
    is_enabled: true,
    created_at: expect.any(String),
    updated_at: expect.any(String),
    password_changed_at: expect.any(String),
    last_sign_in_at: null,
  })
  expect((await app.api.get(`/users/${id}`).expect(200)).body).toEqual(created.body)

  const list = await app.api.get('/users?order_by=-name&role=operator&is_enabled=true&q=JIW').expect(200)
  expect(list.body).toMatchObject({ items: [created.body], total: 1, page: 1, size: 20, pages: 1 })

  const changed = await app.api.patch(`/users/${id}`).send({ name: 'jiwoo.kim', role: 'viewer' }).expect(200)
  expect(changed.body).toMatchObject({ name: 'jiwoo.kim', role: 'viewer', is_enabled: true })
  await app.api.delete(`/users/${id}`).expect(204)
  for (const gone of [
    app.api.get(`/users/${id}`),
    app.api.delete(`/users/${id}`),
    app.api.patch(`/users/${id}`).send({}),
  ]) {
    expect((await gone.expect(404)).body.error.code).toBe('USER_NOT_FOUND')
  }
})

test('changes are audited with what differs, and never a password or its hash', async () => {
  const { body } = await app.api.post('/users').send(GOOD).expect(201)
  await app.api.patch(`/users/${body.id}`).send({ role: 'viewer' }).expect(200)
  await app.api.patch(`/users/${body.id}`).send({ role: 'viewer' }).expect(200)
  await app.api.patch(`/users/${body.id}`).send({ password: 'another long password' }).expect(200)
  await app.api.delete(`/users/${body.id}`).expect(204)
  expect(await audited(app, 4)).toEqual([
    ['user.create', 'environment api token', 'jiwoo'],
    ['user.update', 'environment api token', 'jiwoo'],
    ['user.update', 'environment api token', 'jiwoo'],
    ['user.delete', 'environment api token', 'jiwoo'],
  ])
  const { items } = (await app.api.get(`/audit?target_type=user&target_id=${body.id}`)).body
  expect(
    items.map(({ before, after }: { before: object; after: object }) => [before, after]).reverse(),
  ).toEqual([
    [null, { name: 'jiwoo', role: 'operator', is_enabled: true, password_changed_at: expect.any(String) }],
    [{ role: 'operator' }, { role: 'viewer' }],
    [{ password_changed_at: expect.any(String) }, { password_changed_at: expect.any(String) }],
    [{ name: 'jiwoo', role: 'viewer', is_enabled: true, password_changed_at: expect.any(String) }, null],
  ])
  const { rows } = await app.database.query('SELECT * FROM audit_log')
  expect(JSON.stringify(rows)).not.toMatch(/long password|scrypt/)
})

test.each([
  [{ ...GOOD, name: '' }, 'name'],
  [{ ...GOOD, name: 'a:b' }, 'name'],
  [{ ...GOOD, name: 'a b' }, 'name'],
  [{ ...GOOD, name: '\u202eadmin' }, 'name'],
  [{ ...GOOD, name: 'x'.repeat(101) }, 'name'],
  [{ ...GOOD, password: 'eleven char' }, 'password'],
  [{ ...GOOD, password: '\u{1f511}'.repeat(11) }, 'password'],
  [{ ...GOOD, password: 'x'.repeat(1_025) }, 'password'],
  [{ ...GOOD, name: 'a-name-of-some-length', password: 'A-NAME-of-some-length' }, 'password'],
  [{ ...GOOD, role: 'root' }, 'role'],
  [{ ...GOOD, is_enabled: 'yes' }, 'is_enabled'],
  [{ ...GOOD, password_hash: 'scrypt$' }, 'password_hash'],
  [{ name: 'jiwoo', role: 'viewer' }, 'password'],
])('%j is refused for %s, without showing the password', async (body, field) => {
  const response = await app.api.post('/users').send(body).expect(400)
  expect(response.body.error.details[0].field).toBe(field)
  const { password } = body as { password?: string }
  if (password) expect(JSON.stringify(response.body)).not.toContain(password)
})

test('a name is taken in any case, also when another is given it', async () => {
  await app.api.post('/users').send(GOOD).expect(201)
  const taken = await app.api
    .post('/users')
    .send({ ...GOOD, name: 'JiWoo' })
    .expect(409)
  expect(taken.body.error.code).toBe('USER_NAME_TAKEN')
  await app.api.patch(`/users/${adminId}`).send({ name: 'JIWOO' }).expect(409)
})

test('a new password may not be the name either', async () => {
  const user = await aUser(app, 'viewer', { name: 'a-name-of-some-length' })
  const { body } = await app.api
    .patch(`/users/${user.id}`)
    .send({ password: 'a-name-of-some-length' })
    .expect(400)
  expect(body.error.details[0].field).toBe('password')
})

test('a new password, or being disabled, signs the user out everywhere; a new role holds at once', async () => {
  const user = await aUser(app, 'viewer')
  const client = await signedIn(app, user)
  await client.get('/users').expect(403)
  await app.api.patch(`/users/${user.id}`).send({ role: 'admin' }).expect(200)
  await client.get('/users').expect(200)
  await app.api.patch(`/users/${user.id}`).send({ password: 'another long password' }).expect(200)
  await client.get('/crons').expect(401)

  const again = await signedIn(app, user)
  await again.get('/crons').expect(200)
  await app.api.patch(`/users/${user.id}`).send({ is_enabled: false }).expect(200)
  await again.get('/crons').expect(401)
  await app.api.patch(`/users/${user.id}`).send({ is_enabled: true }).expect(200)
  await again.get('/crons').expect(401)
})

test('a session of a deleted user has ended', async () => {
  const user = await aUser(app, 'viewer')
  const client = await signedIn(app, user)
  await client.get('/crons').expect(200)
  await app.api.delete(`/users/${user.id}`).expect(204)
  await client.get('/crons').expect(401)
})

describe('the last enabled administrator', () => {
  test.each([
    ['removed', () => app.api.delete(`/users/${adminId}`)],
    ['disabled', () => app.api.patch(`/users/${adminId}`).send({ is_enabled: false })],
    ['demoted', () => app.api.patch(`/users/${adminId}`).send({ role: 'operator' })],
  ])('cannot be %s', async (_, change) => {
    await aUser(app, 'admin', { isEnabled: false })
    await aUser(app, 'operator')
    const { body } = await change().expect(409)
    expect(body.error.code).toBe('LAST_ADMIN')
    expect((await app.api.get(`/users/${adminId}`)).body).toMatchObject({ role: 'admin', is_enabled: true })
    await app.anonymous.get('/api/v1/crons').set('Authorization', basic('admin', PASSWORD)).expect(200)
  })

  test('may change its name and its password', async () => {
    await app.api
      .patch(`/users/${adminId}`)
      .send({ name: 'root', password: 'another long password' })
      .expect(200)
  })

  test('is always there when two remove each other at once, in two processes', async () => {
    const other = anotherApp(app)
    for (let round = 0; round < 5; round++) {
      const rival = await aUser(app, 'admin')
      const mine = await signedIn(app, { id: adminId })
      const theirs = new Browser(other.anonymous)
      const session = await signedIn(app, rival)
      theirs.cookie = session.cookie
      theirs.csrfToken = session.csrfToken
      const answers = await Promise.all([
        mine.change('delete', `/users/${rival.id}`),
        theirs.change('patch', `/users/${adminId}`).send({ is_enabled: false }),
      ])
      expect(
        answers.map(({ status }) => status).filter((status) => status === 409 || status === 401),
      ).toHaveLength(1)
      const { rows } = await app.database.query<{ n: number }>(
        `SELECT count(*)::integer AS n FROM users WHERE role = 'admin' AND is_enabled`,
      )
      expect(rows[0]!.n).toBe(1)
      await app.database.query(`UPDATE users SET is_enabled = true WHERE id = $1`, [adminId])
      await app.database.query('DELETE FROM users WHERE id = $1', [rival.id])
    }
    await other.stop()
  })
})
