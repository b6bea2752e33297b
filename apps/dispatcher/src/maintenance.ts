import {
  type Database,
  databaseNow,
  dropMonth,
  ensurePartitions,
  expiredPartitions,
  failOrphanedHandlers,
  foldRunStats,
  foldStats,
  heartbeatDispatcher,
  isConnectionFailure,
  markLostServices,
  monthsToRecount,
  pauseFailingCrons,
  pruneArtifacts,
  pruneHistory,
  pruneRuns,
  pruneSideTables,
  pruneSignals,
  pruneStats,
  pruneTotals,
  pruneVersions,
  recountTotals,
  releaseBackfill,
  releaseOverlapWaiters,
  SILENT_SECONDS,
  sampleMinute,
  sqlState,
  watchScheduler,
} from '@jobu/db'
import type { Logger } from '@jobu/runtime'
import type { DispatcherConfig } from './config.ts'
import { DispatcherMetrics } from './dispatcherMetrics.ts'
import { planUnplannedCrons } from './planCrons.ts'
import { reapExpiredLeases } from './reapExpiredLeases.ts'
import { planUnplannedSchedules } from './schedules/planSchedules.ts'

const DAY_MS = 86_400_000
/** Executions may be scheduled so far ahead; a month more is kept in reserve. */
const PARTITIONS_AHEAD_MS = 397 * DAY_MS
const PARTITIONS_BACK_MS = 31 * DAY_MS
const FOLD_BATCH = 5_000
/** Rows of statistics that one statement deletes. */
const PRUNE_BATCH = 5_000
/** Runs that one transaction deletes, each with its tasks; versions and signals likewise. */
const PRUNE_RUNS_BATCH = 50
/** Artifacts that one statement deletes, each with all of its content. */
const PRUNE_ARTIFACTS = 20
/** How long an execution waits for a worker that has its handler while other workers live. */
const HANDLER_PATIENCE_SECONDS = 60
const LOCK_NOT_AVAILABLE = '55P03'
const UNDEFINED_TABLE = '42P01'
/**
 * After a gap in its own passes (a start, an outage) the reaper first lets workers renew their leases: they were cut
 * off as well. Longer than a worker's heartbeat interval.
 */
const REAP_GRACE_MS = 12_000
const REAP_INTERVAL_MS = 2_000

interface Task {
  name: string
  intervalMs: number
  /** @returns the pause before its next run, if it is another than `intervalMs` */
  run(): Promise<void> | Promise<number>
}

/** Keeps house. Each task is idempotent and takes its rows with SKIP LOCKED, so every dispatcher runs them all. */
export class Maintenance {
  readonly #db: Database
  readonly #config: DispatcherConfig
  readonly #logger: Logger
  readonly #dispatcherId: string
  readonly #metrics: DispatcherMetrics
  readonly #onStarted: () => void
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #running = new Set<Promise<void>>()
  #isStopping = false
  #reapedAt = Number.NEGATIVE_INFINITY
  #reapFrom = 0
  #wasRunning = true

  /** @param onStarted  the scheduler was started again: crons may be due */
  constructor(
    db: Database,
    config: DispatcherConfig,
    logger: Logger,
    dispatcherId: string,
    onStarted: () => void = () => {},
    metrics = new DispatcherMetrics(),
  ) {
    this.#db = db
    this.#config = config
    this.#logger = logger
    this.#dispatcherId = dispatcherId
    this.#metrics = metrics
    this.#onStarted = onStarted
  }

