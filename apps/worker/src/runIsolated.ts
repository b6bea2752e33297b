import { type Handler, HandlerParamsError, HandlerResultError, type Isolation } from '@jobu/handlers'
import type { ExecuteDeps } from './executeDeps.ts'
import type { HeldExecution } from './heldExecutions.ts'
import { startIsolated } from './isolatedHost.ts'
import type { FromIsolated } from './isolationProtocol.ts'
import { HandlerNotFound } from './outcome.ts'

/**
 * Runs a handler in a child process or a thread. An abort is passed on; what has not ended after the grace is killed,
 * so this always ends, also when the handler spins.
 *
 * @param params  with the values of their secrets, not parsed yet
 * @returns       the handler's result
 * @throws        what the handler threw, or that its process ended without an answer
 */
export function runIsolated(
  handler: Handler,
  params: unknown,
  held: HeldExecution,
  deps: ExecuteDeps,
): Promise<unknown> {
  const { config, databaseConfigs, reporter, completer } = deps
  const { claim } = held
  const isolation = handler.isolation as Exclude<Isolation, 'none'>

  return new Promise((resolve, reject) => {
    let killTimer: NodeJS.Timeout | undefined
    let answer: Extract<FromIsolated, { type: 'done' | 'failed' }> | undefined
    const host = startIsolated(isolation, {
      onMessage: (message) => {
        if (message.type === 'log') reporter.log(held, message.level, message.message, message.fields)
        else if (message.type === 'progress') reporter.progress(held, message.percent, message.step)
        else if (message.type === 'committed') {
          completer.settledElsewhere(held)
          // Nobody watches over what is settled, but the time limit still holds for what the handler does after it.
          if (held.deadlineAt > 0)
            killTimer = setTimeout(host.kill, held.deadlineAt - Date.now() + config.abort_grace_ms)
        } else answer = message
      },
      onLine: (stream, line) => reporter.log(held, stream === 'stderr' ? 'warn' : 'info', line),
      onExit: (how) => {
        clearTimeout(killTimer)
        held.onAbort = undefined
        if (answer?.type === 'done') resolve(JSON.parse(answer.json))
        else if (answer) reject(revive(answer))
        else reject(held.abortReason ?? new Error(`isolated ${isolation} ${how} without an answer`))
      },
    })
    held.onAbort = ({ code, message }) => {
      host.send({ type: 'abort', code, message })
      killTimer = setTimeout(host.kill, code === 'LEASE_LOST' ? 0 : config.abort_grace_ms)
    }
    if (held.abortReason) held.onAbort(held.abortReason)
    host.send({
      type: 'run',
      claim,
      params,
      secrets: held.mask?.values ?? [],
      handlersPath: config.handlers_path,
      isShellEnabled: config.shell.enabled,
      databases: databaseConfigs,
      allowedDatabases: config.databases,
      maxResultBytes: config.max_result_bytes,
      maxBytes: config.max_artifact_bytes,
      maxCount: config.max_artifacts,
      workDir: deps.workFolders.expect(claim),
    })
  })
}

/** Errors that mean more than a failed attempt keep their class across the channel. */
function revive({ name, message, stack }: Extract<FromIsolated, { type: 'failed' }>): Error {
  if (name === 'HandlerParamsError') return new HandlerParamsError(message, [])
  if (name === 'HandlerResultError') return new HandlerResultError('RESULT_NOT_JSON', message)
  const error = name === 'HandlerNotFound' ? new HandlerNotFound('') : new Error(message)
  error.message = message
  error.name = name
  error.stack = stack ?? undefined
  return error
}
