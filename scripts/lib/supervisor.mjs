import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { ROOT } from './run.mjs'

/** Pauses before a service that died is started again; a life of `CALM_MS` starts them over. */
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000
const CALM_MS = 60_000
/** How long the output of a service that has ended is waited for. */
const LAST_LINES_MS = 300

/**
 * Keeps one service running: starting -> up -> (died -> pause -> starting)* -> stopped.
 *
 * The service leads a process group of its own, so that a terminal's Ctrl+C reaches the launcher only, and whatever it
 * leaves running can be ended with it.
 *
 * @param {{ script: string, env: NodeJS.ProcessEnv, onLine(line: string): void, say(text: string): void }} options
 *        `script` is relative to the checkout
 * @returns {{ up: Promise<{ address?: string }>, stop(timeoutMs: number): Promise<void>, kill(): void }}
 *          `up` rejects when the first start ends by itself with an exit code, as it does on a bad configuration
 */
export function supervise({ script, env, onLine, say }) {
  let child
  let pauseMs = FIRST_PAUSE_MS
  let restart
  let isStopping = false
  let isUp = false
  const up = Promise.withResolvers?.() ?? withResolvers()

  const start = () => {
    const startedAt = Date.now()
    child = spawn(process.execPath, ['--enable-source-maps', script], {
      cwd: ROOT,
      env: { ...env, JOBU_PARENT_PID: String(process.pid) },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    for (const stream of [child.stdout, child.stderr]) eachLine(stream, onLine)
    child.on('message', (message) => {
      if (message?.type !== 'ready') return
      isUp = true
      up.resolve(message)
    })
    child.on('exit', (code, signal) => {
      signalGroup(child, 'SIGKILL')
      const how = signal ? `by ${signal}` : `with exit code ${code}`
      if (isStopping) return
      if (!isUp && code !== null) {
        isStopping = true
        up.reject(new Error(`ended while starting, ${how}`))
        return
      }
      if (Date.now() - startedAt >= CALM_MS) pauseMs = FIRST_PAUSE_MS
      say(`ended ${how}; starting it again in ${pauseMs / 1000} s`)
      restart = setTimeout(start, pauseMs)
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
    })
  }
  start()

  return {
    up: up.promise,
    async stop(timeoutMs) {
      isStopping = true
      clearTimeout(restart)
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      const drained = once(child, 'close')
      child.kill('SIGTERM')
      const timer = setTimeout(() => {
        say(`has not stopped within ${timeoutMs / 1000} s: killed`)
        signalGroup(child, 'SIGKILL')
      }, timeoutMs)
      await ended
      clearTimeout(timer)
      // Its last lines; a program of another group may hold the pipe open, and is not waited for.
      await Promise.race([drained, delay(LAST_LINES_MS)])
    },
    kill: () => signalGroup(child, 'SIGKILL'),
  }
}

function withResolvers() {
  const deferred = {}
  deferred.promise = new Promise((resolve, reject) => Object.assign(deferred, { resolve, reject }))
  return deferred
}

/** Signals the service and what it started in its group; nothing when they are gone. */
function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

function eachLine(stream, onLine) {
  let rest = ''
  stream.setEncoding('utf8').on('data', (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()
    for (const line of lines) onLine(line)
  })
  stream.on('end', () => rest && onLine(rest))
}
