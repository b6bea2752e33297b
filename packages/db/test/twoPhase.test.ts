import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Databases, installDatabases, resolveInDoubt, transactional } from '@jobu/db'
import { createTestDatabase, type TestDatabase } from '../../../test/support/testDatabase.ts'

let own: TestDatabase
let business: TestDatabase
let databases: Databases
let hasTwoPhase: boolean

beforeAll(async () => {
  own = await createTestDatabase()
  business = await createTestDatabase()
  databases = new Databases({ default: { url: own.url }, business: { url: business.url } })
  installDatabases(databases)
  for (const name of databases.names()) await databases.get(name).query('CREATE TABLE effects (n integer)')
  const { rows } = await databases
    .get()
    .query<{ max: string }>(`SELECT current_setting('max_prepared_transactions') AS max`)
  hasTwoPhase = rows[0]!.max !== '0'
})
beforeEach(async () => {
  for (const name of databases.names()) await databases.get(name).query('TRUNCATE effects')
})
afterAll(async () => {
  await databases.close()
  await own.drop()
  await business.drop()
})

const effects = async (name: string) =>
  Number((await databases.get(name).query<{ n: string }>('SELECT count(*) AS n FROM effects')).rows[0]!.n)
const write = async () => {
  for (const name of databases.names()) {
    await databases.get(name).current.query('INSERT INTO effects VALUES (1)')
  }
}
const prepared = async () =>
  (
    await databases
      .get('business')
      .query('SELECT gid FROM pg_prepared_xacts WHERE database = current_database()')
  ).rows

test('work on two databases commits on both and leaves nothing prepared, or says that the server cannot', async () => {
  const work = transactional(['default', 'business'], async () => {
    await write()
    return 'done'
  })
  if (hasTwoPhase) expect(await work).toBe('done')
  else await expect(work).rejects.toMatchObject({ code: 'TWO_PHASE_UNAVAILABLE' })
  const expected = hasTwoPhase ? 1 : 0
  expect([await effects('default'), await effects('business')]).toEqual([expected, expected])
  expect(await prepared()).toEqual([])
})

test('a failure after the work on both leaves neither changed', async () => {
  await expect(
    transactional(['default', 'business'], async () => {
      await write()
      throw new Error('too late')
    }),
  ).rejects.toThrow(hasTwoPhase ? 'too late' : 'max_prepared_transactions')
  expect([await effects('default'), await effects('business')]).toEqual([0, 0])
  expect(await prepared()).toEqual([])
})

test('a commit that default refuses undoes what the other database had already prepared', async () => {
  await databases.get().query(`CREATE TABLE late (n integer UNIQUE DEFERRABLE INITIALLY DEFERRED)`)
  await expect(
    transactional(['default', 'business'], async () => {
      await write()
      // Found out at COMMIT only, when business is prepared.
      await databases.get().current.query('INSERT INTO late VALUES (1), (1)')
    }),
  ).rejects.toThrow(hasTwoPhase ? 'late_n_key' : 'max_prepared_transactions')
  expect([await effects('default'), await effects('business')]).toEqual([0, 0])
  expect(await prepared()).toEqual([])
})

describe('a process killed in the middle', () => {
  /** Runs the transaction in a process that dies around its nth statement. @returns what it said, if it survived */
  const runAndDie = async (statement: number, when: 'before' | 'after') => {
    const script = fileURLToPath(new URL('./fixtures/killedAcross.mjs', import.meta.url))
    const child = spawn(process.execPath, [script, own.url, business.url, String(statement), when])
    let said = ''
    child.stdout.on('data', (chunk) => {
      said += chunk
    })
    child.stderr.on('data', (chunk) => process.stderr.write(chunk))
    await once(child, 'close')
    return said
  }

  test('before or after any of its statements leaves both databases changed, or neither', async () => {
    // Where the server cannot, it refuses before its first effect.
    if (!hasTwoPhase) return expect(await runAndDie(1_000, 'before')).toBe('')
    const kept: boolean[] = []
    let hadDoubt = false
    for (let statement = 1; ; statement++) {
      const said = await runAndDie(statement, 'before')
      if (said.startsWith('survived')) break
      await runAndDie(statement, 'after')
      hadDoubt ||= (await prepared()).length > 0
      await resolveInDoubt(databases, 0)
      expect(await prepared()).toEqual([])
      const [onOwn, onBusiness] = [await effects('default'), await effects('business')]
      expect(onBusiness).toBe(onOwn)
      kept.push(onOwn > 0)
      for (const name of databases.names()) await databases.get(name).query('TRUNCATE effects')
    }
    // The commit of default lies among them: dying early keeps nothing, dying late keeps all.
    expect(kept[0]).toBe(false)
    expect(kept.at(-1)).toBe(true)
    expect(hadDoubt).toBe(true)
  }, 300_000)
})
