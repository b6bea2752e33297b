import { AsyncLocalStorage } from 'node:async_hooks'
import type { HeldExecution } from './heldExecutions.ts'

/** Which execution's handler the current code belongs to, through every await, timer and event it started. */
const running = new AsyncLocalStorage<HeldExecution>()

/** Runs a handler so that `containStrayErrors` can tell its errors from the worker's own. */
export function asHandlerOf<T>(held: HeldExecution, run: () => T): T {
  return running.run(held, run)
}

/**
 * A promise that a handler does not await may reject, a timer or a socket of its own may throw, and nobody is there
 * to catch it. Node would end the process, and with it every other execution of this worker. Such an error is told to
 * `report` instead; the execution itself goes on, since its outcome is what its `run` says. An error that is not a
 * handler's goes to whoever listened before, which ends the worker.
 */
export function containStrayErrors(report: (held: HeldExecution, error: unknown) => void): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    const others = process.rawListeners(event)
    process.removeAllListeners(event)
    process.on(event, (error: unknown, second: unknown) => {
      const held = running.getStore()
      if (held) report(held, error)
      else for (const other of others) other.call(process, error, second)
    })
  }
}
