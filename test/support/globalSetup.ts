import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../scripts/lib/embeddedPostgres.mjs'
import { freePort } from '../../scripts/lib/freePort.mjs'

/** Shared with globalTeardown, which runs in the same process. */
export const state: { server?: EmbeddedPostgres; directory?: string } = {}

const CACHE = fileURLToPath(new URL('../../.cache', import.meta.url))

/**
 * Gives the run a PostgreSQL server: the one at `DATABASE_URL` (15 or later, a user who may create databases), else an
 * embedded one with its data under `.cache/`. Test files reach it through `createTestDatabase`.
 */
export default async function globalSetup() {
  process.env.JOBU_TEST_RUN = `jobu_test_${randomBytes(4).toString('hex')}`
  process.env.JOBU_TEST_SERVER_URL = process.env.DATABASE_URL || (await startServer())
}

async function startServer(): Promise<string> {
  mkdirSync(CACHE, { recursive: true })
  for (const name of readdirSync(CACHE)) {
    const pid = /^test-postgres-(\d+)$/.exec(name)?.[1]
    if (pid && !isAlive(Number(pid))) rmSync(join(CACHE, name), { recursive: true, force: true })
  }
  const directory = join(CACHE, `test-postgres-${process.pid}`)
  const server = await startEmbeddedPostgres({
    dataDir: join(directory, 'data'),
    logFile: join(directory, 'postgres.log'),
    port: await freePort(),
    password: randomBytes(16).toString('hex'),
    // The data lives as long as the run, so nothing is lost by not waiting for the disk.
    settings: { fsync: 'off', full_page_writes: 'off', max_connections: 400 },
  })
  Object.assign(state, { server, directory })
  return server.url('postgres')
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
