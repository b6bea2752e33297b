import type { Connection, TaskPlace } from '@jobu/db'
import type { HandlerArtifacts } from './artifacts.ts'

/** What a handler may read of the execution it runs for. */
export interface HandlerExecution {
  id: number
  /** The cron job it belongs to; null for one asked for by a person, a workflow or an event. */
  jobId: number | null
  cronName: string | null
  handlerName: string
  scheduledTime: Date
  /** `cron`, `api`, `schedule` or `event`. */
  paramSource: string
  /** Tries already used up by failures; a drain does not count. */
  retryCount: number
  maxRetry: number
  queue: string
  priority: number
  /** The task of a schedule's run that this is an execution of; `ctx.task()` tells which. */
  taskRunId: number | null
}

/** Lines are stored for the execution and streamed live; `fields` must be JSON. */
export interface HandlerLogger {
  debug(message: string, fields?: object): void
  info(message: string, fields?: object): void
  warn(message: string, fields?: object): void
  error(message: string, fields?: object): void
}

/** What a handler gets beside its params. The worker implements it. */
export interface HandlerContext {
  /** Aborts on timeout, cancel, drain and a lost lease; its `reason` is an `AbortReason`. */
  signal: AbortSignal
  /** The fencing token of this try, 1 for the first. */
  attempt: number
  execution: HandlerExecution
  /** Shown live; writes are merged, so calling it often costs nothing. `percent` is 0 to 100. */
  progress(percent: number, step?: string): void
  logger: HandlerLogger
  artifacts: HandlerArtifacts
  /** The run and the task this is an execution of, looked up when asked; null where it is none. */
  task(): Promise<TaskPlace | null>
  /** A folder for this attempt alone, made at the first call and removed after the attempt, whatever happens. */
  workDir(): Promise<string>
  /** Commits what `fn` writes and the execution's `SUCCESS` with the result `fn` returns in one commit. */
  transaction<T>(fn: (tx: Connection) => Promise<T>): Promise<T>
  /** The same over several databases by two-phase commit; `getConnection(name)` finds the others inside `fn`. */
  transaction<T>(databases: readonly string[], fn: (tx: Connection) => Promise<T>): Promise<T>
  /** Inside a transaction that transaction's connection, otherwise one of the pool of the named database. */
  getConnection(name?: string): Connection
  /** Runs `fn` in a transaction of the named database, default `default`; a nested call joins the outer one. */
  transactional<T>(fn: (tx: Connection) => Promise<T>, options?: { database?: string }): Promise<T>
  transactionalReadonly<T>(fn: (tx: Connection) => Promise<T>, options?: { database?: string }): Promise<T>
}
