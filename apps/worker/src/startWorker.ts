import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import {
  CHANNELS,
  checkMigrations,
  Database,
  type DatabaseConfig,
  Databases,
  databaseConfigNamed,
  installDatabases,
  Listener,
  publishHandlers,
  registerWorker,
  stopWorker,
} from '@jobu/db'
import { loadHandlers } from '@jobu/handlers'
import { type HealthServer, type Logger, startHealthServer, VERSION } from '@jobu/runtime'
import pLimit from 'p-limit'
import { ChangeFeed } from './changeFeed.ts'
import { ClaimLoop } from './claimLoop.ts'
import { Completer, MAX_FLUSHES } from './completer.ts'
import type { WorkerConfig } from './config.ts'
import { execute } from './execute.ts'
import type { ContextHost } from './handlerContext.ts'
import { Heartbeat } from './heartbeat.ts'
import { type HeldExecution, HeldExecutions } from './heldExecutions.ts'
import { messageOf, stackOf } from './outcome.ts'
import { Reporter } from './reporter.ts'
import { SecretStore } from './secretStore.ts'
import { Supervisor } from './supervise.ts'
import { watchInDoubt } from './watchInDoubt.ts'
import { watchScheduler } from './watchScheduler.ts'
import { WorkerMetrics } from './workerMetrics.ts'
import { type WorkerPhase, workerReadiness } from './workerReadiness.ts'
import { WorkFolders } from './workFolders.ts'

/** Reports, cancel polls and house-keeping at once. */
const OTHER_CONNECTIONS = 2
/** For artifacts, which are written and read by one short statement after the other. */
const ARTIFACT_CONNECTIONS = 2
/** How long the last outcomes may take to reach the database when the worker stops, in milliseconds. */
const LAST_FLUSH_MS = 5_000
/** How long a step of the stop waits for an answer of the database, in milliseconds. */
const DATABASE_WAIT_MS = 3_000

/** A worker at work. */
export interface StartedWorker {
  id: string
  httpPort: number | null
  /** An error that a handler left for nobody to catch: told in its execution's log and in the worker's. */
  reportStrayError(held: HeldExecution, error: unknown): void
  /** Drains: claims nothing more, lets handlers finish for `shutdown_timeout_seconds`, gives back what has not. */
  stop(): Promise<void>
}

/**
 * Starts a worker: any number of them run side by side on one database.
 *
 * @throws JobuError MIGRATIONS_BEHIND, MIGRATIONS_AHEAD, DATABASE_UNKNOWN; HandlerPathError; the driver's error when
 *         the database cannot be reached
 */
