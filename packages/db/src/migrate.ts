import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { type Connection, clientConfig, type DatabaseConfig } from './database.ts'
import { JobuError } from './errors.ts'

const MIGRATIONS = new URL('../migrations/', import.meta.url)
/** Any fixed number: all migrators of all versions must take the same lock. */
const MIGRATION_LOCK = 0x6a6f6275

interface Migration {
  tag: string
  /** Drizzle's key for a migration: milliseconds of its making. */
  when: number
  hash: string
  statements: string[]
}

/** The migrations this build ships, oldest first, as drizzle-kit's journal lists them. */
export async function readMigrations(folder = fileURLToPath(MIGRATIONS)): Promise<Migration[]> {
  const journal = JSON.parse(await readFile(`${folder}/meta/_journal.json`, 'utf8')) as {
    entries: Array<{ tag: string; when: number }>
  }
  return Promise.all(
    journal.entries.map(async ({ tag, when }) => {
      const text = await readFile(`${folder}/${tag}.sql`, 'utf8')
      return {
        tag,
        when,
        hash: createHash('sha256').update(text).digest('hex'),
        statements: text.split('--> statement-breakpoint'),
      }
    }),
  )
}

/**
 * Applies every migration the database lacks, each in a transaction of its own, under an advisory lock: any
 * number of processes may call it at once. Writes the table that `drizzle-kit migrate` writes, so that either
 * can follow the other. An older file that was merged late is applied too (Drizzle's own migrator passes it over).
 *
 * @returns the tags applied
 * @throws JobuError MIGRATIONS_AHEAD, MIGRATION_CHANGED
 */
export async function migrate(database: string | DatabaseConfig, folder?: string): Promise<string[]> {
  const config = typeof database === 'string' ? { url: database } : database
  const client = new pg.Client(clientConfig(config, { applicationName: 'jobu-migrate' }))
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK])
    await client.query('CREATE SCHEMA IF NOT EXISTS drizzle')
    await client.query(
      'CREATE TABLE IF NOT EXISTS drizzle.__drizzle_migrations (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint)',
    )
    const pending = pendingOf(await readMigrations(folder), await appliedTo(client))
    for (const migration of pending) {
      await client.query('BEGIN')
      try {
        for (const statement of migration.statements) await client.query(statement)
        await client.query('INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ($1, $2)', [
          migration.hash,
          migration.when,
        ])
        await client.query('COMMIT')
      } catch (error) {
        await client.query('ROLLBACK')
        throw new Error(`Migration ${migration.tag} failed: ${(error as Error).message}`, { cause: error })
      }
    }
    return pending.map((migration) => migration.tag)
  } finally {
    await client.end()
  }
}

/**
 * Refuses a database that this build does not fit.
 *
 * @throws JobuError MIGRATIONS_BEHIND, MIGRATIONS_AHEAD, MIGRATION_CHANGED
 */
export async function checkMigrations(connection: Connection, folder?: string): Promise<void> {
  const pending = pendingOf(await readMigrations(folder), await appliedTo(connection))
  if (pending.length === 0) return
  throw new JobuError(
    'MIGRATIONS_BEHIND',
    `The database is behind this build by ${pending.length} migration(s) (${pending.map((m) => m.tag).join(', ')}); run the migrations first: pnpm db:migrate`,
  )
}

/**
 * `checkMigrations` for a service that runs already: while its replacement is rolled out the database may be ahead of it,
 * and to call every old instance unready at that moment would make the roll-out an outage.
 *
 * @throws JobuError MIGRATIONS_BEHIND, MIGRATION_CHANGED
 */
export async function checkNotBehind(connection: Connection): Promise<void> {
  try {
    await checkMigrations(connection)
  } catch (error) {
    if (!(error instanceof JobuError) || error.code !== 'MIGRATIONS_AHEAD') throw error
  }
}

type Applied = Array<{ hash: string; when: number }>

async function appliedTo(connection: {
  query(text: string): Promise<{ rows: unknown[] }>
}): Promise<Applied> {
  const { rows: exists } = await connection.query(
    `SELECT to_regclass('drizzle.__drizzle_migrations') IS NOT NULL AS yes`,
  )
  if (!(exists[0] as { yes: boolean }).yes) return []
  const { rows } = await connection.query(
    'SELECT hash, created_at AS "when" FROM drizzle.__drizzle_migrations ORDER BY created_at',
  )
  return (rows as Array<{ hash: string; when: string | number }>).map(({ hash, when }) => ({
    hash,
    when: Number(when),
  }))
}

function pendingOf(shipped: Migration[], applied: Applied): Migration[] {
  const byTime = new Map(shipped.map((migration) => [migration.when, migration]))
  const unknown = applied.filter(({ when }) => !byTime.has(when))
  if (unknown.length > 0) {
    throw new JobuError(
      'MIGRATIONS_AHEAD',
      `The database is ahead of this build: it has ${unknown.length} migration(s) this build does not know, the newest of ${new Date(Math.max(...unknown.map((u) => u.when))).toISOString()}; deploy a newer build`,
    )
  }
  for (const { hash, when } of applied) {
    const migration = byTime.get(when)!
    if (migration.hash !== hash) {
      throw new JobuError(
        'MIGRATION_CHANGED',
        `Migration ${migration.tag} was changed after this database applied it; migrations are forward-only`,
      )
    }
  }
  const done = new Set(applied.map(({ when }) => when))
  return shipped.filter(({ when }) => !done.has(when))
}
