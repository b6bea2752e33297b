import { Agent, get, Server } from 'node:http'
import { jest } from '@jest/globals'
import { createLogger } from '@jobu/runtime'
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../../../test/support/testDatabase.ts'
import { adminSchema, startAdmin } from '../src/index.ts'
import { EventClient } from './support/EventClient.ts'
import { TOKEN } from './support/startTestApp.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const start = (config: object = {}) =>
  startAdmin(
    adminSchema.parse({ token: TOKEN, host: '127.0.0.1', port: 0, ...config }),
    { minCronIntervalSeconds: 60, timezone: 'UTC' },
    { url: database.url },
    createLogger('admin', { JOBU_LOG_LEVEL: 'silent' }),
  )

async function withClient(use: (client: pg.Client) => Promise<unknown>) {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await use(client).finally(() => client.end())
}

test('listens, and stops at once although a client keeps its connection', async () => {
  const admin = await start()
  const agent = new Agent({ keepAlive: true })
  const status = await new Promise((resolve) => {
    get({ port: admin.port, path: '/health', agent }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode))
    })
  })
  expect(status).toBe(200)
  // What ends every connection once the time to stop is over: this one ends as an idle one.
  const closeAll = jest.spyOn(Server.prototype, 'closeAllConnections')
  await admin.stop()
  expect(closeAll).not.toHaveBeenCalled()
  closeAll.mockRestore()
  agent.destroy()
})

test('a request that is being answered is answered before it stops', async () => {
  const admin = await start()
  const headers = { Authorization: `Bearer ${TOKEN}` }
  let stopped: Promise<void> | undefined
  await withClient(async (client) => {
    await client.query('BEGIN')
    await client.query('LOCK TABLE cron_jobs IN ACCESS EXCLUSIVE MODE')
    const answer = fetch(`${admin.address}/api/v1/crons`, { headers })
    for (let waits = 0; waits === 0; ) {
      const { rows } = await client.query('SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted')
      waits = rows[0].n
    }
    stopped = admin.stop()
    await client.query('COMMIT')
    expect((await answer).status).toBe(200)
  })
  await stopped
})

test('streams end whole when it stops', async () => {
  const admin = await start()
  const client = await EventClient.open({ server: { address: () => ({ port: admin.port }) } }, '/events')
  await client.until(() => client.lastEventId !== '')
  await admin.stop()
  await client.closed
  expect(client.isComplete).toBe(true)
})

test('a port in use fails the start with the code that names it', async () => {
  const first = await start()
  await expect(start({ port: first.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await first.stop()
})

test('a database behind or ahead of this build is refused', async () => {
  await withClient(async (client) => {
    const { rows } = await client.query('SELECT * FROM drizzle.__drizzle_migrations')
    await client.query(
      `INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('x', 9999999999999)`,
    )
    await expect(start()).rejects.toMatchObject({ code: 'MIGRATIONS_AHEAD' })
    await client.query('DELETE FROM drizzle.__drizzle_migrations')
    await expect(start()).rejects.toMatchObject({ code: 'MIGRATIONS_BEHIND' })
    for (const { hash, created_at } of rows) {
      await client.query('INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ($1, $2)', [
        hash,
        created_at,
      ])
    }
  })
})

test('a database that cannot be reached fails the start', async () => {
  const unreachable = startAdmin(
    adminSchema.parse({ token: TOKEN }),
    { minCronIntervalSeconds: 60, timezone: 'UTC' },
    { url: 'postgres://postgres@127.0.0.1:1/none' },
    createLogger('admin', { JOBU_LOG_LEVEL: 'silent' }),
  )
  await expect(unreachable).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
