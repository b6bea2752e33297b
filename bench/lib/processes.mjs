import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { ROOT } from '../../scripts/lib/run.mjs'

/** How long a process may take to be up, and to answer, in milliseconds. */
const START_TIMEOUT_MS = 60_000
/** How long one may take to end after SIGTERM before it is killed, in milliseconds. */
const STOP_TIMEOUT_MS = 15_000

/** @type {Set<Process>} */
const running = new Set()

let isOver = false

/**
 * Ends whatever this benchmark still runs.
 *
 * @param {{ forGood?: boolean }} [options]  `forGood`: nothing is started any more, by whatever still runs in here
 */
export async function stopAll({ forGood = false } = {}) {
  isOver ||= forGood
  await Promise.all([...running].map((one) => one.stop()))
}

/** A child process with an IPC channel; it ends by itself when this process does. */
export class Process {
  #child
  #exited
  #output = ''
  #isStopping = false
  #nextId = 1
  #waiting = new Map()
  /** The last message of each type. @type {Map<string, any>} */
  seen = new Map()
  /** @type {(message: any) => void} */
  onMessage = () => {}

  /**
   * @param {{ node: string, script: string, args?: string[], execArgv?: string[], env?: Record<string, string>, cwd?: string }} options
   *        `script` is relative to the checkout
   */
  constructor({ node, script, args = [], execArgv = [], env = {}, cwd = ROOT }) {
    if (isOver) throw new Error('the benchmark is over')
    const inherited = Object.fromEntries(
      Object.entries(process.env).filter(([key]) => !key.startsWith('JOBU_') && key !== 'DATABASE_URL'),
    )
    this.name = script
    this.#child = spawn(node, [...execArgv, `${ROOT}/${script}`, ...args], {
      cwd,
      env: { ...inherited, NODE_ENV: 'production', JOBU_PARENT_PID: String(process.pid), ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.pid = this.#child.pid
    this.#exited = once(this.#child, 'exit')
    running.add(this)
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        this.#output = (this.#output + text).slice(-4000)
      })
    this.#child.on('message', (message) => this.#receive(message))
    this.#exited.then(([code, signal]) => {
      running.delete(this)
      const error = new Error(`${script} ended by itself (${signal ?? code}):\n${this.#output}`)
      for (const { reject } of this.#waiting.values()) reject(error)
      this.failure = this.#isStopping ? undefined : error
      this.onMessage({ type: 'ended' })
    })
  }

  /** What it wrote last. */
  get output() {
    return this.#output
  }

  /** Resolves once it has sent a message of this type. */
  async got(type, timeoutMs = START_TIMEOUT_MS) {
    for (const deadline = Date.now() + timeoutMs; !this.seen.has(type); await delay(5)) {
      if (this.failure) throw this.failure
      if (Date.now() > deadline) throw new Error(`${this.name} sent no "${type}":\n${this.#output}`)
    }
    return this.seen.get(type)
  }

  /** Has it carry out a command and gives what it answers. */
  async ask(command, options = {}, timeoutMs = 600_000) {
    if (this.failure) throw this.failure
    const id = this.#nextId++
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    this.#child.send({ id, command, options })
    const timeout = new AbortController()
    try {
      return await Promise.race([
        answer,
        delay(timeoutMs, null, { signal: timeout.signal }).then(() => {
          throw new Error(`${this.name} did not answer "${command}":\n${this.#output}`)
        }),
      ])
    } finally {
      timeout.abort()
      this.#waiting.delete(id)
    }
  }

  async stop() {
    if (this.#isStopping) return void (await this.#exited)
    this.#isStopping = true
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await this.#exited
    clearTimeout(timer)
  }

  #receive(message) {
    const waiting = message?.id === undefined ? undefined : this.#waiting.get(message.id)
    if (waiting) {
      if (message.error === undefined) waiting.resolve(message.result)
      else waiting.reject(new Error(`${this.name}: ${message.error}`))
      return
    }
    if (message?.type) this.seen.set(message.type, message)
    this.onMessage(message)
  }
}

/** CPU seconds a process has used, all its threads together; null where /proc is missing. */
export function cpuSeconds(pid) {
  try {
    let ns = 0
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      ns += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0])
    }
    return ns / 1e9
  } catch {
    return null
  }
}

/** Resident memory in MiB; null where /proc is missing. */
export function residentMiB(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024
  } catch {
    return null
  }
}

/** A process's children. @returns {number[]} */
export function childrenOf(pid) {
  try {
    const found = []
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      const text = readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim()
      if (text) found.push(...text.split(' ').map(Number))
    }
    return found
  } catch {
    return []
  }
}
