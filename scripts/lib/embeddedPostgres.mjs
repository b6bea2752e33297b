import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { postgresBinaries } from './postgresBinaries.mjs'
import { environment, placeFor, prepareDataDir, readLock, stopLeftover, USER } from './postgresDataDir.mjs'

/** How long the server may take to accept connections, crash recovery included. */
const START_TIMEOUT_MS = 120_000
/** How long a fast shutdown may take before the server is told to abort. */
const STOP_TIMEOUT_MS = 10_000
/** How long a start waits for the processes of a killed server to let go of its memory. */
const LINGER_TIMEOUT_MS = 15_000
const POLL_MS = 20
const LOG_LIMIT_BYTES = 10 * 1024 * 1024

/** Commits are durable; memory and connections suit a laptop. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  cluster_name: 'jobu',
  max_connections: 200,
  // Transactions over several databases use PREPARE TRANSACTION, which is off at 0.
  max_prepared_transactions: 64,
  shared_buffers: '256MB',
  fsync: 'on',
  synchronous_commit: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

/**
 * Starts PostgreSQL 18 on 127.0.0.1 with its data in `dataDir`, initialised on first use, and waits until it accepts
 * connections. The caller makes sure that nobody else uses `dataDir`; what an earlier caller left running is stopped.
 *
 * The server stops by itself some seconds after this process is gone, however it went.
 *
 * @param {{ dataDir: string, logFile: string, port: number, password: string, settings?: Record<string, string | number>,
 *           signal?: AbortSignal, orphanSeconds?: number }} options `signal` gives up waiting for the start;
 *        `orphanSeconds` is how long the server outlives this process, so that services can drain
 * @returns {Promise<{ pid: number, url(database: string): string, exited: Promise<string>, stop(): Promise<void> }>}
 *          `exited` resolves with the exit code or signal's name
 */
export async function startEmbeddedPostgres({
  dataDir,
  logFile,
  port,
  password,
  settings = {},
  signal,
  orphanSeconds = 6,
}) {
  const binaries = postgresBinaries(dataDir)
  await prepareDataDir(binaries, dataDir, password)
  await stopLeftover(dataDir)

  const flags = Object.entries({ ...SETTINGS, ...settings, port }).flatMap(([key, value]) => [
    '-c',
    `${key}=${value}`,
  ])
  const lingerUntil = Date.now() + LINGER_TIMEOUT_MS
  for (;;) {
    const { child, logStart } = launch(binaries, dataDir, flags, logFile)
    const exited = once(child, 'exit').then(([code, signal]) => String(signal ?? code))
    const isUp = await Promise.race([exited.then(() => false), accepting(dataDir, child, signal)])
    if (isUp) {
      exited.then(stopWhenOrphaned(dataDir, child.pid, orphanSeconds))
      return {
        pid: child.pid,
        url: (database) => `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`,
        exited,
        stop: () => stopProcess(child, exited),
      }
    }
    await stopProcess(child, exited)
    signal?.throwIfAborted()
    const log = readFileSync(logFile).subarray(logStart).toString().trim()
    // The backends of a postmaster that was killed notice it within moments.
    if (
      /pre-existing shared memory block|lock file .* already exists/.test(log) &&
      Date.now() < lingerUntil
    ) {
      await delay(500)
      continue
    }
    throw new Error(
      `PostgreSQL does not start (${await exited}); the end of ${logFile}:\n${log.slice(-2000)}`,
    )
  }
}

function launch({ postgres, account }, dataDir, flags, logFile) {
  mkdirSync(dirname(logFile), { recursive: true })
  if (existsSync(logFile) && statSync(logFile).size > LOG_LIMIT_BYTES) renameSync(logFile, `${logFile}.1`)
  const log = openSync(logFile, 'a', 0o600)
  const logStart = statSync(logFile).size
  // Its own session: a terminal's Ctrl+C reaches this process only, which stops the database last.
  const child = spawn(postgres, ['-D', placeFor(account, dataDir), ...flags], {
    ...account,
    cwd: dataDir,
    env: environment(),
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  return { child, logStart }
}

/** Resolves to true once the server accepts connections, to false when waiting is over. */
async function accepting(dataDir, child, signal) {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (!hasEnded(child) && Date.now() < deadline && !signal?.aborted) {
    const lock = readLock(dataDir)
    if (lock?.pid === child.pid && lock.status === 'ready') return true
    await delay(POLL_MS)
  }
  return false
}

const hasEnded = (child) => child.exitCode !== null || child.signalCode !== null || child.pid === undefined

/**
 * Leaves a shell behind that waits for this process to go, by the end of a pipe, and then stops the server.
 *
 * @returns what ends the shell
 */
function stopWhenOrphaned(dataDir, pid, seconds) {
  const script = `read -r _; sleep ${seconds}; [ "$(head -n 1 postmaster.pid)" = ${pid} ] && kill -INT ${pid}`
  const shell = spawn('sh', ['-c', script], {
    cwd: dataDir,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.unref()
  shell.stdin.unref()
  shell.stdin.on('error', () => {})
  return () => shell.kill('SIGKILL')
}

async function stopProcess(child, exited) {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL']) {
    if (hasEnded(child)) return
    child.kill(signal)
    const timeout = new AbortController()
    await Promise.race([
      exited,
      delay(STOP_TIMEOUT_MS, null, { signal: timeout.signal, ref: false }).catch(() => {}),
    ])
    timeout.abort()
  }
}
