import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Database } from '@jobu/db'
import { sql } from 'drizzle-orm'
import { createTestDatabase, type TestDatabase } from '../../../test/support/testDatabase.ts'

let testDatabase: TestDatabase
let db: Database
beforeAll(async () => {
  testDatabase = await createTestDatabase()
  db = new Database({ url: testDatabase.url }, { engine: true, maxConnections: 3 })
})
afterAll(async () => {
  await db.close()
  await testDatabase.drop()
})

/** What `work`, which fails, adds to the errors. */
async function errorsOf(database: Database, work: () => Promise<unknown>) {
  const before = { ...database.stats().errors }
  await expect(work()).rejects.toThrow()
  const after = database.stats().errors
  return Object.entries(after).flatMap(([kind, count]) => {
    const more = count - before[kind as keyof typeof before]
    return more > 0 ? [[kind, more]] : []
  })
}

describe("a database's stats", () => {
  test('show its pool', async () => {
    await db.transactional({ label: 'hold' }, async () => {
      expect(db.stats()).toMatchObject({ connections: 1, idle: 0, waiting: 0, max: 3 })
    })
    expect(db.stats()).toMatchObject({ connections: 1, idle: 1 })
  })

  test('count an error once and by kind, wherever it comes from', async () => {
    const slow = `SET LOCAL statement_timeout = '1ms'; SELECT pg_sleep(1)`
    expect(await errorsOf(db, () => db.query('SELECT 1/0'))).toEqual([['other', 1]])
    expect(await errorsOf(db, () => db.db.execute(sql`SELECT 1/0`))).toEqual([['other', 1]])
    expect(await errorsOf(db, () => db.query(slow))).toEqual([['timeout', 1]])
    expect(
      await errorsOf(db, () => db.transactional({ label: 'fails' }, (tx) => tx.query('SELECT 1/0'))),
    ).toEqual([['other', 1]])
    const away = new Database({ url: 'postgresql://nobody@127.0.0.1:1/none' })
    expect(await errorsOf(away, () => away.query('SELECT 1'))).toEqual([['connection', 1]])
    expect(
      await errorsOf(away, () => away.transactional({ label: 'away' }, (tx) => tx.query('SELECT 1'))),
    ).toEqual([['connection', 1]])
    await away.close()
  })

  test('an error of the caller is none of the database', async () => {
    const work = () =>
      db.transactional({ label: 'refused' }, async () => {
        throw new Error('a rule of ours')
      })
    expect(await errorsOf(db, work)).toEqual([])
  })

  test('count transactions run again by label, and few labels', async () => {
    const once = (label: string) => {
      let tries = 0
      return db.transactional({ label }, async (tx) => {
        if (++tries === 1)
          await tx.query(`DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$`)
      })
    }
    const before = db.stats().errors.serialization
    await once('settle')
    await once('settle')
    for (let n = 1; n <= 60; n++) await once(`by a handler, for customer ${n}`)
    const { retries, errors } = db.stats()
    expect(retries.get('settle')).toBe(2)
    expect(retries.size).toBe(51)
    expect(retries.get('other')).toBe(11)
    expect(errors.serialization - before).toBe(62)
  })
})
