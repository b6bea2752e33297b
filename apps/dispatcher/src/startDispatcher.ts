import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import {
  CHANNELS,
  checkMigrations,
  Database,
  type DatabaseConfig,
  Listener,
  registerDispatcher,
  stopDispatcher,
} from '@jobu/db'
import { type HealthServer, type Logger, startHealthServer, VERSION } from '@jobu/runtime'
import type { DispatcherConfig } from './config.ts'
import { DispatchLoop } from './dispatchLoop.ts'
import { Maintenance } from './maintenance.ts'
import { replanForZoneData } from './planCrons.ts'

/** A dispatcher at work. */
export interface Dispatcher {
  id: string
  /** Where /health is served; null when it is not. */
  httpPort: number | null
  stop(): Promise<void>
}

/**
 * Starts a dispatcher: any number of them run side by side on one database.
 *
 * @throws JobuError MIGRATIONS_BEHIND, MIGRATIONS_AHEAD; the driver's error when the database cannot be reached
 */
export async function startDispatcher(
  config: DispatcherConfig,
  database: DatabaseConfig,
  logger: Logger,
): Promise<Dispatcher> {
  const id = `dispatcher-${hostname()}-${randomBytes(4).toString('hex')}`
  const db = new Database(database, { engine: true, maxConnections: 4, applicationName: id })
  let health: HealthServer | null = null
  try {
    await checkMigrations(db)
    // Before anything is fired: a port in use must not leave half a dispatcher at work.
    health = await startHealthServer({
      port: config.http_port,
      service: 'dispatcher',
      version: VERSION,
      checks: { database: async () => void (await db.query('SELECT 1')) },
    })
    await replanForZoneData(db)
    await registerDispatcher(db, { id, hostname: hostname(), pid: process.pid, version: VERSION })
  } catch (error) {
    await Promise.all([health?.close(), db.close()])
    throw error
  }

  const listener: Listener = new Listener(database, {
    channels: [CHANNELS.dispatch, CHANNELS.scheduler],
    applicationName: `${id}-listen`,
    onNotify: () => loop.wake(),
    onConnect: () => loop.wake(),
    onDisconnect: (error) => logger.warn('notifications lost, polling', { error: error.message }),
  })
  const loop = new DispatchLoop(db, config, logger, () => listener.isListening)
  const maintenance = new Maintenance(db, config, logger, id, () => loop.wake())
  loop.start()
  maintenance.start()
  logger.info('dispatcher started', { dispatcherId: id })

  return {
    id,
    httpPort: health?.port ?? null,
    async stop() {
      await listener.close()
      await Promise.all([loop.stop(), maintenance.stop()])
      await stopDispatcher(db, id).catch((error) => logger.warn('could not sign off', { error }))
      await health?.close()
      await db.close()
    },
  }
}
