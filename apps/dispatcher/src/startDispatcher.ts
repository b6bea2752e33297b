import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { AirflowConfig } from '@jobu/airflow'
import {
  CHANNELS,
  checkMigrations,
  checkNotBehind,
  Database,
  type DatabaseConfig,
  Listener,
  readQueueFigures,
  registerDispatcher,
  stopDispatcher,
} from '@jobu/db'
import {
  addQueueMetrics,
  type HealthServer,
  type Logger,
  type Readiness,
  startHealthServer,
  VERSION,
} from '@jobu/runtime'
import { AirflowLoop } from './airflow/airflowLoop.ts'
import type { DispatcherConfig } from './config.ts'
import { DispatcherMetrics } from './dispatcherMetrics.ts'
import { DispatchLoop } from './dispatchLoop.ts'
import { Maintenance } from './maintenance.ts'
import { replanForZoneData } from './planCrons.ts'
import { ScheduleLoop } from './schedules/scheduleLoop.ts'

/** A pass may take so long before it counts as stuck, in seconds, on top of the longest sleep. */
const PASS_PATIENCE_SECONDS = 60

/** Two for batches of crons, one for schedules, two for upkeep and health. */
const CONNECTIONS = 5

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
 * @param airflowConfig  null: there is no such engine, and its schedules are left as they are
 * @throws JobuError MIGRATIONS_BEHIND, MIGRATIONS_AHEAD; the driver's error when the database cannot be reached
 */
export async function startDispatcher(
  config: DispatcherConfig,
  database: DatabaseConfig,
  logger: Logger,
  airflowConfig: AirflowConfig | null = null,
): Promise<Dispatcher> {
  const id = `dispatcher-${hostname()}-${randomBytes(4).toString('hex')}`
  const db = new Database(database, { engine: true, maxConnections: CONNECTIONS, applicationName: id })
  const metrics = new DispatcherMetrics()
  metrics.watchDatabases({ engine: db })
  addQueueMetrics(metrics.registry, () => readQueueFigures(db))
  let phase: 'starting' | 'working' | 'stopping' = 'starting'
  const longestSleep = Math.max(config.max_sleep_seconds, config.poll_interval_seconds)
  const hasPassed = (ageSeconds: number) => {
    if (phase !== 'working') throw new Error(phase)
    if (ageSeconds <= longestSleep + PASS_PATIENCE_SECONDS) return
    throw new Error(`the last pass ended ${Math.round(ageSeconds)} s ago`)
  }
  const readiness: Readiness = {
    required: {
      database: async () => void (await db.query('SELECT 1')),
      migrations: () => checkNotBehind(db),
      dispatch: () => hasPassed(metrics.passAgeSeconds),
      schedules: () => hasPassed(metrics.schedulesPassAgeSeconds),
    },
    optional: {
      notifications: () => {
        if (phase === 'working' && !listener.isListening) throw new Error('not listening, polling')
      },
    },
  }
  let health: HealthServer | null = null
  try {
    await checkMigrations(db)
    // Before anything is fired: a port in use must not leave half a dispatcher at work.
    health = await startHealthServer({
      port: config.http_port,
      host: config.http_host,
      service: 'dispatcher',
      version: VERSION,
      readiness,
      metrics,
    })
    await replanForZoneData(db)
    await registerDispatcher(db, { id, hostname: hostname(), pid: process.pid, version: VERSION })
  } catch (error) {
    await Promise.all([health?.close(), db.close()])
    throw error
  }

  const listener: Listener = new Listener(database, {
    channels: [CHANNELS.dispatch, CHANNELS.schedules, CHANNELS.scheduler],
    applicationName: `${id}-listen`,
    onNotify: (channel) => {
      if (channel !== CHANNELS.schedules) loop.wake()
      if (channel !== CHANNELS.dispatch) schedules.wake()
      if (channel === CHANNELS.schedules) airflow?.wake()
    },
    onConnect: () => wakeAll(),
    onDisconnect: (error) => logger.warn('notifications lost, polling', { error: error.message }),
  })
  const loop = new DispatchLoop(db, config, logger, () => listener.isListening, metrics)
  const schedules = new ScheduleLoop(db, config, logger, () => listener.isListening, metrics)
  const airflow = airflowConfig && new AirflowLoop(db, airflowConfig, logger)
  const wakeAll = () => {
    loop.wake()
    schedules.wake()
    airflow?.wake()
  }
  const maintenance = new Maintenance(db, config, logger, id, wakeAll, metrics)
  loop.start()
  schedules.start()
  maintenance.start()
  airflow?.start()
  phase = 'working'
  logger.info('dispatcher started', { dispatcherId: id })

  return {
    id,
    httpPort: health?.port ?? null,
    async stop() {
      phase = 'stopping'
      await listener.close()
      await Promise.all([loop.stop(), schedules.stop(), maintenance.stop(), airflow?.stop()])
      await stopDispatcher(db, id).catch((error) => logger.warn('could not sign off', { error }))
      await health?.close()
      await db.close()
    },
  }
}
