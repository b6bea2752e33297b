import { jest } from '@jest/globals'
import pg from 'pg'
import { inNoTime } from '../../../test/support/inNoTime.ts'
import { until } from '../../../test/support/until.ts'
import { anotherApp, aToken, audited } from './support/access.ts'
import { startTestApp, type TestApp, TOKEN } from './support/startTestApp.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const use = (token: string, via = app.anonymous) =>
  via.get('/api/v1/auth/session').set('Authorization', `Bearer ${token}`)

test('a token is shown once, and kept as its hash', async () => {
  const created = await app.api.post('/tokens').send({ name: 'deploy', role: 'operator' }).expect(201)
  const { token, ...rest } = created.body
  expect(token).toMatch(/^jobu_[\w-]{43}$/)
  expect(created.headers.location).toBe(`/api/v1/tokens/${rest.id}`)
  expect(rest).toEqual({
    id: expect.any(Number),
    name: 'deploy',
    prefix: token.slice(0, 11),
    role: 'operator',
    created_by: 'api token',
    created_at: expect.any(String),
    expires_at: null,
    last_used_at: null,
    revoked_at: null,
  })
  expect((await app.api.get(`/tokens/${rest.id}`).expect(200)).body).toEqual(rest)
  expect((await app.api.get('/tokens?size=1').expect(200)).body.items).toEqual([rest])
  const { rows } = await app.database.query('SELECT t.*, a.* FROM api_tokens AS t, audit_log AS a')
  expect(JSON.stringify(rows)).not.toContain(token)
})

test('says who it is, with the role it was given', async () => {
  const { id, token } = await aToken(app, 'operator')
  const { body } = await use(token).expect(200)
  expect(body).toMatchObject({ kind: 'token', id, name: "operator's", role: 'operator', csrf_token: null })
})

test.each([
  [{ role: 'viewer' }, 'name'],
  [{ name: 'x' }, 'role'],
  [{ name: 'x', role: 'root' }, 'role'],
  [{ name: 'x', role: 'viewer', expires_in_days: 0 }, 'expires_in_days'],
  [{ name: 'x', role: 'viewer', expires_in_days: 3_651 }, 'expires_in_days'],
  [{ name: 'x', role: 'viewer', expires_in_days: 1, expires_at: '2999-01-01T00:00:00Z' }, 'expires_in_days'],
  [{ name: 'x', role: 'viewer', expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
  [{ name: 'x', role: 'viewer', expires_at: 'tomorrow' }, 'expires_at'],
  [{ name: 'x', role: 'viewer', token: 'mine' }, 'token'],
])('%j is refused for %s', async (body, field) => {
  const response = await app.api.post('/tokens').send(body).expect(400)
  expect(response.body.error.details[0].field).toBe(field)
})

test('expires when it was said to', async () => {
  const { body } = await app.api
    .post('/tokens')
    .send({ name: 'x', role: 'viewer', expires_in_days: 7 })
    .expect(201)
  const days = (Date.parse(body.expires_at) - Date.parse(body.created_at)) / 86_400_000
  expect(days).toBeCloseTo(7, 3)
  await app.database.query(`UPDATE api_tokens SET expires_at = now() - interval '1 second' WHERE id = $1`, [
    body.id,
  ])
  await use(body.token).expect(401)
})

test('a revoked one is refused here at once and elsewhere within seconds, and stays in the list', async () => {
  const other = anotherApp(app)
  const { id, token } = await aToken(app, 'viewer')
  await use(token).expect(200)
  await use(token, other.anonymous).expect(200)
  await app.api.delete(`/tokens/${id}`).expect(204)
  await use(token).expect(401)
  await until('the other process refuses it', async () => (await use(token, other.anonymous)).status === 401)
  await app.api.delete(`/tokens/${id}`).expect(204)
  expect((await app.api.get(`/tokens/${id}`)).body.revoked_at).toEqual(expect.any(String))
  expect(await audited(app, 2)).toEqual([
    ['token.create', 'environment api token', "viewer's"],
    ['token.revoke', 'environment api token', "viewer's"],
  ])
  await other.stop()
})

test('an unknown one is 404 to revoke or to read', async () => {
  for (const request of [app.api.delete('/tokens/999999'), app.api.get('/tokens/999999')]) {
    expect((await request.expect(404)).body.error.code).toBe('TOKEN_NOT_FOUND')
  }
})

test('its use is noted, at most once a minute', async () => {
  const { id, token } = await aToken(app, 'viewer')
  const usedAt = async () => (await app.api.get(`/tokens/${id}`)).body.last_used_at ?? undefined
  await use(token).expect(200)
  const first = await until('its use is written down', usedAt)
  const other = anotherApp(app)
  for (let i = 0; i < 5; i++) await use(token, other.anonymous).expect(200)
  await other.stop()
  expect(await usedAt()).toBe(first)
})

test('using one costs no statement as long as it was looked up a moment ago', async () => {
  const { token } = await aToken(app, 'viewer')
  const sent = jest.spyOn(pg.Client.prototype, 'query')
  const lookUps = () =>
    sent.mock.calls.filter(([query]) => /from "api_tokens"/.test((query as unknown as pg.QueryConfig).text))
      .length
  try {
    await inNoTime(async () => {
      await use(token).expect(200)
      expect(lookUps()).toBe(1)
      for (let i = 0; i < 10; i++) await use(token).expect(200)
      expect(lookUps()).toBe(1)
    })
  } finally {
    sent.mockRestore()
  }
})

test.each([
  'jobu_',
  `jobu_${'A'.repeat(43)}`,
  `jobu_${'A'.repeat(44)}`,
  `JOBU_${'A'.repeat(43)}`,
  TOKEN.slice(1),
])('%s is none', async (token) => {
  await use(token).expect(401)
})
