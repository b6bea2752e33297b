import { type Handler, mentionsSecret, parseParams, toJsonResult } from '@jobu/handlers'
import type { ExecuteDeps } from './executeDeps.ts'
import { ExecutionContext } from './handlerContext.ts'
import type { HeldExecution } from './heldExecutions.ts'
import { HandlerNotFound, outcomeOf } from './outcome.ts'
import { runIsolated } from './runIsolated.ts'
import { SecretMask } from './secretMask.ts'
import { asHandlerOf } from './strayErrors.ts'

/**
 * One attempt, from a claimed row to an outcome handed to the completer: find the handler, resolve the secrets in
 * its params, parse them, run, classify. Never throws: whatever happens in here is the execution's outcome.
 */
export async function execute(held: HeldExecution, deps: ExecuteDeps): Promise<void> {
  const { registry, completer, config, workFolders } = deps
  const { claim } = held
  try {
    const handler = registry.get(claim.handlerName)
    if (!handler) throw new HandlerNotFound(claim.handlerName)
    const raw = mentionsSecret(claim.params) ? await withSecrets(held, deps) : claim.params
    const parsed = parseParams(handler, raw)
    const params = parsed instanceof Promise ? await parsed : parsed
    const value = await run(handler, raw, params, held, deps)
    if (held.isSettled) return
    // Told to stop for good, it stopped without a word: that is not a success. A drain it may outrun.
    if (held.abortReason && held.abortReason.code !== 'DRAIN') throw held.abortReason
    const json = toJsonResult(value, { maxBytes: config.max_result_bytes })
    completer.succeed(held, held.mask ? held.mask.json(json) : json)
  } catch (error) {
    completer.fail(held, outcomeOf(held, error))
  }
  if (workFolders.areUsed) await workFolders.release(claim)
}

/** Where its params name secrets: the params with their values, which from here on are masked in all it leaves. */
async function withSecrets(held: HeldExecution, { secrets }: ExecuteDeps): Promise<unknown> {
  const { handlerName, params } = held.claim
  const resolved = await secrets.resolve(handlerName, params)
  held.mask = new SecretMask(resolved.values)
  return resolved.params
}

function run(
  handler: Handler,
  raw: unknown,
  params: unknown,
  held: HeldExecution,
  deps: ExecuteDeps,
): unknown {
  if ((handler.isolation ?? 'none') !== 'none') return runIsolated(handler, raw, held, deps)
  const context = new ExecutionContext(deps.contextHost, held)
  return asHandlerOf(held, () => handler.run(params, context))
}
