import { ROLES, type Role } from '@jobu/db'
import { endpointsOf } from '../src/index.ts'
import { anotherApp, aToken, aUser, type Method, signedIn } from './support/access.ts'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

/** Nothing has it, so that whoever passes changes nothing that the other calls need. */
const NO_ID = '9007199254740991'
const METHODS: Method[] = ['get', 'post', 'put', 'patch', 'delete']

let app: TestApp
let process: ReturnType<typeof anotherApp>
const tokens = {} as Record<Role, string>

beforeAll(async () => {
  app = await startTestApp()
  process = anotherApp(app)
  for (const role of ROLES) tokens[role] = (await aToken(app, role)).token
})
afterAll(async () => {
  await process.stop()
  await app.stop()
})

const pathOf = (path: string) => `/api/v1${path.replace(/:\w+/g, NO_ID)}`

/** The status alone: of a stream it is all there is to wait for. */
async function statusOf(method: string, path: string, headers: Record<string, string> = {}): Promise<number> {
  const ended = new AbortController()
  const hasBody = method !== 'get' && method !== 'delete'
  const response = await fetch(`${process.origin}${path}`, {
    method: method.toUpperCase(),
    headers: { ...headers, ...(hasBody ? { 'content-type': 'application/json' } : {}) },
    body: hasBody ? '{}' : undefined,
    signal: ended.signal,
  })
  ended.abort()
  return response.status
}

test('every operation answers 401 to nobody, 403 to a role below its own, and lets its role and those above pass', async () => {
  const wrong: string[] = []
  for (const { method, path, role } of endpointsOf(process.deps)) {
    // Highest last: an operation that passes may change what the next one finds.
    const callers = [
      ['nobody', {}, role === null ? 'passes' : 401],
      ...ROLES.map((caller) => {
        const isEnough = role === null || ROLES.indexOf(caller) >= ROLES.indexOf(role)
        return [caller, { authorization: `Bearer ${tokens[caller]}` }, isEnough ? 'passes' : 403]
      }),
    ] as Array<[string, Record<string, string>, 'passes' | number]>
    for (const [caller, headers, expected] of callers) {
      const status = await statusOf(method, pathOf(path), headers)
      const isRight =
        expected === 'passes' ? status !== 401 && status !== 403 && status < 500 : status === expected
      if (!isRight) wrong.push(`${method} ${path} as ${caller}: ${status}, expected ${expected}`)
    }
  }
  expect(wrong).toEqual([])
})

test('every operation that changes something answers 403 to a session without its CSRF token', async () => {
  const { cookie } = await signedIn(app, await aUser(app, 'admin'))
  const wrong: string[] = []
  for (const { method, path, role } of endpointsOf(process.deps)) {
    if (method === 'get' || role === null) continue
    const status = await statusOf(method, pathOf(path), { cookie })
    if (status !== 403) wrong.push(`${method} ${path}: ${status}`)
  }
  expect(wrong).toEqual([])
})

test('what does not exist is 401 to nobody, so that nobody learns what does', async () => {
  const paths = [
    ...new Set(
      endpointsOf(process.deps)
        .filter(({ role }) => role !== null)
        .map(({ path }) => path),
    ),
  ]
  for (const path of [...paths.map(pathOf), '/api/v1/nothing', '/nothing']) {
    for (const method of METHODS) {
      const isPublic = path === '/api/v1/auth/sign-in'
      if (!isPublic) expect([method, path, await statusOf(method, path)]).toEqual([method, path, 401])
    }
  }
})

test('operations without a role are those that cannot have one', () => {
  const open = endpointsOf(process.deps).filter(({ role }) => role === null)
  const paths = open.map(({ method, path }) => `${method} ${path}`)
  // Add to this list only what nobody could need to be somebody for.
  expect([
    'get /health',
    'post /auth/sign-in',
    'get /ready',
    'get /metrics',
    'get /openapi.json',
    'get /docs',
    'get /redoc',
  ]).toEqual(expect.arrayContaining(paths))
})

test('users, tokens and the audit log are for administrators', () => {
  const roles = endpointsOf(process.deps)
    .filter(({ path }) => /^\/(users|tokens|audit)/.test(path))
    .map(({ role }) => role)
  expect(new Set(roles)).toEqual(new Set(['admin']))
})
