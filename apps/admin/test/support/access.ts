import { createHash, randomBytes, scryptSync } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { createSession, createUser, Database, type Role } from '@jobu/db'
import { createLogger, type Logger } from '@jobu/runtime'
import supertest from 'supertest'
import { adminSchema, buildApp, EventHub } from '../../src/index.ts'
import { DocumentCheck } from './documentCheck.ts'
import { PASSWORD, type TestApp, TOKEN } from './startTestApp.ts'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'
type Api = ReturnType<typeof supertest>

/** A second admin process, as it were, on the database of `app`. */
export function anotherApp(app: TestApp, config: Record<string, unknown> = {}, logger?: Logger) {
  const database = new Database({ url: app.url }, { engine: true })
  const log = logger ?? createLogger('admin', { JOBU_LOG_LEVEL: 'silent' })
  const events = new EventHub(database, { url: app.url }, log, { maxStreams: 500, heartbeatMs: 15_000 })
  const deps = {
    database,
    events,
    config: adminSchema.parse({ token: TOKEN, password: PASSWORD, ...config }),
    scheduling: { minCronIntervalSeconds: 60, timezone: 'UTC', misfireThresholdSeconds: 60 },
    logger: log,
    version: '1.0.0',
  }
  const built = buildApp(deps)
  const server = built.listen(0)
  const check = DocumentCheck.watch(server, built)
  return {
    deps,
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    anonymous: supertest(server) as Api,
    async stop() {
      await Promise.all([events.close(), new Promise((resolve) => server.close(resolve))])
      await database.close()
      check.throwViolations()
    },
  }
}

/** Sends what a page of jobu's own makes a browser send: the session's cookie and, unless told not to, its token. */
export class Browser {
  readonly #api: Api
  /** Sent with every request. */
  readonly headers: Record<string, string>
  /** Of the last answer that set one. */
  cookie = ''
  csrfToken = ''

  constructor(api: Api, headers: Record<string, string> = {}) {
    this.#api = api
    this.headers = headers
  }

  async signIn(name: string, password: string): Promise<supertest.Response> {
    const response = await this.send('post', '/auth/sign-in').send({ name, password })
    this.keep(response)
    return response
  }

  /** As a browser, and a page, keeps what an answer brings. */
  keep(response: supertest.Response): void {
    const [cookie] = response.get('Set-Cookie') ?? []
    if (cookie !== undefined) this.cookie = cookie.split(';')[0]!
    this.csrfToken = response.body.csrf_token ?? this.csrfToken
  }

  send(method: Method, path: string): supertest.Test {
    const request = this.#api[method](`/api/v1${path}`).set(this.headers)
    return this.cookie === '' ? request : request.set('Cookie', this.cookie)
  }

  get(path: string): supertest.Test {
    return this.send('get', path)
  }

  change(method: Method, path: string): supertest.Test {
    return this.send(method, path).set('X-CSRF-Token', this.csrfToken)
  }
}

let users = 0

/**
 * A user of that role, with a password of its own. Its hash took next to no work, so refusing wrong passwords takes
 * none; the right one is hashed anew, as any that is outdated.
 */
export async function aUser(
  app: TestApp,
  role: Role,
  state: { name?: string; password?: string; isEnabled?: boolean } = {},
) {
  const {
    name = `${role}-${++users}`,
    password = `the password of ${role} ${users}`,
    isEnabled = true,
  } = state
  const key = scryptSync(password.normalize('NFC'), 'salt', 32, { N: 2, r: 8, p: 1 })
  const passwordHash = `scrypt$2$8$1$${Buffer.from('salt').toString('base64')}$${key.toString('base64')}`
  const { id } = await createUser(app.database, { name, passwordHash, role, isEnabled })
  return { id, name, password }
}

/** A browser in which that user has signed in: without the work that checking a password takes. */
export async function signedIn(
  app: TestApp,
  { id: userId }: { id: number },
  headers: Record<string, string> = {},
) {
  const client = new Browser(app.anonymous, headers)
  const [sessionId, csrfToken] = [
    randomBytes(32).toString('base64url'),
    randomBytes(32).toString('base64url'),
  ]
  const idHash = createHash('sha256').update(sessionId).digest('hex')
  await createSession(app.database, {
    idHash,
    userId,
    csrfToken,
    maxSeconds: 3_600,
    address: null,
    userAgent: null,
  })
  client.cookie = `jobu_session=${sessionId}`
  client.csrfToken = csrfToken
  return client
}

/** An API token of that role. */
export async function aToken(app: TestApp, role: Role, fields: object = {}) {
  const { body } = await app.api
    .post('/tokens')
    .send({ name: `${role}'s`, role, ...fields })
    .expect(201)
  return { id: body.id as number, token: body.token as string }
}

export const basic = (name: string, password: string) =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`

/** The newest entries of the audit log, oldest first, as [action, actor, target]. */
export async function audited(app: TestApp, count: number): Promise<Array<[string, string, string | null]>> {
  const { body } = await app.api.get(`/audit?size=${count}`).expect(200)
  return body.items
    .map((entry: Record<string, string | null>) => [
      entry.action,
      `${entry.actor_kind} ${entry.actor_name}`,
      entry.target_name,
    ])
    .reverse()
}
