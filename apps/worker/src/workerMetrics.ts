import type { ExecutionStatus } from '@jobu/db'
import { HotHistogram, type HotSeries, metrics, ServiceMetrics, VERSION } from '@jobu/runtime'
import type { HeldExecution } from './heldExecutions.ts'

/** A claim's or a settling statement's. */
const STATEMENT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
const DURATION_SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400]
const LATENESS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600]
const BATCH_SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000]
/** What a handler is called that this worker does not have. */
const UNKNOWN = 'unknown'

type FinalStatus = Extract<ExecutionStatus, 'SUCCESS' | 'FAILED' | 'TIMEOUT' | 'CANCELLED'>

interface HandlerCounts {
  ended: Record<FinalStatus, number>
  duration: HotSeries
}

/**
 * What a worker counts. Executions are added to plain numbers, which become metrics when they are scraped: at tens of
 * thousands a second that is not to be felt.
 */
export class WorkerMetrics extends ServiceMetrics {
  readonly claimSeconds: HotSeries
  readonly claimBatchSize: HotSeries
  readonly claimFailures: metrics.Counter
  readonly completionSeconds: HotSeries
  readonly completionBatchSize: HotSeries
  readonly leasesLost: metrics.Counter
  readonly logLinesLost: metrics.Counter
  readonly #handlers = new Map<string, HandlerCounts>()
  readonly #durations: HotHistogram
  readonly #lateness: HotSeries
  readonly #released: metrics.Counter
  readonly #retries: metrics.Counter<'handler'>
  readonly #failedAttempts: metrics.Counter<'handler' | 'reason'>

  constructor(handlerNames: readonly string[]) {
    super('worker', VERSION)
    const { registry } = this
    const registers = [registry]
    const histogram = (name: string, help: string, buckets: number[]) =>
      new HotHistogram({ name, help, buckets, registry }).series()
    const counter = (name: string, help: string) => new metrics.Counter({ name, help, registers })

    this.#durations = new HotHistogram({
      name: 'jobu_execution_duration_seconds',
      help: 'How long an attempt ran, however it ended, by handler',
      buckets: DURATION_SECONDS,
      label: 'handler',
      registry,
    })
    for (const name of [...handlerNames, UNKNOWN]) this.#addHandler(name)
    const handlers = this.#handlers
    new metrics.Counter({
      name: 'jobu_executions_total',
      help: 'Executions that ended in this worker, by how and by handler; one that is tried again has not ended',
      labelNames: ['status', 'handler'],
      registers,
      collect() {
        this.reset()
        for (const [handler, { ended }] of handlers) {
          for (const [status, count] of Object.entries(ended)) this.inc({ status, handler }, count)
        }
      },
    })
    this.#retries = new metrics.Counter({
      name: 'jobu_execution_retries_total',
      help: 'Attempts that failed and are tried again, by handler',
      labelNames: ['handler'],
      registers,
    })
    this.#failedAttempts = new metrics.Counter({
      name: 'jobu_failed_attempts_total',
      help: 'Attempts that did not succeed, by handler and by why: TIMEOUT, HANDLER_ERROR, PARAMS_INVALID ...',
      labelNames: ['handler', 'reason'],
      registers,
    })
    this.#released = counter(
      'jobu_executions_released_total',
      'Executions given back when the worker stopped',
    )
    this.#lateness = histogram(
      'jobu_slot_lateness_seconds',
      'From the instant an attempt was due (slot with jitter, time asked for, end of a backoff) to its start',
      LATENESS_SECONDS,
    )
    this.leasesLost = counter(
      'jobu_leases_lost_total',
      'Attempts whose lease this worker lost: another may run the execution, and their outcome was refused',
    )
    this.claimSeconds = histogram(
      'jobu_claim_duration_seconds',
      'How long a claim took, those that found nothing included',
      STATEMENT_SECONDS,
    )
    this.claimBatchSize = histogram('jobu_claim_batch_size', 'Executions that a claim took', [
      0,
      ...BATCH_SIZES,
    ])
    this.claimFailures = counter('jobu_claim_failures_total', 'Claims that ended in an error')
    this.completionSeconds = histogram(
      'jobu_completion_duration_seconds',
      'How long the statements took that wrote a batch of outcomes',
      STATEMENT_SECONDS,
    )
    this.completionBatchSize = histogram(
      'jobu_completion_batch_size',
      'Outcomes written together',
      BATCH_SIZES,
    )
    this.logLinesLost = counter('jobu_log_lines_lost_total', 'Log lines of handlers that could not be stored')
  }

  /** What is read when it is scraped. */
  watch(name: string, help: string, read: () => number): void {
    new metrics.Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read())
      },
    })
  }

  /** An attempt started so long after it was due. */
  started(latenessMs: number): void {
    this.#lateness.observe(latenessMs / 1000)
  }

  /** The outcome of an attempt is in the database. @param status  PENDING: it is tried again */
  ended(held: HeldExecution, status: ExecutionStatus): void {
    const counts = this.#countsOf(held)
    counts.duration.observe((held.settledAt - held.heldSince) / 1000)
    if (status === 'PENDING') this.#retries.inc({ handler: this.#nameOf(held) })
    else if (status in counts.ended) counts.ended[status as FinalStatus]++
  }

  /** As `ended`, of an attempt that did not succeed. */
  failed(held: HeldExecution, status: ExecutionStatus, reason: string): void {
    this.#failedAttempts.inc({ handler: this.#nameOf(held), reason })
    this.ended(held, status)
  }

  released(): void {
    this.#released.inc()
  }

  #addHandler(name: string): void {
    const ended = { SUCCESS: 0, FAILED: 0, TIMEOUT: 0, CANCELLED: 0 }
    this.#handlers.set(name, { ended, duration: this.#durations.series(name) })
  }

  #nameOf({ claim }: HeldExecution): string {
    return this.#handlers.has(claim.handlerName) ? claim.handlerName : UNKNOWN
  }

  #countsOf({ claim }: HeldExecution): HandlerCounts {
    return this.#handlers.get(claim.handlerName) ?? this.#handlers.get(UNKNOWN)!
  }
}
