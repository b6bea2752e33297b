import {
  type Advance,
  type ClaimedExecution,
  type Database,
  type ExecutionChange,
  type ExecutionStatus,
  isConnectionFailure,
  type LogChange,
  tellChanges,
} from '@jobu/db'
import type { Logger } from '@jobu/runtime'

/** The least time between two messages, in milliseconds. */
const WINDOW_MS = 100
/** Executions told one by one in a window; of the others only how many came into which status. */
const MOST = 200

/**
 * Tells those who watch what this worker does, beside its work: never in a transaction that claims or settles, at most
 * one statement a window, and none while nothing happens. What happens after a quiet window is told at once, the rest
 * gathers until the window is over: of each execution its newest state.
 *
 * Best effort: what cannot be sent is dropped. Those who must know read the rows.
 */
export class ChangeFeed {
  readonly #db: Database
  readonly #logger: Logger
  #executions = new Map<number, ExecutionChange>()
  #logs = new Map<number, LogChange>()
  #more: Partial<Record<ExecutionStatus, number>> = {}
  #hasMore = false
  #advances: Advance[] = []
  #isScheduled = false
  #timer: NodeJS.Timeout | undefined
  #sending: Promise<void> | undefined
  #sentAt = Number.NEGATIVE_INFINITY

  constructor(db: Database, logger: Logger) {
    this.#db = db
    this.#logger = logger
  }

  /** Has the server plan the statement: the first one would tell late. */
  async warmUp(): Promise<void> {
    await tellChanges(this.#db, { executions: [], more: null, logs: [] })
  }

  /** It came into this status, and that is committed. */
  changed(claim: ClaimedExecution, status: ExecutionStatus): void {
    const known = this.#executions.get(claim.id)
    if (known) {
      known.status = status
      known.attempt = claim.attempt
    } else if (this.#executions.size < MOST) {
      this.#executions.set(claim.id, changeOf(claim, status))
    } else {
      this.#more[status] = (this.#more[status] ?? 0) + 1
      this.#hasMore = true
    }
    this.#schedule()
  }

  progressed(claim: ClaimedExecution, percent: number, step: string | null): void {
    let known = this.#executions.get(claim.id)
    if (!known) {
      if (this.#executions.size >= MOST) return
      known = changeOf(claim, 'RUNNING')
      this.#executions.set(claim.id, known)
    }
    known.progress_percentage = percent
    if (step !== null) known.current_step = step
    this.#schedule()
  }

  /** Its log is stored up to this line of the claimed attempt. */
  logged(claim: ClaimedExecution, line: number): void {
    if (this.#logs.size >= MOST && !this.#logs.has(claim.id)) return
    const { id, jobId, handlerName, attempt } = claim
    this.#logs.set(id, { id, job_id: jobId, handler_name: handlerName, attempt, line })
    this.#schedule()
  }

  /** Tasks moved on in runs of schedules: other workers and the dispatchers have something to do. */
  advanced(advance: Advance): void {
    this.#advances.push(advance)
    this.#schedule()
  }

  /** Sends what there is. */
  async flush(): Promise<void> {
    await this.#sending
    clearTimeout(this.#timer)
    this.#isScheduled = false
    const isEmpty = this.#executions.size + this.#logs.size + this.#advances.length === 0 && !this.#hasMore
    if (!isEmpty) await this.#send()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    const waitMs = this.#sentAt + WINDOW_MS - performance.now()
    this.#timer = setTimeout(() => void this.flush(), Math.max(waitMs, 0))
  }

  async #send(): Promise<void> {
    const changes = {
      executions: [...this.#executions.values()],
      more: this.#hasMore ? this.#more : null,
      logs: [...this.#logs.values()],
      advance: merged(this.#advances),
    }
    this.#executions = new Map()
    this.#logs = new Map()
    this.#more = {}
    this.#hasMore = false
    this.#advances = []
    this.#sentAt = performance.now()
    this.#sending = tellChanges(this.#db, changes).catch((error) => {
      // An outage is reported by those who wait for its end.
      if (!isConnectionFailure(error)) this.#logger.warn('changes not told', { error })
    })
    await this.#sending
    this.#sending = undefined
  }
}

function changeOf(claim: ClaimedExecution, status: ExecutionStatus): ExecutionChange {
  const { id, jobId, handlerName, queue, attempt } = claim
  return { id, status, job_id: jobId, handler_name: handlerName, queue, attempt }
}

/** As one: each queue once, of each run its newest status. */
function merged(advances: readonly Advance[]): Advance | null {
  if (advances.length === 0) return null
  const runs = advances.flatMap((one) => one.runs)
  return {
    queues: [...new Set(advances.flatMap((one) => one.queues))],
    is_decision_due: advances.some((one) => one.is_decision_due),
    runs: [...new Map(runs.map((run) => [run.id, run])).values()],
  }
}
