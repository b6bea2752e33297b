import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { keepCredentials } from './credentials.mjs'
import { startEmbeddedPostgres } from './embeddedPostgres.mjs'
import { freePort } from './freePort.mjs'
import { claimDataDir, readClaim } from './launcherLock.mjs'
import { SERVICES } from './launcherSettings.mjs'
import { outputOf } from './output.mjs'
import { stopLeftover } from './postgresDataDir.mjs'

const DATABASE = 'jobu'
const WRONG_PASSWORD = '28P01'
const POLL_MS = 200
/** Pauses before a database that died is started again. */
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000

/**
 * The database of this start: the user's own, or the embedded one, started here or by a launcher that runs already
 * (when only some of the services are asked for).
 *
 * @returns {Promise<{ url: string, place: string, stop(): Promise<void> }>} `place` is for people
 * @throws when another launcher uses the data directory, or the server does not start
 */
export async function openDatabase({ services, dataDir, externalUrl }, { signal, say }) {
  if (externalUrl) return { url: externalUrl, place: 'the database at DATABASE_URL', stop: async () => {} }
  for (;;) {
    const claim = claimDataDir(dataDir)
    if (!claim.holder) return startOwn(claim, dataDir, signal)
    if (services.length === SERVICES.length) {
      throw new Error(
        `another launcher (pid ${claim.holder}) runs on ${dataDir}; stop it first, start single services beside it ` +
          '("npm start worker"), or choose another JOBU_DATA_DIR',
      )
    }
    const attached = await attach(claim.holder, dataDir, { signal, say })
    if (attached) return attached
  }
}

async function startOwn(claim, dataDir, signal) {
  const stopping = new AbortController()
  const postgresDir = join(dataDir, 'postgres')
  let server
  let watch
  const stop = async () => {
    stopping.abort()
    await server?.stop()
    await watch
    claim.release()
  }
  try {
    // Before a port is chosen: a server that a killed launcher left behind still has the usual one.
    await stopLeftover(postgresDir)
    const { database_port: usualPort } = keepCredentials(dataDir)
    const port = await freePort(usualPort ? [usualPort] : [])
    const { database_password: password } = keepCredentials(dataDir, { database_port: port })
    const start = async (abort) => {
      server = await startEmbeddedPostgres({
        dataDir: postgresDir,
        logFile: join(dataDir, 'postgres.log'),
        port,
        password,
        signal: abort,
      })
    }
    await start(signal)
    await createDatabase(server.url('postgres'), dataDir)
    claim.announce()
    watch = keepRunning(
      () => start(stopping.signal),
      () => server.exited,
      stopping.signal,
    )
    return { url: server.url(DATABASE), place: `${postgresDir}, PostgreSQL on 127.0.0.1:${port}`, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Starts the server again whenever it ends, until `signal`. */
async function keepRunning(start, exited, signal) {
  const { say } = outputOf('database')
  let pauseMs = FIRST_PAUSE_MS
  for (;;) {
    const how = await exited()
    if (signal.aborted) return
    say(`ended (${how}); starting it again in ${pauseMs / 1000} s`)
    const isOver = await delay(pauseMs, false, { signal }).catch(() => true)
    if (isOver) return
    try {
      await start()
      pauseMs = FIRST_PAUSE_MS
      say('runs again')
    } catch (error) {
      if (signal.aborted) return
      say(error.message)
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
    }
  }
}

async function createDatabase(url, dataDir) {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url })
  try {
    await client.connect()
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`)
  } catch (error) {
    if (error.code !== WRONG_PASSWORD) throw error
    throw new Error(`the password in ${join(dataDir, 'credentials.json')} is not that of the data beside it`)
  } finally {
    await client.end()
  }
}

/** The database that the launcher `holder` runs; undefined when that launcher has gone before its database was up. */
async function attach(holder, dataDir, { signal, say }) {
  say(`using the database of the launcher that runs already (pid ${holder})`)
  for (;;) {
    const claim = readClaim(dataDir)
    if (claim?.pid !== holder) return undefined
    if (claim.ready) break
    await delay(POLL_MS, null, { signal })
  }
  const { database_port: port, database_password: password } = keepCredentials(dataDir)
  return {
    url: `postgresql://jobu:${password}@127.0.0.1:${port}/${DATABASE}`,
    place: `that of the launcher with pid ${holder}, PostgreSQL on 127.0.0.1:${port}`,
    stop: async () => {},
  }
}