  start(): void {
    const tasks: Task[] = [
      { name: 'reap', intervalMs: REAP_INTERVAL_MS, run: () => this.reap() },
      { name: 'release overlap', intervalMs: 5_000, run: () => this.releaseOverlap() },
      { name: 'watch scheduler', intervalMs: 1_000, run: () => this.watchScheduler() },
      { name: 'fold statistics', intervalMs: 1_000, run: () => this.foldStatistics() },
      // The interval is for what failed: the next try still falls into the minute.
      { name: 'sample', intervalMs: 1_000, run: () => this.sample() },
      { name: 'fold run statistics', intervalMs: 1_000, run: () => this.foldRunStatistics() },
      { name: 'plan crons', intervalMs: 10_000, run: () => this.planCrons() },
      { name: 'heartbeat', intervalMs: 10_000, run: () => this.heartbeat() },
      { name: 'orphaned handlers', intervalMs: 15_000, run: () => this.failOrphans() },
      { name: 'partitions', intervalMs: 3_600_000, run: () => this.ensurePartitions() },
      { name: 'retention', intervalMs: 600_000, run: () => this.retain() },
      { name: 'retention of runs', intervalMs: 600_000, run: () => this.retainRuns() },
      { name: 'totals', intervalMs: 3_600_000, run: () => this.recountTotals() },
      { name: 'prune history', intervalMs: 21_600_000, run: () => this.pruneHistory() },
    ]
    for (const task of tasks) this.#schedule(task, 0)
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    for (const timer of this.#timers) clearTimeout(timer)
    await Promise.all(this.#running)
  }

  /** Takes executions from lost workers, unless workers may just be coming back themselves. */
  async reap(nowMs = performance.now()): Promise<void> {
    if (nowMs - this.#reapedAt > 3 * REAP_INTERVAL_MS) this.#reapFrom = nowMs + REAP_GRACE_MS
    if (nowMs >= this.#reapFrom) {
      const reaped = await reapExpiredLeases(this.#db)
      this.#metrics.reaped.inc(reaped)
      if (reaped > 0) this.#logger.warn('leases reaped', { executions: reaped })
    } else {
      // Only an answer from the database counts as a pass: while it is away the gap grows.
      await databaseNow(this.#db)
    }
    this.#reapedAt = nowMs
  }

  async releaseOverlap(): Promise<void> {
    await releaseOverlapWaiters(this.#db, null)
    await releaseBackfill(this.#db, null)
  }

  /** The promise behind the NOTIFY of a start, and the end of a reservation whose time is over. */
  async watchScheduler(): Promise<void> {
    const { isRunning } = await watchScheduler(this.#db)
    if (isRunning && !this.#wasRunning) this.#onStarted()
    this.#wasRunning = isRunning
  }

  async foldStatistics(): Promise<void> {
    for (let isMore = true; isMore; ) {
      const { folded, paused } = await this.#db.transactional({ label: 'fold statistics' }, async (tx) => {
        const fold = await foldStats(tx, FOLD_BATCH)
        return { folded: fold.folded, paused: await pauseFailingCrons(tx, fold.failedJobIds) }
      })
      this.#metrics.folded.inc(folded)
      if (paused.length > 0) this.#logger.warn('crons paused after failures', { cronIds: paused })
      isMore = folded === FOLD_BATCH && !this.#isStopping
    }
  }

  async foldRunStatistics(): Promise<void> {
    for (let isMore = true; isMore; ) {
      const folded = await this.#db.transactional({ label: 'fold run statistics' }, (tx) =>
        foldRunStats(tx, FOLD_BATCH),
      )
      isMore = folded === FOLD_BATCH && !this.#isStopping
    }
  }

  /** Once a minute, by whichever dispatcher is first. @returns how long it is to the next one, in milliseconds */
  async sample(): Promise<number> {
    const { nextMs } = await sampleMinute(this.#db)
    return nextMs
  }

  async planCrons(): Promise<void> {
    const planned = await planUnplannedCrons(this.#db, this.#config)
    if (planned > 0) this.#logger.info('crons planned', { crons: planned })
    const schedules = await planUnplannedSchedules(this.#db, this.#config)
    if (schedules > 0) this.#logger.info('schedules planned', { schedules })
  }

  async heartbeat(): Promise<void> {
    await heartbeatDispatcher(this.#db, this.#dispatcherId)
    await markLostServices(this.#db, SILENT_SECONDS)
  }

  async failOrphans(): Promise<void> {
    const failed = await failOrphanedHandlers(this.#db, HANDLER_PATIENCE_SECONDS)
    if (failed.length > 0)
      this.#logger.warn('executions without a handler failed', { executions: failed.length })
  }

  async ensurePartitions(): Promise<void> {
    const now = (await databaseNow(this.#db)).getTime()
    const made = await ensurePartitions(
      this.#db,
      // Not further back than retention, which would drop again what is made here.
      new Date(now - Math.min(PARTITIONS_BACK_MS, this.#config.retention_days * DAY_MS)),
      new Date(now + PARTITIONS_AHEAD_MS),
    )
    if (made > 0) this.#logger.info('partitions made', { partitions: made })
  }

  /** Drops months past retention, and deletes side rows and statistics past theirs. */
  async retain(): Promise<void> {
    const {
      retention_days: days,
      stats_retention_days: statsDays,
      sample_retention_days: sampleDays,
    } = this.#config
    const expired = await expiredPartitions(this.#db, days)
    for (const suffix of new Set(expired.map(({ name }) => name.slice(-'pYYYY_MM'.length)))) {
      try {
        const isDropped = await this.#db.transactional({ label: 'retention' }, (tx) =>
          dropMonth(tx, suffix, days),
        )
        if (isDropped) this.#logger.info('partition dropped', { month: suffix })
      } catch (error) {
        // Another dispatcher has dropped it meanwhile.
        if (sqlState(error) === UNDEFINED_TABLE) continue
        if (sqlState(error) !== LOCK_NOT_AVAILABLE) throw error
        this.#logger.info('partition is in use, dropped later', { month: suffix })
      }
    }
    await pruneSideTables(this.#db, days)
    while (!this.#isStopping && (await pruneArtifacts(this.#db, days, PRUNE_ARTIFACTS)) === PRUNE_ARTIFACTS);
    for (const [rollUp, kept] of [
      ['execution_stats', days],
      ['execution_failures_hourly', days],
      ['execution_stats_hourly', statsDays],
      ['minute_samples', sampleDays],
      ['queue_samples', sampleDays],
    ] as const) {
      while (!this.#isStopping && (await pruneStats(this.#db, rollUp, kept, PRUNE_BATCH)) === PRUNE_BATCH);
    }
  }

  /** Deletes runs past retention, then the versions that no run has any more, and signals. */
  async retainRuns(): Promise<void> {
    const days = this.#config.retention_days
    for (const prune of [pruneRuns, pruneVersions, pruneSignals]) {
      const batch = () =>
        this.#db.transactional({ label: 'retention of runs' }, (tx) => prune(tx, days, PRUNE_RUNS_BATCH))
      while (!this.#isStopping && (await batch()) === PRUNE_RUNS_BATCH);
    }
  }

  /** Corrects totals of months that something else than jobu wrote. */
  async recountTotals(): Promise<void> {
    for (const month of await monthsToRecount(this.#db)) {
      if (this.#isStopping) return
      const corrected = await this.#db.transactional({ label: 'recount totals' }, (tx) =>
        recountTotals(tx, month),
      )
      if (corrected === null) return
      if (corrected > 0) this.#logger.info('totals corrected', { month, totals: corrected })
    }
    await pruneTotals(this.#db)
  }

  /** Apart from retention and rarer: it looks at every cron. */
  async pruneHistory(): Promise<void> {
    await pruneHistory(this.#db, this.#config.retention_days)
  }

  #schedule(task: Task, delayMs: number): void {
    if (this.#isStopping) return
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      let pauseMs = task.intervalMs
      const run = async () => {
        pauseMs = (await task.run()) ?? task.intervalMs
      }
      const running = run()
        .catch((error) => {
          this.#metrics.taskFailures.inc({ task: task.name })
          // The dispatch loop reports an outage; the tasks need not repeat it.
          if (!isConnectionFailure(error))
            this.#logger.error('maintenance failed', { task: task.name, error })
        })
        .finally(() => {
          this.#running.delete(running)
          this.#schedule(task, pauseMs)
        })
      this.#running.add(running)
    }, delayMs)
    this.#timers.add(timer)
  }
}
