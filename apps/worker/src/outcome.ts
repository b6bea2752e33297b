import { inspect } from 'node:util'
import type { Failure } from '@jobu/db'
import { HandlerParamsError, HandlerResultError } from '@jobu/handlers'
import type { HeldExecution } from './heldExecutions.ts'
import { SecretNotFound } from './secretStore.ts'

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
  const stack = error === abortReason ? null : stackOf(error)
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
  for (const [kind, reason] of FINAL_ERRORS) {
    if (isA(error, kind))
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

const FINAL_ERRORS = [
  [HandlerNotFound, 'HANDLER_NOT_FOUND'],
  [HandlerParamsError, 'PARAMS_INVALID'],
  [SecretNotFound, 'SECRET_NOT_FOUND'],
  [HandlerResultError, 'RESULT_INVALID'],
] as const

/** Causes looked at; a chain may be long, or a circle. */
const MAX_CAUSES = 5

/** An error's message with those of its causes: "fetch failed" alone tells nobody anything. */
export function messageOf(error: unknown): string {
  return orElse('thrown: something that cannot be read', () => readMessage(error))
}

export function stackOf(error: unknown): string | null {
  return orElse(null, () => (isErrorLike(error) && typeof error.stack === 'string' ? error.stack : null))
}

/** The class of an error that means more than a failed attempt, otherwise `Error`. */
export function kindOf(error: unknown): string {
  return FINAL_ERRORS.find(([kind]) => isA(error, kind))?.[0].name ?? 'Error'
}

function isA<T extends Error>(error: unknown, kind: abstract new (...args: never[]) => T): error is T {
  return orElse(false, () => error instanceof kind)
}

/** Anything can be thrown, also what throws itself when it is looked at: a getter, a proxy. */
function orElse<T>(otherwise: T, look: () => T): T {
  try {
    return look()
  } catch {
    return otherwise
  }
}

function readMessage(error: unknown): string {
  if (!isErrorLike(error)) return `thrown: ${typeof error === 'string' ? error : shown(error)}`
  const parts: string[] = []
  let at: unknown = error
  for (let depth = 0; isErrorLike(at) && depth < MAX_CAUSES; depth++, at = at.cause) {
    const own = typeof at.message === 'string' ? at.message : shown(at.message)
    const message = own || (Array.isArray(at.errors) ? at.errors.map(readMessage).join('; ') : '')
    if (message && !parts.some((part) => part.includes(message))) parts.push(message)
  }
  return parts.join(': ') || String(error.name)
}

/** By shape: an error of another realm (a vm context's) is no instance of this Error. */
function isErrorLike(
  value: unknown,
): value is Record<'name' | 'message' | 'stack' | 'cause' | 'errors', unknown> {
  return typeof value === 'object' && value !== null && 'message' in value
}

const shown = (value: unknown) => inspect(value, { depth: 2, breakLength: Number.POSITIVE_INFINITY })
