import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Database } from '@jobu/db'
import { freePort } from '../scripts/lib/freePort.mjs'
import { exitOf, type ServiceName, spawnService } from './support/processes.ts'
import { createTestDatabase, type TestDatabase } from './support/testDatabase.ts'

const SERVICES: ServiceName[] = ['dispatcher', 'worker', 'admin']
const ACCESS = { JOBU_ADMIN_TOKEN: 'a-token-for-the-tests-of-bad-input-0123', JOBU_ADMIN_PORT: '0' }

let database: TestDatabase
let configDir: string

beforeAll(async () => {
  database = await createTestDatabase()
  configDir = await mkdtemp(join(tmpdir(), 'jobu-bad-input-'))
})
afterAll(async () => {
  await rm(configDir, { recursive: true, force: true })
  await database.drop()
})

/** Starts a service that cannot start. @returns its exit code, and the lines it wrote on the way */
async function refused(name: ServiceName, env: Record<string, string>) {
  const service = spawnService(name, {
    DATABASE_URL: database.url,
    ...ACCESS,
    JOBU_CONFIG_DIR: configDir,
    ...env,
  })
  const code = await exitOf(service)
  return { code, lines: service.output().trim().split('\n') }
}

describe.each(SERVICES)('%s, started with something wrong', (name) => {
  test('says file and place of broken YAML in one line and exits', async () => {
    const file = join(configDir, `${name}.yaml`)
    await writeFile(file, `${name}:\n  database: [default\n`)
    const { code, lines } = await refused(name, {})
    await rm(file)
    expect(code).toBe(1)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(`${name}.yaml`)
  })

  test('names an unknown key of its file', async () => {
    const file = join(configDir, `${name}.yaml`)
    await writeFile(file, `${name}:\n  databse: default\n`)
    const { code, lines } = await refused(name, {})
    await rm(file)
    expect(code).toBe(1)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/databse/)
  })

  test('names an unknown variable of its own', async () => {
    const { code, lines } = await refused(name, { [`JOBU_${name.toUpperCase()}_DATABSE`]: 'default' })
    expect(code).toBe(1)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(`JOBU_${name.toUpperCase()}_DATABSE`)
  })

  test('does not print the password that the database refuses', async () => {
    const url = new URL(database.url)
    url.username = 'nobody-known'
    url.password = 'a-secret-of-mine'
    const { code, lines } = await refused(name, { DATABASE_URL: url.href })
    expect(code).toBe(1)
    expect(lines.at(-1)).toMatch(/nobody-known|password|authentication/)
    expect(lines.join('\n')).not.toContain('a-secret-of-mine')
  })

  test('says that the database is not there', async () => {
    const { code, lines } = await refused(name, {
      DATABASE_URL: `postgres://jobu@127.0.0.1:${await freePort()}/jobu`,
    })
    expect(code).toBe(1)
    expect(lines.at(-1)).toMatch(/127\.0\.0\.1|refused/i)
  })

  test('refuses a database that is ahead of it, and one that is behind', async () => {
    const other = await createTestDatabase()
    const db = new Database({ url: other.url })
    await db.query(
      `INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('of the future', 4102444800000)`,
    )
    const ahead = await refused(name, { DATABASE_URL: other.url })
    await db.query('DELETE FROM drizzle.__drizzle_migrations')
    const behind = await refused(name, { DATABASE_URL: other.url })
    await db.close()
    await other.drop()
    expect([ahead.code, behind.code]).toEqual([1, 1])
    expect(ahead.lines.at(-1)).toContain('ahead of this build')
    expect(behind.lines.at(-1)).toContain('behind this build')
  })

  test('names the port that is in use', async () => {
    const holder = createServer().listen(0, '0.0.0.0')
    await new Promise((resolve) => holder.once('listening', resolve))
    const { port } = holder.address() as { port: number }
    const variable = name === 'admin' ? 'JOBU_ADMIN_PORT' : `JOBU_${name.toUpperCase()}_HTTP_PORT`
    const env = { [variable]: String(port), ...(name === 'admin' ? { JOBU_ADMIN_HOST: '0.0.0.0' } : {}) }
    const { code, lines } = await refused(name, env)
    holder.close()
    expect(code).toBe(1)
    expect(lines.at(-1)).toContain(String(port))
  })
})

test('admin without a password and without a token says which of them to set', async () => {
  const { code, lines } = await refused('admin', { JOBU_ADMIN_TOKEN: '' })
  expect(code).toBe(1)
  expect(lines.at(-1)).toMatch(/JOBU_ADMIN_PASSWORD|JOBU_ADMIN_TOKEN/)
})

test('a token that is too short is refused without being printed', async () => {
  const { code, lines } = await refused('admin', { JOBU_ADMIN_TOKEN: 'too-short' })
  expect(code).toBe(1)
  expect(lines.at(-1)).toContain('JOBU_ADMIN_TOKEN')
  expect(lines.join('\n')).not.toContain('too-short')
})
