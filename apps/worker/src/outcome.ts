import type { Failure } from '@jobu/db'
import { HandlerParamsError, HandlerResultError } from '@jobu/handlers'
import type { HeldExecution } from './heldExecutions.ts'

/** How an attempt that did not succeed ended; `LEASE_LOST` writes nothing, another attempt owns the row. */
export type Outcome =
  | Pick<Failure, 'outcome' | 'reason' | 'message' | 'stack' | 'retryDelayMs'>
  | 'LEASE_LOST'

/**
 * Says what an error means for the attempt. An abort decides before the error does: a handler that is told to stop
 * usually fails with whatever it was interrupted in.
 */
export function outcomeOf(held: HeldExecution, error: unknown): Outcome {
  const { abortReason } = held
  const stack = error instanceof Error && error !== abortReason ? (error.stack ?? null) : null
  switch (abortReason?.code) {
    case 'LEASE_LOST':
      return 'LEASE_LOST'
    case 'TIMEOUT':
      return {
        outcome: 'TIMEOUT',
        reason: 'TIMEOUT',
        message: abortReason.message,
        stack,
        retryDelayMs: held.retryDelayMs,
      }
    case 'CANCELLED':
      return {
        outcome: 'CANCELLED',
        reason: 'CANCELLED_BY_USER',
        message: abortReason.message,
        stack,
        retryDelayMs: null,
      }
    case 'DRAIN':
      return { outcome: 'RELEASED', reason: 'DRAINED', message: abortReason.message, stack, retryDelayMs: 0 }
  }
  // Trying these again would end the same way.
  if (
    error instanceof HandlerNotFound ||
    error instanceof HandlerParamsError ||
    error instanceof HandlerResultError
  ) {
    const reason =
      error instanceof HandlerNotFound
        ? 'HANDLER_NOT_FOUND'
        : error instanceof HandlerParamsError
          ? 'PARAMS_INVALID'
          : 'RESULT_INVALID'
    return { outcome: 'FAILED', reason, message: error.message, stack: null, retryDelayMs: null }
  }
  return {
    outcome: 'FAILED',
    reason: 'HANDLER_ERROR',
    message: messageOf(error),
    stack,
    retryDelayMs: held.retryDelayMs,
  }
}

/** The worker lost a handler it had when it claimed. */
export class HandlerNotFound extends Error {
  override name = 'HandlerNotFound'

  constructor(handlerName: string) {
    super(`handler "${handlerName}" not found in this worker`)
  }
}

/** An error's message with those of its causes: "fetch failed" alone tells nobody anything. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${String(error)}`
  const parts: string[] = []
  for (let at: unknown = error; at instanceof Error && parts.length < 5; at = at.cause) {
    if (at.message && !parts.some((part) => part.includes((at as Error).message))) parts.push(at.message)
  }
  return parts.join(': ') || error.name
}
