import { fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { Worker } from 'node:worker_threads'
import type { Isolation } from '@jobu/handlers'
import { compiledFile } from './compiledFile.ts'
import type { FromIsolated, ToIsolated } from './isolationProtocol.ts'

export interface IsolatedEvents {
  onMessage(message: FromIsolated): void
  /** A line the handler wrote to its standard output or error. */
  onLine(stream: 'stdout' | 'stderr', line: string): void
  /** It is gone, whatever the reason; nothing follows. */
  onExit(how: string): void
}

/** How long output is awaited after a process is gone; only a process that left its group can hold it open. */
const OUTPUT_DRAIN_MS = 500

/** A child process or a thread that runs one attempt. */
export interface IsolatedHost {
  send(message: ToIsolated): void
  /** For certain, and everything it started. */
  kill(): void
}

export function startIsolated(isolation: Exclude<Isolation, 'none'>, events: IsolatedEvents): IsolatedHost {
  return isolation === 'process' ? startProcess(events) : startThread(events)
}

function startProcess({ onMessage, onLine, onExit }: IsolatedEvents): IsolatedHost {
  const child = fork(compiledFile('isolatedMain.js'), {
    // A group of its own, so that killing it takes its children along.
    detached: true,
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const killGroup = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch (error) {
      // ESRCH: the group is gone already, which is what was wanted.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
  child.on('message', (message) => onMessage(message as FromIsolated))
  forwardLines(child.stdout!, (line) => onLine('stdout', line))
  forwardLines(child.stderr!, (line) => onLine('stderr', line))
  let isGone = false
  const gone = (how: string) => {
    if (isGone) return
    isGone = true
    onExit(how)
  }
  child.on('error', (error) => gone(`could not be started: ${error.message}`))
  // What the handler left running would hold its pipes open: it ends with it, and then 'close' follows.
  child.on('exit', () => {
    killGroup()
    const leave = () => {
      child.stdout!.destroy()
      child.stderr!.destroy()
    }
    // What has come is read before, also where this process stood still while the time passed.
    setTimeout(() => setImmediate(leave), OUTPUT_DRAIN_MS).unref()
  })
  child.on('close', (code, signal) => gone(signal ? `was ended by ${signal}` : `ended with code ${code}`))
  return {
    send: (message) => {
      if (child.connected) child.send(message)
    },
    kill: killGroup,
  }
}

function startThread({ onMessage, onLine, onExit }: IsolatedEvents): IsolatedHost {
  const thread = new Worker(compiledFile('isolatedMain.js'), { stdout: true, stderr: true, execArgv: [] })
  let failure: Error | undefined
  thread.on('message', (message) => onMessage(message as FromIsolated))
  thread.on('error', (error) => {
    failure = error
  })
  thread.on('exit', (code) => onExit(failure ? `failed: ${failure.message}` : `ended with code ${code}`))
  forwardLines(thread.stdout, (line) => onLine('stdout', line))
  forwardLines(thread.stderr, (line) => onLine('stderr', line))
  return {
    send: (message) => thread.postMessage(message),
    kill: () => void thread.terminate(),
  }
}

function forwardLines(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine)
}
