import { type Handler, parseParams, toJsonResult } from '@jobu/handlers'
import type { ExecuteDeps } from './executeDeps.ts'
import { ExecutionContext } from './handlerContext.ts'
import type { HeldExecution } from './heldExecutions.ts'
import { HandlerNotFound, outcomeOf } from './outcome.ts'
import { runIsolated } from './runIsolated.ts'
import { asHandlerOf } from './strayErrors.ts'

/**
 * One attempt, from a claimed row to an outcome handed to the completer: find the handler, parse the params, run,
 * classify. Never throws: whatever happens in here is the execution's outcome.
 */
export async function execute(held: HeldExecution, deps: ExecuteDeps): Promise<void> {
  const { registry, completer, config } = deps
  const { claim } = held
  try {
    const handler = registry.get(claim.handlerName)
    if (!handler) throw new HandlerNotFound(claim.handlerName)
    const parsed = parseParams(handler, claim.params)
    const params = parsed instanceof Promise ? await parsed : parsed
    const value = await run(handler, params, held, deps)
    if (held.isSettled) return
    // Told to stop for good, it stopped without a word: that is not a success. A drain it may outrun.
    if (held.abortReason && held.abortReason.code !== 'DRAIN') throw held.abortReason
    completer.succeed(held, toJsonResult(value, { maxBytes: config.max_result_bytes }))
  } catch (error) {
    completer.fail(held, outcomeOf(held, error))
  }
}

function run(handler: Handler, params: unknown, held: HeldExecution, deps: ExecuteDeps): unknown {
  if ((handler.isolation ?? 'none') !== 'none') return runIsolated(handler, held, deps)
  const context = new ExecutionContext(deps.contextHost, held)
  return asHandlerOf(held, () => handler.run(params, context))
}
