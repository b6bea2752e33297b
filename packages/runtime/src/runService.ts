import { createLogger, type Logger } from './createLogger.ts'
import { describeFailure } from './describeFailure.ts'

export type Service = {
  /** Ends the service in order; it owns the bound on how long that takes. */
  stop(reason: string): Promise<void>
  /** Where it listens, for the launcher's ready message: `http://127.0.0.1:8080`. */
  address?: string
  /** What else the launcher's ready message needs to know. */
  report?: Record<string, unknown>
}

/** How long a service may take to stop after an error that nothing caught, in milliseconds. */
const CRASH_STOP_TIMEOUT_MS = 10_000
/** How long a start that was interrupted by a signal may take to finish, in milliseconds. */
const INTERRUPTED_START_TIMEOUT_MS = 3_000
/** How often a service looks whether the launcher that started it is still there, in milliseconds. */
const PARENT_CHECK_MS = 1_000

/**
 * A service's life in its process: starting -> running -> stopping -> exit.
 *
 *   start fails                                -> one line on stderr, exit 1
 *   SIGTERM, SIGINT, or the launcher is gone   -> stop(reason), exit 0; a second signal: exit 130 at once
 *   an error that nothing caught               -> log, stop(reason) within a bound, exit 1
 *
 * The launcher (`npm start`) is watched when `JOBU_PARENT_PID` is set, and told `{ type: 'ready', address, ...report }` over IPC
 * when it asked for a channel.
 *
 * @param start resolves when the service is up, ready to take work
 */
export async function runService(name: string, start: () => Promise<Service>): Promise<void> {
  // The launcher's end of the pipe may be gone; that must not turn an orderly stop into a crash.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

  let logger: Logger | undefined
  let starting: Promise<Service> | undefined
  let isUp = false
  let isStopping = false

  const stop = async (reason: string, exitCode: number, timeoutMs?: number) => {
    isStopping = true
    logger?.info('service stopping', { reason })
    try {
      const hasStarted = await settledWithin(starting, INTERRUPTED_START_TIMEOUT_MS)
      const stopped = hasStarted ? starting!.then((service) => service.stop(reason)) : Promise.resolve()
      const inTime =
        timeoutMs === undefined ? await stopped.then(() => true) : await settledWithin(stopped, timeoutMs)
      logger?.info(inTime ? 'service stopped' : 'service did not stop in time', { reason })
    } catch (error) {
      logger?.error('service did not stop cleanly', { error })
      exitCode = 1
    }
    process.exit(exitCode)
  }

  const onSignal = (signal: NodeJS.Signals) => {
    if (isStopping) process.exit(130)
    void stop(signal, 0)
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)

  const failStart = (error: unknown): never => {
    const { text, expected } = describeFailure(error)
    process.stderr.write(`${name} cannot start: ${text}\n`)
    if (!expected && error instanceof Error) process.stderr.write(`${error.stack}\n`)
    process.exit(1)
  }

  const onUncaught = (error: unknown) => {
    if (!isUp && !isStopping) failStart(error)
    if (logger) logger.error('uncaught error', { error })
    else console.error(error)
    if (isStopping) process.exit(1)
    void stop('uncaught error', 1, CRASH_STOP_TIMEOUT_MS)
  }
  process.on('uncaughtException', onUncaught)
  process.on('unhandledRejection', onUncaught)

  watchParent(() => {
    if (!isStopping) void stop('launcher gone', 0)
  })

  try {
    logger = createLogger(name)
    starting = start()
    const { address, report } = await starting
    isUp = true
    logger.info('service started', { address })
    process.send?.({ type: 'ready', address, ...report })
  } catch (error) {
    failStart(error)
  }
}

/** Whether `promise` resolves within the time; rejects as it does. Without a promise: false. */
async function settledWithin(promise: Promise<unknown> | undefined, timeoutMs: number): Promise<boolean> {
  if (!promise) return false
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs)
  })
  return Promise.race([promise.then(() => true), timeout]).finally(() => clearTimeout(timer))
}

function watchParent(onGone: () => void) {
  const parentPid = Number(process.env.JOBU_PARENT_PID)
  // Programs that this service starts have another parent.
  delete process.env.JOBU_PARENT_PID
  if (!parentPid) return
  const check = setInterval(() => {
    if (process.ppid === parentPid) return
    clearInterval(check)
    onGone()
  }, PARENT_CHECK_MS)
  check.unref()
}
