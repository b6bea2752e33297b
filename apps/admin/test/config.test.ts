import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadAdminConfig, loadSchedulingConfig } from '../src/index.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'jobu-admin-config-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

const TOKEN = 't'.repeat(32)
const load = (yaml: string, env: Record<string, string> = { JOBU_ADMIN_TOKEN: TOKEN }) => {
  writeFileSync(join(dir, 'admin.yaml'), yaml)
  return loadAdminConfig({ dir, env })
}

test('a missing file and a token give the defaults', () => {
  expect(loadAdminConfig({ dir, env: { JOBU_ADMIN_TOKEN: TOKEN } })).toEqual({
    database: 'default',
    host: '127.0.0.1',
    port: 8080,
    cors: { origins: [], credentials: false },
    token: TOKEN,
    events: { max_streams: 500, heartbeat_seconds: 15 },
    display_timezone: 'Asia/Seoul',
    body_limit_bytes: 10_485_760,
    trusted_proxies: [],
    auth: {
      session_idle_seconds: 3_600,
      session_max_seconds: 43_200,
      proxy: { header: 'x-user-id', role_header: null, default_role: 'viewer', trusted: [] },
    },
    audit_retention_days: 365,
  })
})

test('variables win over the file', () => {
  const config = load('admin: { port: 1000, cors: { origins: [https://a.example] } }', {
    JOBU_ADMIN_PASSWORD: 'eight ch',
    JOBU_ADMIN_PORT: '2000',
    JOBU_ADMIN_CORS_ORIGINS: '*',
  })
  expect(config).toMatchObject({ port: 2000, password: 'eight ch', cors: { origins: '*' } })
})

test.each([
  ['', { JOBU_ADMIN_TOKEN: 'short' }, /at least 32 characters/],
  ['', { JOBU_ADMIN_PASSWORD: 'short' }, /at least 8 characters/],
  ['admin: { cors: { origins: "*", credentials: true } }', undefined, /admin\.cors\.credentials/],
  ['admin: { cors: { origins: ["*"], credentials: true } }', undefined, /admin\.cors\.credentials/],
  ['admin: { cors: { origins: ["https://a.example/"] } }', undefined, /admin\.cors\.origins/],
  ['admin: { display_timezone: Mars }', undefined, /admin\.display_timezone/],
  ['admin: { port: 99999 }', undefined, /admin\.port/],
  ['admin: { trusted_proxies: [0.0.0.0/0] }', undefined, /admin\.trusted_proxies\.0.*not all/],
  ['admin: { trusted_proxies: ["::/0"] }', undefined, /admin\.trusted_proxies\.0/],
  ['admin: { auth: { proxy: { trusted: [10.0.0.0/33] } } }', undefined, /admin\.auth\.proxy\.trusted\.0/],
  ['admin: { auth: { proxy: { trusted: [proxy.local] } } }', undefined, /admin\.auth\.proxy\.trusted\.0/],
  ['admin: { auth: { proxy: { default_role: root } } }', undefined, /admin\.auth\.proxy\.default_role/],
  ['admin: { auth: { proxy: { header: "a b" } } }', undefined, /admin\.auth\.proxy\.header/],
  ['admin: { auth: { session_idle_seconds: 10 } }', undefined, /admin\.auth\.session_idle_seconds/],
  ['admin: { audit_retention_days: 0 }', undefined, /admin\.audit_retention_days/],
  ['admin: { prot: 8080 }', undefined, /unknown key.*port/],
])('refuses %j with %j in one line, without the secret', (yaml, env, message) => {
  const start = () => load(yaml, env)
  expect(start).toThrow(message)
  expect(start).not.toThrow(/short|\n/)
})

test('proxies may come from the environment', () => {
  const config = load('', {
    JOBU_ADMIN_TRUSTED_PROXIES: '10.0.0.0/8, ::1',
    JOBU_ADMIN_AUTH_PROXY_TRUSTED: '192.0.2.1',
    JOBU_ADMIN_AUTH_PROXY_HEADER: 'X-Forwarded-User',
  })
  expect(config).toMatchObject({
    trusted_proxies: ['10.0.0.0/8', '::1'],
    auth: { proxy: { trusted: ['192.0.2.1'], header: 'x-forwarded-user' } },
  })
})

test("the dispatcher's rules are read from its file, whatever else it or its variables say", () => {
  writeFileSync(
    join(dir, 'dispatcher.yaml'),
    'dispatcher: { timezone: UTC, retention_days: 7, something_new: 1 }',
  )
  const env = { JOBU_DISPATCHER_MIN_CRON_INTERVAL_SECONDS: '5', JOBU_DISPATCHER_HTTP_PORT: '9090' }
  expect(loadSchedulingConfig({ dir, env })).toEqual({
    engine: 'jobu',
    airflow: null,
    timezone: 'UTC',
    minCronIntervalSeconds: 5,
    misfireThresholdSeconds: 60,
  })
})

test('a default zone that nobody knows is refused', () => {
  writeFileSync(join(dir, 'dispatcher.yaml'), 'dispatcher: { timezone: Mars }')
  expect(() => loadSchedulingConfig({ dir, env: {} })).toThrow(/dispatcher\.timezone/)
})
