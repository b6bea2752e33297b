import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** The database user that owns everything. */
export const USER = 'jobu'

/** How long a leftover server may take to stop, at each of three ever harder requests. */
const STOP_TIMEOUT_MS = 10_000
const POLL_MS = 20

/**
 * Makes the data directory unless it is there. It is made in one step: whole or not at all, also after a crash in between.
 *
 * @throws when it is another account's
 */
export async function prepareDataDir({ initdb, account }, dataDir, password) {
  if (existsSync(join(dataDir, 'PG_VERSION'))) {
    refuseForeignOwner(dataDir)
    return
  }
  const staging = `${dataDir}.init`
  const data = join(staging, 'data')
  rmSync(staging, { recursive: true, force: true })
  mkdirSync(data, { recursive: true, mode: 0o700 })
  writeFileSync(join(staging, 'password'), password, { mode: 0o600 })
  if (account)
    for (const path of [staging, data, join(staging, 'password')]) chownSync(path, account.uid, account.gid)

  const place = placeFor(account, data)
  const flags = [
    ...['-D', place, '-U', USER, '--pwfile', `${place}/../password`, '--auth', 'scram-sha-256'],
    ...['--encoding', 'UTF8', '--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
  ]
  const child = spawn(initdb, flags, {
    ...account,
    cwd: data,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk
    })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`initdb failed (${code}):\n${output.trim().slice(-2000)}`)
  renameSync(data, dataDir)
  rmSync(staging, { recursive: true })
}

/**
 * How the server names its data directory. Run as another account it may be unable to walk there from the root
 * directory (a checkout below /root); from inside, as its current directory, it needs no way there.
 */
export const placeFor = (account, dataDir) =>
  account && process.platform === 'linux' ? '/proc/self/cwd' : dataDir

/** The caller's environment without what would point PostgreSQL elsewhere. */
export const environment = () =>
  Object.fromEntries(Object.entries({ ...process.env, LC_ALL: 'C' }).filter(([key]) => !key.startsWith('PG')))

function refuseForeignOwner(dataDir) {
  const { uid } = statSync(dataDir)
  if (process.getuid() !== 0 && uid !== process.getuid()) {
    throw new Error(
      `${dataDir} belongs to uid ${uid}: it was made by root or someone else; choose another JOBU_DATA_DIR`,
    )
  }
}

/** What postmaster.pid says: its first line is the pid, its eighth the status. */
export function readLock(dataDir) {
  try {
    const lines = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')
    return { pid: Number(lines[0]), status: lines[7]?.trim() }
  } catch {
    return null
  }
}

/**
 * Stops a server that was left running on this data by a process that is gone, and removes the lock of one that is gone
 * itself. The caller makes sure that nobody else uses `dataDir`.
 */
export async function stopLeftover(dataDir) {
  const lock = readLock(dataDir)
  if (!lock) return
  if (!isServerOf(lock.pid, dataDir)) {
    // After a reboot the pid may be another program's, and PostgreSQL would take that for a running server.
    rmSync(join(dataDir, 'postmaster.pid'), { force: true })
    return
  }
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL']) {
    process.kill(lock.pid, signal)
    for (const deadline = Date.now() + STOP_TIMEOUT_MS; Date.now() < deadline; await delay(POLL_MS)) {
      if (!isServerOf(lock.pid, dataDir)) return
    }
  }
  throw new Error(`a PostgreSQL server (pid ${lock.pid}) uses ${dataDir} and does not stop`)
}

function isServerOf(pid, dataDir) {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dataDir)
  } catch {
    return false
  }
}
