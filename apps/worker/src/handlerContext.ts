import { setTimeout as pause } from 'node:timers/promises'
import {
  type Connection,
  completeExecutions,
  type Database,
  type Databases,
  getExecution,
  isConnectionFailure,
  type TaskPlace,
  taskOf,
  transactionalAcross,
} from '@jobu/db'
import {
  AbortReason,
  type HandlerArtifacts,
  type HandlerContext,
  type HandlerExecution,
  type HandlerLogger,
  toJsonResult,
} from '@jobu/handlers'
import { type ArtifactStore, ExecutionArtifacts } from './executionArtifacts.ts'
import type { SecretMask } from './secretMask.ts'

/** The attempt a context is for. */
export interface ContextAttempt {
  readonly claim: HandlerExecution & { attempt: number }
  readonly signal: AbortSignal
  /** Hides the attempt's secrets in the result; null where it has none. */
  readonly mask: SecretMask | null
}

/**
 * What contexts stand on: the worker itself, or the other end of a channel in an isolated process. One for all, since a
 * worker makes tens of thousands of contexts a second.
 */
export interface ContextHost<A extends ContextAttempt> {
  databases: Databases
  /** Names of the databases the handler may use; null: all. */
  allowedDatabases: readonly string[] | null
  maxResultBytes: number
  artifacts: ArtifactStore
  /** Makes the attempt's working folder, or has made it. */
  workDir(attempt: A): Promise<string>
  progress(attempt: A, percent: number, step?: string): void
  log(attempt: A, level: keyof HandlerLogger, message: string, fields?: object): void
  /** `ctx.transaction` has committed the execution's SUCCESS. */
  onCommitted(attempt: A): void
}

const COMMIT_CHECK_PAUSE_MS = 250

/** The `ctx` of a handler. */
export class ExecutionContext<A extends ContextAttempt> implements HandlerContext {
  readonly #host: ContextHost<A>
  readonly #attempt: A
  #logger: HandlerLogger | undefined
  #artifacts: HandlerArtifacts | undefined

  constructor(host: ContextHost<A>, attempt: A) {
    this.#host = host
    this.#attempt = attempt
  }

  get signal(): AbortSignal {
    return this.#attempt.signal
  }

  get attempt(): number {
    return this.#attempt.claim.attempt
  }

  get execution(): HandlerExecution {
    return this.#attempt.claim
  }

  get logger(): HandlerLogger {
    const log = this.#host.log.bind(null, this.#attempt)
    this.#logger ??= {
      debug: (message, fields) => log('debug', message, fields),
      info: (message, fields) => log('info', message, fields),
      warn: (message, fields) => log('warn', message, fields),
      error: (message, fields) => log('error', message, fields),
    }
    return this.#logger
  }

  get artifacts(): HandlerArtifacts {
    this.#artifacts ??= new ExecutionArtifacts(this.#host.artifacts, this.#attempt)
    return this.#artifacts
  }

  async task(): Promise<TaskPlace | null> {
    const { taskRunId } = this.execution
    return taskRunId === null ? null : taskOf(this.#host.artifacts.db, taskRunId)
  }

  async workDir(): Promise<string> {
    return this.#host.workDir(this.#attempt)
  }

  progress(percent: number, step?: string): void {
    this.#host.progress(this.#attempt, percent, step)
  }

  getConnection(name = 'default'): Connection {
    return this.#database(name).current
  }

  async transactional<T>(
    fn: (tx: Connection) => Promise<T>,
    options: { database?: string } = {},
  ): Promise<T> {
    return this.#database(options.database).transactional({ label: 'ctx.transactional' }, fn)
  }

  async transactionalReadonly<T>(
    fn: (tx: Connection) => Promise<T>,
    options: { database?: string } = {},
  ): Promise<T> {
    return this.#database(options.database).transactional(
      { label: 'ctx.transactionalReadonly', readonly: true },
      fn,
    )
  }

  async transaction<T>(
    first: readonly string[] | ((tx: Connection) => Promise<T>),
    second?: (tx: Connection) => Promise<T>,
  ): Promise<T> {
    const { databases, maxResultBytes } = this.#host
    const onCommitted = () => this.#host.onCommitted(this.#attempt)
    const [names, fn] = typeof first === 'function' ? [[], first] : [first, second!]
    for (const name of names) this.#database(name)
    const { id, scheduledTime, attempt } = this.#attempt.claim
    const database = databases.get()
    let value: T
    try {
      return await transactionalAcross(databases, names, async () => {
        const tx = database.current
        value = await fn(tx)
        const json = toJsonResult(value, { maxBytes: maxResultBytes })
        const result = this.#attempt.mask ? this.#attempt.mask.json(json) : json
        const written = await completeExecutions(tx, [{ id, scheduledTime, attempt, result }])
        if (written.length === 0) {
          throw new AbortReason('LEASE_LOST', 'another attempt holds this execution; nothing was committed')
        }
        // Not before: it may be nested in another transaction of the handler's, which may yet roll back.
        await database.afterCommit(onCommitted)
        return value
      })
    } catch (error) {
      // The connection may have broken after the server committed: only the row knows.
      if (!isConnectionFailure(error) || !(await this.#hasCommitted(database))) throw error
      onCommitted()
      return value!
    }
  }

  async #hasCommitted(database: Database): Promise<boolean> {
    for (;;) {
      try {
        const row = await getExecution(database, this.execution.id)
        return row.status === 'SUCCESS' && row.attempt === this.attempt
      } catch (error) {
        if (!isConnectionFailure(error) || this.signal.aborted) throw error
        await pause(COMMIT_CHECK_PAUSE_MS)
      }
    }
  }

  #database(name = 'default'): Database {
    const { databases, allowedDatabases } = this.#host
    if (allowedDatabases && !allowedDatabases.includes(name)) {
      throw new Error(
        `database "${name}" is not among worker.databases (${allowedDatabases.join(', ') || 'none'})`,
      )
    }
    return databases.get(name)
  }
}
