import { Worker } from 'node:worker_threads'
import type { DatabaseConfig } from '@jobu/db'
import type { Logger } from '@jobu/runtime'
import { compiledFile } from './compiledFile.ts'
import type { WorkerConfig } from './config.ts'
import type { FromHeartbeat, HeartbeatData } from './heartbeatThread.ts'
import type { HeldExecutions } from './heldExecutions.ts'

const BEAT_INTERVAL_MS = 250
/** How long the thread may take to end; a connection that does not answer must not hold up a stop. */
const STOP_TIMEOUT_MS = 2_000

/** Keeps the leases of all that is held, from a thread of its own: a handler that blocks the event loop loses none. */
export class Heartbeat {
  /** Resolves when the thread is at work: until then a lease could run out unseen. */
  readonly up: Promise<void>
  readonly #thread: Worker
  readonly #held: HeldExecutions
  readonly #logger: Logger
  readonly #beatTimer: NodeJS.Timeout
  #isStopping = false
  #renewedAt = performance.now()
  #isFailing = false

  constructor(options: {
    config: WorkerConfig
    database: DatabaseConfig
    workerId: string
    held: HeldExecutions
    logger: Logger
    /** Somebody asked this worker to drain. */
    onDrain(): void
  }) {
    const { config, database, workerId, held, logger, onDrain } = options
    this.#held = held
    this.#logger = logger
    held.slots.beat()
    this.#beatTimer = setInterval(() => held.slots.beat(), BEAT_INTERVAL_MS)
    const workerData: HeartbeatData = {
      database,
      workerId,
      slots: held.slots.buffer,
      leaseMs: config.lease_seconds * 1000,
      heartbeatMs: config.heartbeat_seconds * 1000,
      abortGraceMs: config.abort_grace_ms,
    }
    this.#thread = new Worker(compiledFile('heartbeatThread.js'), {
      workerData,
      execArgv: [],
      // It makes little garbage; with the default it would keep tens of megabytes of it.
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
    })
    this.up = new Promise((resolve) => this.#thread.once('message', () => resolve()))
    this.#thread.on('message', (message: FromHeartbeat) => {
      if (message.type !== 'failed') this.#renewedAt = performance.now()
      if (message.type === 'draining') onDrain()
      if (message.type === 'lost') this.#lose(message.executions)
      if (message.type === 'failed' && !this.#isFailing)
        logger.warn('leases not renewed yet', { error: message.message })
      this.#isFailing = message.type === 'failed'
    })
    // Without it every lease would be lost in silence: as bad as a crash, and treated as one.
    this.#thread.on('error', (error) => {
      throw error
    })
    this.#thread.on('exit', (code) => {
      if (!this.#isStopping) throw new Error(`heartbeat thread ended with code ${code}`)
    })
  }

  /** Seconds since the leases were renewed. */
  get ageSeconds(): number {
    return (performance.now() - this.#renewedAt) / 1000
  }

  draining(): void {
    this.#thread.postMessage('draining')
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    clearInterval(this.#beatTimer)
    const ended = new Promise((resolve) => this.#thread.once('exit', resolve))
    this.#thread.postMessage('stop')
    const timer = setTimeout(() => void this.#thread.terminate(), STOP_TIMEOUT_MS)
    await ended
    clearTimeout(timer)
  }

  #lose(executions: Array<{ id: number; attempt: number }>): void {
    for (const { id, attempt } of executions) {
      // One that was settled between the reading of the slots and now is not lost.
      if (this.#held.get(id, attempt)?.abort('LEASE_LOST', 'the lease was lost: another attempt may run'))
        this.#logger.warn('lease lost', { executionId: id, attempt })
    }
  }
}
