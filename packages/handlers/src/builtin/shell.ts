import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { defineHandler } from '../defineHandler.ts'
import { HandlerFailure } from '../errors.ts'
import { outputReader } from '../outputReader.ts'

/** Between SIGTERM and SIGKILL when the execution is aborted. */
const KILL_GRACE_MS = 2_000
/** How long output is awaited after the group is gone; only a process that left the group can hold it open. */
const OUTPUT_DRAIN_MS = 500
const ERROR_TAIL_CHARS = 4_096
/** What a command may see of the worker's environment. Everything else may be a secret, DATABASE_URL first. */
const INHERITED_ENV = ['PATH', 'HOME', 'LANG', 'TZ']

/** Becomes the command once the worker says so, and nothing if the worker dies before. */
const GATE = 'read -r _ <&3 && exec "$@" 3<&-'
/** Outlives the worker: end of input without a line means that the worker died, and the command's group with it. */
const WATCHDOG = 'read -r _ || kill -9 "-$1"'

export const shell = defineHandler({
  name: 'shell',
  description: 'Runs a command on the worker',
  params: z
    .strictObject({
      command: z.string().min(1).optional().describe('A command line for /bin/sh; or give argv'),
      argv: z.array(z.string()).min(1).optional().describe('Program and arguments, without a shell'),
      cwd: z.string().min(1).optional().describe("Working directory; default the worker's"),
      env: z
        .record(z.string(), z.string())
        .default({})
        .describe(`Environment beside ${INHERITED_ENV.join(', ')}`),
      stdin: z.string().default('').describe('Given to the command as its input'),
      expected_exit_codes: z
        .array(z.int().min(0).max(255))
        .min(1)
        .default([0])
        .describe('Exit codes that count as success'),
    })
    .refine((params) => (params.command === undefined) !== (params.argv === undefined), {
      path: ['command'],
      message: 'give either command or argv',
    }),

  async run(params, ctx) {
    const startedAt = performance.now()
    if (params.cwd !== undefined) await checkFolder(params.cwd)
    const { child, exited, watchdog } = await start(params)
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
    child.stdin.end(params.stdin)

    const [exitCode, exitSignal] = await exited
    // Aborted: those of the group that still write get the rest of the grace, and killTimer its end.
    if (ctx.signal.aborted) await Promise.race([outputEnded, delay(KILL_GRACE_MS, undefined, { ref: false })])
    ctx.signal.removeEventListener('abort', onAbort)
    clearTimeout(killTimer)
    killGroup('SIGKILL')
    watchdog.stdin.end('\n')
    await Promise.race([outputEnded, delay(OUTPUT_DRAIN_MS, undefined, { ref: false })])
    for (const stream of child.stdio) stream?.destroy()

    const stdoutTail = stdout.tail()
    const stderrTail = stderr.tail()
    ctx.signal.throwIfAborted()
    if (exitCode === null || !params.expected_exit_codes.includes(exitCode)) {
      const how = exitCode === null ? `was ended by ${exitSignal}` : `exited with code ${exitCode}`
      const why = stderrTail.trim().slice(-ERROR_TAIL_CHARS)
      const expected = params.expected_exit_codes.join(', ')
      throw new HandlerFailure(
        'SHELL_EXIT_UNEXPECTED',
        `command ${how}, expected ${expected}${why ? `: ${why}` : ''}`,
      )
    }
    return {
      exit_code: exitCode,
      stdout_tail: stdoutTail,
      stderr_tail: stderrTail,
      duration_ms: Math.round(performance.now() - startedAt),
    }
  },
})

interface StartedCommand {
  child: ChildProcessWithoutNullStreams
  exited: Promise<[number | null, NodeJS.Signals | null]>
  watchdog: ChildProcess & { stdin: Writable }
}

/** Starts the command behind its gate, and its watchdog. The command itself runs once a line is written to fd 3. */
async function start({
  argv,
  command,
  cwd,
  env,
}: {
  argv?: string[]
  command?: string
  cwd?: string
  env: Record<string, string>
}): Promise<StartedCommand> {
  const inherited = INHERITED_ENV.flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]]],
  )
  let child: ChildProcess | undefined
  try {
    // Detached: the command leads a group of its own, so that one signal reaches all it started.
    child = spawn('/bin/sh', ['-c', GATE, 'sh', ...(argv ?? ['/bin/sh', '-c', command!])], {
      cwd,
      env: { ...Object.fromEntries(inherited), ...env },
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
    const message = `cannot start a command: ${(error as Error).message}`
    throw new HandlerFailure('SHELL_START_FAILED', message, { cause: error })
  }
}

/** spawn reports a missing folder as a missing /bin/sh. */
async function checkFolder(cwd: string): Promise<void> {
  const isFolder = await stat(cwd).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isFolder) throw new HandlerFailure('SHELL_START_FAILED', `cwd ${cwd} is not a folder on this worker`)
}