export async function startWorker(
  config: WorkerConfig,
  configured: Record<string, DatabaseConfig>,
  logger: Logger,
): Promise<StartedWorker> {
  const id = `worker-${hostname()}-${randomBytes(4).toString('hex')}`
  const engineConfig = databaseConfigNamed(configured, config.database)
  // To handlers `default` is always jobu's own: it is where ctx.transaction commits.
  const databaseConfigs = { ...configured, default: engineConfig }
  for (const name of config.databases ?? []) databaseConfigNamed(databaseConfigs, name)

  const { registry, failures } = await loadHandlers({
    shell: config.shell,
    script: config.script,
    paths: config.handlers_path,
  })
  for (const { file, error } of failures) logger.error('handler file not loaded', { file, error })
  const databases = new Databases(databaseConfigs, { applicationName: `${id}-handlers` })
  installDatabases(databases)
  const engineDatabase = (maxConnections: number) =>
    new Database(engineConfig, { engine: true, maxConnections, applicationName: id })
  // Claiming and settling have connections of their own: neither waits for the other, and each keeps its plans.
  const claimDb = engineDatabase(1)
  const settleDb = engineDatabase(MAX_FLUSHES)
  const db = engineDatabase(OTHER_CONNECTIONS)
  const artifactDb = engineDatabase(ARTIFACT_CONNECTIONS)
  const closeDatabases = () =>
    Promise.all([claimDb, settleDb, db, artifactDb].map((database) => database.close()))
  const metrics = new WorkerMetrics(registry.names())
  metrics.watchDatabases({
    claim: claimDb,
    settle: settleDb,
    other: db,
    artifacts: artifactDb,
    ...Object.fromEntries(databases.names().map((name) => [`handlers ${name}`, databases.get(name)])),
  })
  let health: HealthServer | null = null
  let phase: WorkerPhase = 'starting'
  const readiness = workerReadiness({
    db,
    config,
    handlerCount: registry.names().length,
    filesNotLoaded: failures.map(({ file }) => file),
    phase: () => phase,
    heartbeatAgeSeconds: () => heartbeat.ageSeconds,
    isListening: () => listener.isListening,
  })
  try {
    await checkMigrations(db)
    // Before anything is claimed: a port in use must not cost executions their attempts.
    health = await startHealthServer({
      port: config.http_port,
      host: config.http_host,
      service: 'worker',
      version: VERSION,
      readiness,
      metrics,
    })
    await publishHandlers(db, registry.describe())
    await registerWorker(db, {
      id,
      hostname: hostname(),
      pid: process.pid,
      version: VERSION,
      queues: config.queues,
      handlers: registry.names(),
      poolSize: config.pool_size,
    })
  } catch (error) {
    await Promise.all([health?.close(), closeDatabases(), databases.close()])
    throw error
  }

  const pool = pLimit(config.pool_size)
  // Outcomes on their way to the database still count as held, so there are more slots than handlers that can run.
  const held = new HeldExecutions(2 * config.pool_size + 4 * config.claim_batch_size)
  const feed = new ChangeFeed(db, logger)
  const reporter = new Reporter(db, config.log, metrics, logger, feed)
  const completer = new Completer({
    db: settleDb,
    held,
    reporter,
    metrics,
    feed,
    logger,
    batchSize: config.claim_batch_size,
    onSettled: () => claimLoop.slotFreed(),
    onAdvance: (advance) => {
      for (const queue of advance.queues) claimLoop.notify(queue)
      feed.advanced(advance)
    },
  })
  const supervisor = new Supervisor(db, config, held, completer, logger)
  const workFolders = new WorkFolders(config.work_path, id, logger)
  void workFolders.sweep()
  const contextHost: ContextHost<HeldExecution> = {
    databases,
    allowedDatabases: config.databases,
    maxResultBytes: config.max_result_bytes,
    artifacts: { db: artifactDb, maxBytes: config.max_artifact_bytes, maxCount: config.max_artifacts },
    workDir: ({ claim }) => workFolders.make(claim),
    progress: (held, percent, step) => reporter.progress(held, percent, step),
    log: (held, level, message, fields) => reporter.log(held, level, message, fields),
    onCommitted: (held) => completer.settledElsewhere(held),
  }
  const secrets = new SecretStore(config.secrets, process.env, logger)
  const deps = {
    config,
    registry,
    secrets,
    databases,
    databaseConfigs,
    completer,
    reporter,
    contextHost,
    workFolders,
  }
  let isFreeing = false
  // Once per turn of the event loop, however many handlers ended in it.
  const slotFreed = () => {
    if (isFreeing) return
    isFreeing = true
    setImmediate(() => {
      isFreeing = false
      claimLoop.slotFreed()
    })
  }
  const claimLoop = new ClaimLoop({
    db: claimDb,
    config,
    metrics,
    logger,
    workerId: id,
    handlers: registry.names(),
    room: () => Math.min(config.pool_size - pool.activeCount - pool.pendingCount, held.room),
    heldIds: () => held.ids(),
    onClaimed: (claimed) => {
      for (const claim of claimed) {
        metrics.started(claim.latenessMs)
        const timeoutSeconds = claim.timeoutSeconds ?? registry.get(claim.handlerName)?.timeoutSeconds ?? null
        const execution = held.add(claim, timeoutSeconds)
        feed.changed(claim, 'RUNNING')
        void pool(execute, execution, deps).then(slotFreed)
      }
    },
  })
  /** For good: to take work again it has to be started again. */
  const drain = () => {
    if (phase === 'draining') return
    phase = 'draining'
    logger.info('worker draining', { workerId: id })
    heartbeat.draining()
    void claimLoop.stop()
  }
  const heartbeat = new Heartbeat({
    config,
    database: engineConfig,
    workerId: id,
    held,
    logger,
    onDrain: drain,
  })
  const listener = new Listener(engineConfig, {
    channels: [CHANNELS.scheduler, CHANNELS.work, CHANNELS.cancel, CHANNELS.drain],
    applicationName: `${id}-listen`,
    onNotify: (channel, payload) => {
      if (channel === CHANNELS.cancel) supervisor.cancel(Number(payload))
      else if (channel === CHANNELS.scheduler) claimLoop.sweep()
      else if (channel === CHANNELS.work) claimLoop.notify(payload)
      else if (payload === id) drain()
    },
    onConnect: () => claimLoop.sweep(),
    onDisconnect: (error) => logger.warn('notifications lost, polling', { error: error.message }),
  })
  const stopWatchingInDoubt = watchInDoubt(databases, logger)
  const stopWatchingScheduler = watchScheduler(db, logger, () => claimLoop.sweep())
  await Promise.all([heartbeat.up, completer.warmUp(), feed.warmUp()])
  metrics.watch('jobu_worker_pool_size', 'How many handlers may run at once', () => config.pool_size)
  metrics.watch('jobu_worker_pool_in_use', 'How many handlers run', () => pool.activeCount)
  metrics.watch('jobu_worker_executions_held', 'Executions claimed and not settled yet', () => held.size)
  metrics.watch('jobu_worker_heartbeat_age_seconds', 'Time since the leases were renewed', () => {
    return heartbeat.ageSeconds
  })
  metrics.watch('jobu_worker_draining', '1 once the worker claims nothing more', () => {
    return Number(phase === 'draining')
  })
  supervisor.start()
  claimLoop.start()
  if (phase === 'starting') phase = 'working'
  logger.info('worker started', { workerId: id, handlers: registry.names(), queues: config.queues })

  return {
    id,
    httpPort: health?.port ?? null,
    reportStrayError(held, error) {
      const { id, handlerName, attempt } = held.claim
      const hide = (text: string | null) => (text !== null && held.mask ? held.mask.text(text) : text)
      const [thrown, stack] = [hide(messageOf(error)), hide(stackOf(error))]
      logger.error('handler left an error uncaught', {
        executionId: id,
        handlerName,
        attempt,
        thrown,
        stack,
      })
      reporter.log(held, 'error', `not caught by the handler: ${thrown}`, { stack })
    },
    async stop() {
      drain()
      await atMost(DATABASE_WAIT_MS, Promise.all([listener.close(), claimLoop.stop()]))
      if (!(await held.empty(config.shutdown_timeout_seconds * 1000))) {
        logger.warn('handlers did not finish in time, giving back', { executions: held.size })
        for (const one of held.all()) one.abort('DRAIN', 'given back: the worker is shutting down')
        // The supervisor settles after the grace what does not stop by itself.
        if (!(await held.empty(config.abort_grace_ms + LAST_FLUSH_MS))) {
          logger.error('outcomes left to their leases', { executionIds: held.ids() })
        }
      }
      supervisor.stop()
      stopWatchingInDoubt()
      stopWatchingScheduler()
      const signOff = async () => {
        await reporter.flush()
        await feed.flush()
        await heartbeat.stop()
        await stopWorker(db, id).catch((error) => logger.warn('could not sign off', { error }))
      }
      await atMost(DATABASE_WAIT_MS, signOff())
      await workFolders.close()
      await health?.close()
      await atMost(DATABASE_WAIT_MS, closeDatabases())
      // A handler that did not stop may hold a connection for ever.
      void databases.close()
    },
  }
}

/** Waits for `work`, but no longer than `ms`: a server that went silent must not keep a worker from stopping. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const bound = new Promise((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, bound])
  clearTimeout(timer)
}
