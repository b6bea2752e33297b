import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../../../test/support/testDatabase.ts'
import { checkMigrations, Database, migrate, readMigrations } from '../src/index.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const MIGRATIONS = join(ROOT, 'packages/db/migrations')

let template: TestDatabase
let admin: pg.Client
let folder: string
let made = 0

beforeAll(async () => {
  template = await createTestDatabase()
  admin = new pg.Client({ connectionString: template.url })
  await admin.connect()
})
afterAll(async () => {
  await admin.end()
  await template.drop()
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jobu-migrations-'))
  await cp(MIGRATIONS, folder, { recursive: true })
})
afterEach(() => rm(folder, { recursive: true }))

/** An empty database, dropped with the run. */
async function anEmptyDatabase(): Promise<string> {
  const url = new URL(template.url)
  const name = `${url.pathname.slice(1)}_${++made}`
  await admin.query(`CREATE DATABASE ${name} TEMPLATE template0`)
  url.pathname = `/${name}`
  return url.href
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

const appliedCount = (url: string) =>
  withClient(
    url,
    async (client) =>
      (
        await client.query<{ count: number }>(
          'SELECT count(*)::integer AS count FROM drizzle.__drizzle_migrations',
        )
      ).rows[0]!.count,
  )

/** Adds a migration to `folder`, placed by its time. */
async function addMigration(tag: string, when: number, sql: string): Promise<void> {
  const path = join(folder, 'meta/_journal.json')
  const journal = JSON.parse(await readFile(path, 'utf8'))
  journal.entries.push({ idx: journal.entries.length, version: '7', when, tag, breakpoints: true })
  journal.entries.sort((a: { when: number }, b: { when: number }) => a.when - b.when)
  await writeFile(path, JSON.stringify(journal))
  await writeFile(join(folder, `${tag}.sql`), sql)
}

const drizzleKit = (args: string[], env = {}) =>
  promisify(execFile)(process.execPath, [join(ROOT, 'node_modules/drizzle-kit/bin.cjs'), ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
  })

const drizzleKitMigrate = (url: string) =>
  drizzleKit(['migrate', '--config', 'packages/db/drizzle.config.ts'], { DATABASE_URL: url })

async function checkOf(url: string, at = folder): Promise<unknown> {
  const db = new Database({ url })
  try {
    return await checkMigrations(db, at).then(
      () => 'fits',
      (error) => error.code,
    )
  } finally {
    await db.close()
  }
}

describe('migrate', () => {
  test('on an empty database it applies every file, and the second time none', async () => {
    const url = await anEmptyDatabase()
    const tags = (await readMigrations()).map(({ tag }) => tag)
    expect(await migrate(url)).toEqual(tags)
    expect(await migrate(url)).toEqual([])
    expect(await appliedCount(url)).toBe(tags.length)
    expect(await checkOf(url)).toBe('fits')
  })

  test('ten processes at once apply each file once', async () => {
    const url = await anEmptyDatabase()
    const applied = await Promise.all(Array.from({ length: 10 }, () => migrate(url)))
    const count = (await readMigrations()).length
    expect(applied.map((tags) => tags.length).sort()).toEqual([...Array(9).fill(0), count])
    expect(await appliedCount(url)).toBe(count)
  })

  test('an older file that was merged late is applied', async () => {
    const url = await anEmptyDatabase()
    await addMigration('0002_newer', 9_000_000_000_002, 'CREATE TABLE newer (id integer)')
    await migrate(url, folder)
    await addMigration('0001_merged_late', 9_000_000_000_001, 'CREATE TABLE merged_late (id integer)')
    expect(await checkOf(url)).toBe('MIGRATIONS_BEHIND')
    expect(await migrate(url, folder)).toEqual(['0001_merged_late'])
    expect(await checkOf(url)).toBe('fits')
  })

  test('a file that fails half way leaves nothing of itself, and what came before stays', async () => {
    const url = await anEmptyDatabase()
    await addMigration('0001_good', 9_000_000_000_001, 'CREATE TABLE good (id integer)')
    await addMigration(
      '0002_bad',
      9_000_000_000_002,
      'CREATE TABLE half (id integer);--> statement-breakpoint\nSELECT 1/0',
    )
    await expect(migrate(url, folder)).rejects.toThrow('Migration 0002_bad failed: division by zero')
    const tables = await withClient(url, (client) =>
      client.query(`SELECT to_regclass('good')::text AS good, to_regclass('half')::text AS half`),
    )
    expect(tables.rows[0]).toEqual({ good: 'good', half: null })
  })

  test('a database with a migration this build does not know is ahead', async () => {
    const url = await anEmptyDatabase()
    await addMigration('0001_newer', 9_000_000_000_001, 'SELECT 1')
    await migrate(url, folder)
    await expect(migrate(url)).rejects.toMatchObject({ code: 'MIGRATIONS_AHEAD' })
    expect(await checkOf(url, MIGRATIONS)).toBe('MIGRATIONS_AHEAD')
  })

  test('a database without a migration of this build, or without any, is behind', async () => {
    const url = await anEmptyDatabase()
    expect(await checkOf(url)).toBe('MIGRATIONS_BEHIND')
    await migrate(url)
    await addMigration('0001_newer', 9_000_000_000_001, 'SELECT 1')
    expect(await checkOf(url)).toBe('MIGRATIONS_BEHIND')
  })

  test('a file that was changed after it was applied is refused', async () => {
    const url = await anEmptyDatabase()
    await migrate(url, folder)
    const [first] = await readMigrations(folder)
    const path = join(folder, `${first!.tag}.sql`)
    await writeFile(path, `${await readFile(path, 'utf8')}\nSELECT 1;`)
    await expect(migrate(url, folder)).rejects.toMatchObject({ code: 'MIGRATION_CHANGED' })
    expect(await checkOf(url)).toBe('MIGRATION_CHANGED')
  })
})

describe('drizzle-kit', () => {
  test('after our migrate it has nothing to do', async () => {
    const url = await anEmptyDatabase()
    await migrate(url)
    const before = await appliedCount(url)
    await drizzleKitMigrate(url)
    expect(await appliedCount(url)).toBe(before)
  })

  test('after its migrate ours has nothing to do', async () => {
    const url = await anEmptyDatabase()
    await drizzleKitMigrate(url)
    expect(await checkOf(url)).toBe('fits')
    expect(await migrate(url)).toEqual([])
  })

  test('finds no difference between the schema and the migrations', async () => {
    const files = await readdir(folder, { recursive: true })
    const { stdout } = await drizzleKit([
      'generate',
      '--dialect=postgresql',
      '--schema=./packages/db/src/schema/index.ts',
      `--out=${relative(ROOT, folder)}`,
    ])
    expect(stdout).toContain('No schema changes')
    expect(await readdir(folder, { recursive: true })).toEqual(files)
  })
})
