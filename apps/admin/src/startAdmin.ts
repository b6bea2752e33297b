import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { checkMigrations, Database, type DatabaseConfig } from '@jobu/db'
import { collectProcessMetrics, type Logger, VERSION } from '@jobu/runtime'
import { prepareAccess } from './access/prepareAccess.ts'
import { buildApp } from './app.ts'
import type { AdminConfig, SchedulingConfig } from './config.ts'
import { EventHub } from './events/eventHub.ts'
import { HouseKeeping } from './houseKeeping.ts'
import { createHttpServer } from './http/createHttpServer.ts'

/** How long requests may take to finish once the service stops, in milliseconds. */
const STOP_TIMEOUT_MS = 3_000
/** How often connections that have become idle are closed meanwhile, in milliseconds. */
const IDLE_CHECK_MS = 50
/** After how long the server gives up a statement, in milliseconds, and after how long admin gives up the server. */
const STATEMENT_TIMEOUT_MS = 30_000
const QUERY_TIMEOUT_MS = 35_000

/** An admin at work. */
export interface Admin {
  /** Where a person reaches it. */
  address: string
  port: number
  /** For the launcher: whether the password it made up is the administrator's. */
  report: { isInitialPassword: boolean }
  stop(): Promise<void>
}

/**
 * @throws JobuError MIGRATIONS_BEHIND, MIGRATIONS_AHEAD; ConfigError when nobody could sign in; the driver's error when the database cannot be reached;
 * what `listen` throws, such as EADDRINUSE
 */
export async function startAdmin(
  config: AdminConfig,
  scheduling: SchedulingConfig,
  databaseConfig: DatabaseConfig,
  logger: Logger,
): Promise<Admin> {
  const timeouts = { statement_timeout: STATEMENT_TIMEOUT_MS, query_timeout: QUERY_TIMEOUT_MS }
  const { pool } = databaseConfig
  const database = new Database(
    {
      ...databaseConfig,
      options: { ...timeouts, ...databaseConfig.options },
      // After a quiet minute a job should not have to wait for a connection to be opened.
      pool: { ...pool, min_size: Math.max(pool?.min_size ?? 0, 1) },
    },
    { engine: true, applicationName: 'jobu-admin' },
  )
  const houseKeeping = new HouseKeeping(database, config, logger)
  let events: EventHub | undefined
  try {
    await checkMigrations(database)
    const report = await prepareAccess(database, config, logger)
    collectProcessMetrics()
    let isStopping = false
    const readiness = {
      required: {
        service: () => {
          if (isStopping) throw new Error('stopping')
        },
      },
    }
    events = new EventHub(database, databaseConfig, logger, {
      maxStreams: config.events.max_streams,
      heartbeatMs: config.events.heartbeat_seconds * 1000,
    })
    const app = buildApp({ database, events, config, scheduling, logger, version: VERSION, readiness })
    const server = createHttpServer(app)
    server.listen(config.port, config.host)
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    houseKeeping.start()
    return {
      address: `http://${hostName(config.host)}:${port}`,
      port,
      report,
      async stop() {
        isStopping = true
        await Promise.all([events?.close(), close(server)])
        await houseKeeping.stop()
        await database.close()
      },
    }
  } catch (error) {
    await events?.close()
    await database.close()
    throw error
  }
}

/** How a URL names the host that admin listens on. */
function hostName(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

/** Lets requests finish. A connection kept alive counts as open until its peer drops it, so idle ones are closed. */
async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  const idleCheck = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
  const deadline = setTimeout(() => server.closeAllConnections(), STOP_TIMEOUT_MS)
  await closed
  clearInterval(idleCheck)
  clearTimeout(deadline)
}
