import type { ClaimedExecution, DatabaseConfig } from '@jobu/db'
import type { AbortReason, HandlerLogger } from '@jobu/handlers'

/** What an isolated process or thread needs to run one attempt. */
export interface RunOrder {
  type: 'run'
  claim: ClaimedExecution
  /** With the values of their secrets. */
  params: unknown
  /** Values to be masked in what it writes itself: the result of `ctx.transaction`. */
  secrets: readonly string[]
  handlersPath: string[]
  isShellEnabled: boolean
  databases: Record<string, DatabaseConfig>
  allowedDatabases: readonly string[] | null
  maxResultBytes: number
  /** Of artifacts. */
  maxBytes: number
  maxCount: number
  /** Made when the handler asks for it; removed by the worker. */
  workDir: string
}

export type ToIsolated = RunOrder | { type: 'abort'; code: AbortReason['code']; message: string }

export type FromIsolated =
  | { type: 'log'; level: keyof HandlerLogger; message: string; fields?: object }
  | { type: 'progress'; percent: number; step?: string }
  | { type: 'committed' }
  | { type: 'done'; json: string }
  | { type: 'failed'; name: string; message: string; stack: string | null }
