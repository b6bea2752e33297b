import { randomUUID } from 'node:crypto'
import type { Connection, Database } from './database.ts'
import { JobuError } from './errors.ts'
import type { Databases } from './registry.ts'

/** A prepared part this old was left behind by a crash, not by a coordinator that is a moment slow. */
const IN_DOUBT_AFTER_SECONDS = 30

/**
 * Runs `fn` in one transaction on each of the named databases; they commit together or not at all.
 *
 *   work on all --> PREPARE TRANSACTION on the others --> COMMIT on `default`, with the verdict --> COMMIT PREPARED
 *
 * The commit on `default` decides. Whoever dies before it has committed nothing; after it, `resolveInDoubt` finishes.
 *
 * @param names  without `default` it still takes part, to hold the verdict
 * @throws JobuError TWO_PHASE_UNAVAILABLE where a server has `max_prepared_transactions` 0; DATABASE_UNKNOWN
 */
export async function transactionalAcross<T>(
  databases: Databases,
  names: readonly string[],
  fn: () => Promise<T>,
): Promise<T> {
  const coordinator = databases.get()
  const others = [...new Set(names)].filter((name) => name !== 'default')
  if (others.length === 0) return coordinator.transactional({ label: 'transaction' }, fn)
  for (const name of others) await checkTwoPhase(databases.get(name), name)

  let gid = ''
  const prepared = new Set<string>()
  const inner = (index: number): Promise<T> => {
    const name = others[index]
    if (name === undefined) return fn()
    const part = gidOf(gid, name)
    return databases.get(name).transactional({ label: `transaction on ${name}`, prepareAs: part }, () => {
      prepared.add(name)
      return inner(index + 1)
    })
  }
  let value: T
  try {
    value = await coordinator.transactional({ label: 'transaction across databases' }, async (tx) => {
      // Tried again after a conflict: what the try before prepared is undone first.
      if (prepared.size > 0) await resolveParts(databases, gid, [...prepared])
      prepared.clear()
      gid = `jobu:${randomUUID()}`
      const result = await inner(0)
      await tx.query('INSERT INTO two_phase_decisions (gid, is_committed) VALUES ($1, true)', [gid])
      return result
    })
  } catch (error) {
    // Also where the answer to COMMIT was lost: the verdict is read, not guessed.
    if (prepared.size > 0) await resolveParts(databases, gid, [...prepared])
    throw error
  }
  try {
    await resolveParts(databases, gid, others)
  } catch (error) {
    // It is committed, whatever happens now: a part whose server is away is finished by resolveInDoubt.
    process.emitWarning(`a part of ${gid} is committed later: ${(error as Error).message}`)
  }
  return value
}

/**
 * Finishes what a crash left prepared: commits it where the verdict says so, rolls it back otherwise. Safe to run
 * anywhere and at any time.
 *
 * @param olderThanSeconds  younger ones may have a coordinator that lives
 * @returns the gids finished
 */
export async function resolveInDoubt(
  databases: Databases,
  olderThanSeconds = IN_DOUBT_AFTER_SECONDS,
): Promise<string[]> {
  const finished: string[] = []
  for (const name of databases.names()) {
    if (name === 'default') continue
    const { rows } = await databases.get(name).query<{ gid: string }>(
      `SELECT gid FROM pg_prepared_xacts
       WHERE gid LIKE 'jobu:%' AND database = current_database() AND prepared < now() - $1 * interval '1 second'`,
      [olderThanSeconds],
    )
    for (const { gid } of rows) {
      await resolve(databases, name, gid)
      finished.push(gid)
    }
  }
  await databases.get().query(`DELETE FROM two_phase_decisions WHERE decided_at < now() - interval '1 day'`)
  return finished
}

const gidOf = (gid: string, name: string) => `${gid}:${name}`
const wholeOf = (part: string) => part.slice(0, 'jobu:'.length + 36)

async function resolveParts(databases: Databases, gid: string, names: string[]): Promise<void> {
  for (const name of names) await resolve(databases, name, gidOf(gid, name))
}

async function resolve(databases: Databases, name: string, part: string): Promise<void> {
  const isCommitted = await verdict(databases.get(), wholeOf(part))
  try {
    await databases
      .get(name)
      .query(`${isCommitted ? 'COMMIT' : 'ROLLBACK'} PREPARED '${part.replaceAll("'", "''")}'`)
  } catch (error) {
    // 42704: it is finished already, or was never prepared.
    if ((error as { code?: string }).code !== '42704') throw error
  }
}

/** Without a verdict the transaction never commits: saying so, durably, is what makes it true for everybody. */
async function verdict(coordinator: Connection, gid: string): Promise<boolean> {
  await coordinator.query(
    'INSERT INTO two_phase_decisions (gid, is_committed) VALUES ($1, false) ON CONFLICT (gid) DO NOTHING',
    [gid],
  )
  const { rows } = await coordinator.query<{ is_committed: boolean }>(
    'SELECT is_committed FROM two_phase_decisions WHERE gid = $1',
    [gid],
  )
  return rows[0]!.is_committed
}

const capable = new WeakSet<Database>()

async function checkTwoPhase(database: Database, name: string): Promise<void> {
  if (capable.has(database)) return
  const { rows } = await database.query<{ max: string }>(
    `SELECT current_setting('max_prepared_transactions') AS max`,
  )
  if (rows[0]!.max === '0') {
    throw new JobuError(
      'TWO_PHASE_UNAVAILABLE',
      `Database "${name}" cannot take part in a transaction across databases: its server has max_prepared_transactions = 0`,
    )
  }
  capable.add(database)
}
