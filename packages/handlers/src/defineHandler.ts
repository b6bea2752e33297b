import type { ZodType } from 'zod'
import type { HandlerContext } from './context.ts'

/**
 * Where a handler runs: in the worker's own event loop, in a child process, or in a thread.
 * An isolated one is killed for certain at its timeout, also when it spins.
 */
export const ISOLATIONS = ['none', 'process', 'thread'] as const
export type Isolation = (typeof ISOLATIONS)[number]

/** The code of a job. `P` is what `params` parses to; without `params` it is any JSON object. */
export interface Handler<P = unknown> {
  /** What crons and jobs name it by: a letter, then up to 63 of letters, digits, `_`, `.` and `-`. */
  name: string
  description?: string
  /** A zod 4 schema. Its JSON Schema checks requests and draws the form in the UI. */
  params?: ZodType<P>
  /** Default `none`. */
  isolation?: Isolation
  /** Bound of one attempt where its cron or job sets none, in seconds. */
  timeoutSeconds?: number
  /** The return value is the result, a throw is a failed attempt. */
  run(params: P, ctx: HandlerContext): unknown
}

/** Returns the handler as it is; its use is that `params` gives `run` its types. */
export function defineHandler<P = Record<string, unknown>>(handler: Handler<P>): Handler<P> {
  return handler
}
