import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

export type TestDatabase = { url: string; drop(): Promise<void> }

const OBJECT_IN_USE = '55006'
const TEMPLATE_BUSY_RETRY_MS = 50
const TEMPLATE_BUSY_TIMEOUT_MS = 60_000

/**
 * A migrated, empty database of the caller's own on the run's server, cloned from a template. A test file makes one in
 * `beforeAll` and drops it in `afterAll`; `drop` closes connections that are still open.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = await withServer(ensureTemplate)
  const name = `${process.env.JOBU_TEST_RUN}_${randomBytes(6).toString('hex')}`
  await withServer((client) => clone(client, template, name))
  return {
    url: urlOf(name),
    drop: () =>
      withServer(async (client) => void (await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))),
  }
}

/** The name of the run's migrated template; the first caller makes it, others wait for it. */
async function ensureTemplate(client: pg.Client): Promise<string> {
  const template = `${process.env.JOBU_TEST_RUN}_template`
  // A session's advisory lock: it ends with the connection, so a caller that dies frees the others.
  await client.query('SELECT pg_advisory_lock(hashtext($1))', [template])
  const isReady = 'SELECT NOT datallowconn AS ready FROM pg_database WHERE datname = $1'
  if ((await client.query<{ ready: boolean }>(isReady, [template])).rows[0]?.ready) return template
  await client.query(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`)
  await client.query(`CREATE DATABASE ${template} ENCODING 'UTF8' TEMPLATE template0`)
  const { migrate } = await import('@jobu/db')
  await migrate(urlOf(template))
  // Nobody may connect any more: a template with a session cannot be cloned.
  await client.query(`ALTER DATABASE ${template} ALLOW_CONNECTIONS false`)
  return template
}

async function clone(client: pg.Client, template: string, name: string): Promise<void> {
  for (const deadline = Date.now() + TEMPLATE_BUSY_TIMEOUT_MS; ; await delay(TEMPLATE_BUSY_RETRY_MS)) {
    try {
      await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`)
      return
    } catch (error) {
      if ((error as pg.DatabaseError).code !== OBJECT_IN_USE || Date.now() > deadline) throw error
    }
  }
}

async function withServer<T>(use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: serverUrl() })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

function urlOf(database: string): string {
  const url = new URL(serverUrl())
  url.pathname = `/${database}`
  return url.href
}

function serverUrl(): string {
  const url = process.env.JOBU_TEST_SERVER_URL
  if (!url) throw new Error('createTestDatabase works in jest only, after globalSetup')
  return url
}
