import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../scripts/lib/embeddedPostgres.mjs'
import { freePort } from '../../scripts/lib/freePort.mjs'
import { claimDataDir } from '../../scripts/lib/launcherLock.mjs'
import { stopLeftover } from '../../scripts/lib/postgresDataDir.mjs'
import { childrenOf, cpuSeconds } from './processes.mjs'

/** What the server's settings are called in the report. */
const SHOWN = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'data_checksums',
  'shared_buffers',
  'max_wal_size',
  'checkpoint_timeout',
  'autovacuum',
  'jit',
]

/** The one server all contenders are measured on, as `npm start` starts it, on data of its own. */
export class Server {
  #server
  #dir
  #claim
  #admin
  #clients = new Set()

  /** @param {string} dir  made, and removed at the end */
  static async start(dir, signal) {
    const server = new Server()
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    server.#dir = dir
    server.#claim = claimDataDir(dir)
    if (server.#claim.holder) throw new Error(`a benchmark runs already (pid ${server.#claim.holder})`)
    const dataDir = join(dir, 'postgres')
    await stopLeftover(dataDir)
    rmSync(dataDir, { recursive: true, force: true })
    server.#server = await startEmbeddedPostgres({
      dataDir,
      logFile: join(dir, 'postgres.log'),
      port: await freePort(),
      password: randomBytes(12).toString('hex'),
      signal,
    })
    server.#admin = await server.connect('postgres')
    return server
  }

  url(database) {
    return this.#server.url(database)
  }

  /** A connection of the driver's own. */
  async connect(database) {
    const client = new pg.Client({ connectionString: this.url(database), application_name: 'bench-driver' })
    client.on('error', () => {})
    await client.connect()
    this.#clients.add(client)
    return client
  }

  async disconnect(client) {
    this.#clients.delete(client)
    await client.end()
  }

  /** A new database, a copy of `template` where one is given. */
  async create(name, template) {
    await this.drop(name)
    await this.#admin.query(`CREATE DATABASE ${name}${template ? ` TEMPLATE ${template}` : ''}`)
  }

  async drop(name) {
    await this.#admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  }

  async exists(name) {
    return (await this.#admin.query('SELECT FROM pg_database WHERE datname = $1', [name])).rowCount > 0
  }

  /** Writes out what is dirty, so that no contender pays for another one's pages. */
  async settle() {
    await this.#admin.query('CHECKPOINT')
    await delay(200)
  }

  /** @returns {Promise<number>} bytes of write-ahead log written so far */
  async walBytes() {
    const { rows } = await this.#admin.query(
      `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') AS bytes`,
    )
    return Number(rows[0].bytes)
  }

  /** CPU seconds of the server's processes that live now, by pid; the postmaster's own are next to none. */
  cpuByPid() {
    return new Map(childrenOf(this.#server.pid).map((pid) => [pid, cpuSeconds(pid) ?? 0]))
  }

  /** CPU seconds used since `before` by the processes that still live. */
  cpuSince(before) {
    let seconds = 0
    for (const [pid, used] of this.cpuByPid()) seconds += used - (before.get(pid) ?? 0)
    return seconds
  }

  /** @returns {Promise<{ version: string, settings: string }>} */
  async describe() {
    const { rows } = await this.#admin.query(
      'SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name',
      [SHOWN],
    )
    const { rows: versions } = await this.#admin.query('SHOW server_version')
    return {
      version: versions[0].server_version,
      settings: rows.map(({ name, value }) => `${name} ${value}`).join(', '),
    }
  }

  async stop() {
    await Promise.all([...this.#clients].map((client) => client.end().catch(() => {})))
    await this.#server?.stop()
    if (this.#claim?.release) {
      this.#claim.release()
      rmSync(this.#dir, { recursive: true, force: true })
    }
  }
}
