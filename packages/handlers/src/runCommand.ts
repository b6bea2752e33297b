import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { HandlerContext } from './context.ts'
import { HandlerFailure } from './errors.ts'
import { outputReader } from './outputReader.ts'

/** Between SIGTERM and SIGKILL when the execution is aborted. */
const KILL_GRACE_MS = 2_000
/** How long output is awaited after the group is gone; only a process that left the group can hold it open. */
const OUTPUT_DRAIN_MS = 500

/** Becomes the command once the worker says so, and nothing if the worker dies before. */
const GATE = 'read -r _ <&3 && exec "$@" 3<&-'
/** Outlives the worker: end of input without a line means that the worker died, and the command's group with it. */
const WATCHDOG = 'read -r _ || kill -9 "-$1"'

export interface Command {
  argv: string[]
  /** Default: the worker's. */
  cwd?: string | undefined
  /** All that it sees. */
  env: Record<string, string>
  stdin: string
}

export interface CommandEnd {
  exitCode: number | null
  exitSignal: NodeJS.Signals | null
  /** The last 16 KiB. */
  stdoutTail: string
  stderrTail: string
}

/** Variables of the worker, those that are set. Everything else may be a secret, DATABASE_URL first. */
export function inheritedEnv(names: readonly string[]): Record<string, string> {
  const set = names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))
  return Object.fromEntries(set)
}

/**
 * Runs a command in a process group of its own until it ends, each line of its output a line of the log. What it started
 * ends with it, as it does when the execution is aborted or the worker dies; only a process that makes itself a group of
 * its own gets away.
 *
 * @throws HandlerFailure with `startFailed` where the system cannot start it; the signal's reason when aborted
 */
export async function runCommand(
  command: Command,
  ctx: Pick<HandlerContext, 'logger' | 'signal'>,
  startFailed: 'SHELL_START_FAILED' | 'SCRIPT_START_FAILED',
): Promise<CommandEnd> {
  if (command.cwd !== undefined) await checkFolder(command.cwd, startFailed)
  const { child, exited, watchdog } = await start(command, startFailed)
  // Nothing was written before the gate opened, so nothing is missed by listening from here.
  const outputEnded = Promise.all([once(child.stdout, 'close'), once(child.stderr, 'close')])
  const stdout = outputReader(child.stdout, (line) => ctx.logger.info(line))
  const stderr = outputReader(child.stderr, (line) => ctx.logger.warn(line))
  const gate = child.stdio[3] as Writable
  // A command need not read its input, nor live until it is written.
  for (const input of [child.stdin, gate, watchdog.stdin]) input.on('error', () => {})

  const killGroup = (signal: NodeJS.Signals) => {
    try {
      process.kill(-child.pid!, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH')
        ctx.logger.warn('command not killed', { error: String(error) })
    }
  }
  let killTimer: NodeJS.Timeout | undefined
  const onAbort = () => {
    killGroup('SIGTERM')
    killTimer = setTimeout(killGroup, KILL_GRACE_MS, 'SIGKILL')
  }
  ctx.signal.addEventListener('abort', onAbort, { once: true })
  if (ctx.signal.aborted) onAbort()
  else gate.end('\n')
  child.stdin.end(command.stdin)

  const [exitCode, exitSignal] = await exited
  // Aborted: those of the group that still write get the rest of the grace, and killTimer its end.
  if (ctx.signal.aborted) await Promise.race([outputEnded, delay(KILL_GRACE_MS, undefined, { ref: false })])
  ctx.signal.removeEventListener('abort', onAbort)
  clearTimeout(killTimer)
  killGroup('SIGKILL')
  watchdog.stdin.end('\n')
  await Promise.race([outputEnded, delay(OUTPUT_DRAIN_MS, undefined, { ref: false })])
  for (const stream of child.stdio) stream?.destroy()

  const ended = { exitCode, exitSignal, stdoutTail: stdout.tail(), stderrTail: stderr.tail() }
  ctx.signal.throwIfAborted()
  return ended
}

interface StartedCommand {
  child: ChildProcessWithoutNullStreams
  exited: Promise<[number | null, NodeJS.Signals | null]>
  watchdog: ChildProcess & { stdin: Writable }
}

/** Starts the command behind its gate, and its watchdog. The command itself runs once a line is written to fd 3. */
async function start(
  { argv, cwd, env }: Command,
  startFailed: Parameters<typeof runCommand>[2],
): Promise<StartedCommand> {
  let child: ChildProcess | undefined
  try {
    // Detached: the command leads a group of its own, so that one signal reaches all it started.
    child = spawn('/bin/sh', ['-c', GATE, 'sh', ...argv], {
      cwd,
      env,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    })
    const exited = once(child, 'exit') as StartedCommand['exited']
    // A failure to start rejects this too; it is reported by the wait for `spawn`.
    exited.catch(() => {})
    await once(child, 'spawn')
    const watchdog = spawn('/bin/sh', ['-c', WATCHDOG, 'sh', String(child.pid)], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    await once(watchdog, 'spawn')
    return {
      child: child as ChildProcessWithoutNullStreams,
      exited,
      watchdog: watchdog as StartedCommand['watchdog'],
    }
  } catch (error) {
    // Closes the gate, upon which a command without a watchdog ends; without file descriptors there is no stdio.
    for (const stream of child?.stdio ?? []) stream?.destroy()
    throw new HandlerFailure(startFailed, `cannot start a command: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

/** spawn reports a missing folder as a missing /bin/sh. */
async function checkFolder(cwd: string, startFailed: Parameters<typeof runCommand>[2]): Promise<void> {
  const isFolder = await stat(cwd).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isFolder) throw new HandlerFailure(startFailed, `cwd ${cwd} is not a folder on this worker`)
}
