import { continueCancels, type Database, matchSignals, nextScheduleWakeUp, startPendingRuns } from '@jobu/db'
import type { Logger } from '@jobu/runtime'
import type { DispatcherConfig } from '../config.ts'
import { DispatcherMetrics } from '../dispatcherMetrics.ts'
import { PassLoop, sleepAfter } from '../passLoop.ts'
import { decideDueTasks } from './decideDueTasks.ts'
import { ScheduleDispatcher } from './dispatchDueSchedules.ts'
import { followUpRuns } from './followUpRuns.ts'

/** Runs started in one transaction. */
const START_BATCH = 20

/**
 * Moves schedules on where no execution does it. A pass, until it finds nothing more to do:
 *
 *   due schedules --> runs --> started, as many as may be
 *   awaited events that have come, tasks to decide, deadlines
 *   runs that have ended --> their follow-up; runs that are to end --> their executions
 */
export class ScheduleLoop extends PassLoop {
  readonly #db: Database
  readonly #config: DispatcherConfig
  readonly #isListening: () => boolean
  readonly #metrics: DispatcherMetrics
  readonly #dispatcher: ScheduleDispatcher

  constructor(
    db: Database,
    config: DispatcherConfig,
    logger: Logger,
    isListening: () => boolean,
    metrics = new DispatcherMetrics(),
  ) {
    super(logger, { failed: 'schedules failed', away: null })
    this.#db = db
    this.#config = config
    this.#isListening = isListening
    this.#metrics = metrics
    this.#dispatcher = new ScheduleDispatcher(db, config)
  }

  async pass(): Promise<number> {
    const startedAt = performance.now()
    const steps = [
      () => this.#dispatch(),
      () => this.#start(),
      () => matchSignals(this.#db),
      () => this.#decide(),
      () => this.#followUp(),
      () => continueCancels(this.#db),
    ]
    let fault: unknown
    for (let isMoving = true; isMoving && fault === undefined && !this.isStopping; ) {
      isMoving = false
      // A pass may go on for as long as there is work.
      this.#metrics.schedulesPassedAt = performance.now()
      for (const step of steps) {
        if (this.isStopping) break
        try {
          if ((await step()) > 0) isMoving = true
        } catch (error) {
          // What is wrong with one thing must not keep the others waiting.
          fault ??= error
        }
      }
    }
    if (fault !== undefined) throw fault
    const delayMs = await nextScheduleWakeUp(this.#db)
    const longestMs =
      1000 * (this.#isListening() ? this.#config.max_sleep_seconds : this.#config.poll_interval_seconds)
    this.#metrics.schedulesPassedAt = performance.now()
    return sleepAfter(delayMs, performance.now() - startedAt, longestMs)
  }

  async #dispatch(): Promise<number> {
    const startedAt = performance.now()
    const { schedules, created, skipped, started } = await this.#dispatcher.dispatchDueSchedules()
    this.#metrics.runsStarted.inc(started)
    if (schedules > 0) {
      const durationMs = Math.round(performance.now() - startedAt)
      this.logger.info('schedules dispatched', { schedules, created, skipped, started, durationMs })
    }
    return schedules
  }

  async #start(): Promise<number> {
    const started = await this.#db.transactional({ label: 'start runs' }, (tx) =>
      startPendingRuns(tx, null, START_BATCH),
    )
    this.#metrics.runsStarted.inc(started)
    return started
  }

  async #decide(): Promise<number> {
    const { tasks, failed } = await decideDueTasks(this.#db, this.logger)
    this.#metrics.tasksDecided.inc(tasks)
    this.#metrics.decisionsFailed.inc(failed)
    return tasks
  }

  async #followUp(): Promise<number> {
    const { runs, notifications } = await followUpRuns(this.#db, this.logger)
    this.#metrics.runsFollowedUp.inc(runs)
    this.#metrics.notifications.inc(notifications)
    return runs
  }
}
