import type { Slot } from '@jobu/db'
import { HotHistogram, type HotSeries, metrics, ServiceMetrics, VERSION } from '@jobu/runtime'

const BATCH_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const LATENESS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600, 86_400]

/** What a dispatcher counts. */
export class DispatcherMetrics extends ServiceMetrics {
  readonly reaped: metrics.Counter
  readonly promoted: metrics.Counter
  readonly folded: metrics.Counter
  readonly taskFailures: metrics.Counter<'task'>
  readonly runsStarted: metrics.Counter
  readonly tasksDecided: metrics.Counter
  readonly decisionsFailed: metrics.Counter
  readonly runsFollowedUp: metrics.Counter
  readonly notifications: metrics.Counter
  /** When the dispatch loop last ended a pass, by `performance.now()`. */
  passedAt = performance.now()
  /** The same of the schedule loop. */
  schedulesPassedAt = performance.now()
  readonly #crons: metrics.Counter
  readonly #fired: metrics.Counter
  readonly #skipped: metrics.Counter<'reason'>
  readonly #batchSeconds: HotSeries
  readonly #lateness: HotSeries

  constructor() {
    super('dispatcher', VERSION)
    const { registry } = this
    const registers = [registry]
    const counter = (name: string, help: string) => new metrics.Counter({ name, help, registers })
    this.#crons = counter('jobu_crons_dispatched_total', 'Due crons taken and moved on')
    this.#fired = counter('jobu_slots_fired_total', 'Slots that became executions')
    this.#skipped = new metrics.Counter({
      name: 'jobu_slots_skipped_total',
      help: 'Slots that were skipped, by why: OVERLAP, BUFFER_FULL, REPLACED, MISFIRE',
      labelNames: ['reason'],
      registers,
    })
    this.#lateness = new HotHistogram({
      name: 'jobu_dispatch_lateness_seconds',
      help: 'From a slot to the commit of its execution',
      buckets: LATENESS_SECONDS,
      registry,
    }).series()
    this.#batchSeconds = new HotHistogram({
      name: 'jobu_dispatch_batch_duration_seconds',
      help: 'How long it took to fire a batch of due crons',
      buckets: BATCH_SECONDS,
      registry,
    }).series()
    this.promoted = counter('jobu_executions_promoted_total', 'Waiting executions whose time came')
    this.reaped = counter('jobu_leases_reaped_total', 'Executions taken from workers whose lease expired')
    this.folded = counter('jobu_statistics_folded_total', 'Deltas of the statistics added to the roll-up')
    this.runsStarted = counter('jobu_runs_started_total', 'Runs of schedules that began')
    this.tasksDecided = counter(
      'jobu_tasks_decided_total',
      'Tasks of runs whose expressions were evaluated, or whose deadline passed',
    )
    this.decisionsFailed = counter('jobu_task_decisions_failed_total', 'Of these, those that ended as FAILED')
    this.runsFollowedUp = counter('jobu_runs_followed_up_total', 'Runs whose end was followed up')
    this.notifications = counter(
      'jobu_notifications_enqueued_total',
      'Executions enqueued to tell of how a run ended',
    )
    this.taskFailures = new metrics.Counter({
      name: 'jobu_maintenance_failures_total',
      help: 'Tasks of the upkeep that ended in an error, by task; they are tried again',
      labelNames: ['task'],
      registers,
    })
    const age = (name: string, loop: string, seconds: () => number) =>
      new metrics.Gauge({
        name,
        help: `Time since the ${loop} loop last looked at everything due; asleep it grows up to max_sleep_seconds`,
        registers,
        collect() {
          this.set(seconds())
        },
      })
    age('jobu_dispatcher_pass_age_seconds', 'dispatch', () => this.passAgeSeconds)
    age('jobu_dispatcher_schedules_pass_age_seconds', 'schedule', () => this.schedulesPassAgeSeconds)
  }

  get passAgeSeconds(): number {
    return (performance.now() - this.passedAt) / 1000
  }

  get schedulesPassAgeSeconds(): number {
    return (performance.now() - this.schedulesPassedAt) / 1000
  }

  /**
   * A batch was committed.
   *
   * @param now      when it began, by the database's clock
   * @param seconds  how long it took since
   */
  dispatched(batch: {
    crons: number
    fired: number
    slots: readonly Slot[]
    now: Date
    seconds: number
  }): void {
    this.#crons.inc(batch.crons)
    this.#fired.inc(batch.fired)
    this.#batchSeconds.observe(batch.seconds)
    for (const { slot, skipped } of batch.slots) {
      if (skipped) this.#skipped.inc({ reason: skipped.reason }, skipped.covers?.count ?? 1)
      else this.#lateness.observe((batch.now.getTime() - slot.getTime()) / 1000 + batch.seconds)
    }
  }
}
