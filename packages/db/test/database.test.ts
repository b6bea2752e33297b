import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench } from '../../../test/support/builders.ts'
import {
  afterCommit,
  Database,
  Databases,
  databaseConfigNamed,
  getConnection,
  installDatabases,
  isConnectionFailure,
  sqlState,
  transactional,
  transactionalReadonly,
} from '../src/index.ts'

let bench: Bench
let db: Database
let databases: Databases

beforeAll(async () => {
  bench = await Bench.open()
  db = new Database({ url: bench.url }, { maxConnections: 4 })
  databases = new Databases({ default: { url: bench.url } })
  installDatabases(databases)
  await db.query('CREATE TABLE note (id integer PRIMARY KEY, body text)')
})
afterEach(() => db.query('DELETE FROM note'))
afterAll(async () => {
  await databases.close()
  await db.close()
  await bench.close()
})

const label = 'test'
const notes = async () =>
  (await db.query<{ id: number }>('SELECT id FROM note ORDER BY id')).rows.map((row) => row.id)
const note = (id: number) => db.current.query('INSERT INTO note (id) VALUES ($1)', [id])

describe('transactional', () => {
  test('commits what it wrote and gives back what it returned', async () => {
    expect(await db.transactional({ label }, async () => (await note(1)).rowCount)).toBe(1)
    expect(await notes()).toEqual([1])
  })

  test('rolls back when it throws, and the error comes out as it was', async () => {
    const error = new Error('no')
    await expect(
      db.transactional({ label }, async () => {
        await note(1)
        throw error
      }),
    ).rejects.toBe(error)
    expect(await notes()).toEqual([])
  })

  test('writes through Drizzle and through query are one transaction', async () => {
    await expect(
      db.transactional({ label }, async (tx) => {
        await tx.query('INSERT INTO note (id) VALUES (1)')
        await tx.db.execute('INSERT INTO note (id) VALUES (2)')
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    expect(await notes()).toEqual([])
  })

  test('a nested call joins: it sees the outer writes and commits with them', async () => {
    await db.transactional({ label }, async (outer) => {
      await note(1)
      await db.transactional({ label }, async (inner) => {
        expect(inner).toBe(outer)
        expect((await inner.query('SELECT 1 FROM note')).rowCount).toBe(1)
        await note(2)
      })
      expect(await notes()).toEqual([])
    })
    expect(await notes()).toEqual([1, 2])
  })

  test('a joined call that failed rolls back the whole, also when its error was caught', async () => {
    const failed = db.transactional({ label }, async () => {
      await note(1)
      await db
        .transactional({ label }, async () => {
          throw new Error('half done')
        })
        .catch(() => {})
      await note(2)
    })
    await expect(failed).rejects.toMatchObject({
      code: 'TRANSACTION_ROLLED_BACK',
      cause: { message: 'half done' },
    })
    expect(await notes()).toEqual([])
  })

  test('a statement that failed and whose error was swallowed does not pass for a commit', async () => {
    const failed = db.transactional({ label }, async () => {
      await note(1)
      await note(1).catch(() => {})
    })
    await expect(failed).rejects.toMatchObject({ code: 'TRANSACTION_ROLLED_BACK' })
    expect(await notes()).toEqual([])
  })

  test('a read-only one reads, and the server refuses its writes', async () => {
    await note(1)
    await expect(
      db.transactional(
        { label, readonly: true },
        async (tx) => (await tx.query('SELECT FROM note')).rowCount,
      ),
    ).resolves.toBe(1)
    const failed = await db.transactional({ label, readonly: true }, () => note(2)).catch((error) => error)
    expect(sqlState(failed)).toBe('25006')
    expect(await notes()).toEqual([1])
  })

  test('one that writes is refused inside a read-only one, by name', async () => {
    await expect(
      db.transactional({ label, readonly: true }, () =>
        db.transactional({ label: 'enqueue' }, () => note(1)),
      ),
    ).rejects.toMatchObject({
      code: 'TRANSACTION_READONLY',
      message: expect.stringContaining('enqueue writes'),
    })
  })

  test('inside it current is its connection, outside the pool, also beside it', async () => {
    expect(db.current).toBe(db)
    await db.transactional({ label }, async (tx) => {
      expect(db.current).toBe(tx)
      await Promise.all([1, 2].map(async () => expect(db.current).toBe(tx)))
    })
    expect(db.current).toBe(db)
  })

  test('work left behind without await neither writes nor joins once it has ended', async () => {
    let ended = () => {}
    const hasEnded = new Promise<void>((resolve) => {
      ended = resolve
    })
    let detached: Promise<unknown> = Promise.resolve()
    let later: Promise<unknown> = Promise.resolve()
    await db.transactional({ label }, async (tx) => {
      detached = hasEnded.then(() => tx.query('INSERT INTO note (id) VALUES (1)'))
      later = hasEnded.then(() => db.transactional({ label }, () => note(2)))
    })
    // Another transaction gets the connection, and must not find foreign writes in it.
    await db.transactional({ label }, async () => {
      ended()
      await expect(detached).rejects.toThrow('has ended')
      await later
      expect(await notes()).toEqual([2])
    })
  })
})

describe('transactional, in conflict with another connection', () => {
  test('a deadlock is tried again from the start', async () => {
    await db.query('INSERT INTO note (id) VALUES (1), (2)')
    let first = 0
    let meet = () => {}
    const bothHoldOne = new Promise<void>((resolve) => {
      meet = resolve
    })
    const tries = [0, 0]
    const update = (one: number, other: number, index: number) =>
      db.transactional({ label }, async (tx) => {
        tries[index]!++
        await tx.query('UPDATE note SET body = $1 WHERE id = $2', [`${index}`, one])
        if (++first === 2) meet()
        await bothHoldOne
        await tx.query('UPDATE note SET body = $1 WHERE id = $2', [`${index}`, other])
      })
    await Promise.all([update(1, 2, 0), update(2, 1, 1)])
    expect(tries.sort()).toEqual([1, 2])
    const { rows } = await db.query<{ body: string }>('SELECT DISTINCT body FROM note')
    expect(rows).toHaveLength(1)
  })

  test('a serialization failure is tried again from the start', async () => {
    await db.query(`INSERT INTO note (id, body) VALUES (1, '0')`)
    const other = await bench.client()
    let tries = 0
    await db.transactional({ label }, async (tx) => {
      await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')
      const { rows } = await tx.query<{ body: string }>('SELECT body FROM note')
      if (++tries === 1) await other.query(`UPDATE note SET body = '10'`)
      await tx.query('UPDATE note SET body = $1', [`${Number(rows[0]!.body) + 1}`])
    })
    expect(tries).toBe(2)
    expect((await db.query<{ body: string }>('SELECT body FROM note')).rows[0]!.body).toBe('11')
  })

  test('a conflict hidden by a joined call that caught it is tried again too', async () => {
    let tries = 0
    await db.transactional({ label }, async () => {
      if (++tries > 1) return
      await db
        .transactional({ label }, (tx) => tx.query(`DO $$ BEGIN RAISE SQLSTATE '40001'; END $$`))
        .catch(() => {})
    })
    expect(tries).toBe(2)
  })

  test('a conflict that stays is given up after six tries, any other error at once', async () => {
    const tries: Record<string, number> = {}
    const raise = (code: string) =>
      db
        .transactional({ label }, (tx) => {
          tries[code] = (tries[code] ?? 0) + 1
          return tx.query(`DO $$ BEGIN RAISE SQLSTATE '${code}'; END $$`)
        })
        .catch(sqlState)
    expect(await Promise.all([raise('40001'), raise('40P01'), raise('23505')])).toEqual([
      '40001',
      '40P01',
      '23505',
    ])
    expect(tries).toEqual({ '40001': 6, '40P01': 6, '23505': 1 })
  })
})

describe('afterCommit', () => {
  test('runs last, in order, when the transaction is visible to others', async () => {
    const order: unknown[] = []
    await db.transactional({ label }, async () => {
      await db.afterCommit(async () => void order.push('first', await notes()))
      await db.transactional({ label }, () => db.afterCommit(() => void order.push('second')))
      await note(1)
      order.push('written')
    })
    expect(order).toEqual(['written', 'first', [1], 'second'])
  })

  test('never runs after a rollback, and once after a retry', async () => {
    const ran: number[] = []
    let tries = 0
    await db.transactional({ label }, async (tx) => {
      const attempt = ++tries
      await db.afterCommit(() => void ran.push(attempt))
      if (attempt === 1) await tx.query(`DO $$ BEGIN RAISE SQLSTATE '40001'; END $$`)
    })
    await db
      .transactional({ label }, async () => {
        await db.afterCommit(() => void ran.push(99))
        throw new Error('no')
      })
      .catch(() => {})
    expect(ran).toEqual([2])
  })

  test('outside a transaction runs at once', async () => {
    let hasRun = false
    await db.afterCommit(() => {
      hasRun = true
    })
    expect(hasRun).toBe(true)
  })

  test('that fails does not run the committed transaction again, whatever its error', async () => {
    let tries = 0
    const failed = db.transactional({ label }, async () => {
      await note(++tries)
      await db.afterCommit(() => db.query(`DO $$ BEGIN RAISE SQLSTATE '40001'; END $$`).then(() => {}))
    })
    expect(await failed.catch(sqlState)).toBe('40001')
    expect(await notes()).toEqual([1])
  })

  test('may use the database when the pool has one connection', async () => {
    const narrow = new Database({ url: bench.url }, { maxConnections: 1 })
    let seen = 0
    await narrow.transactional({ label }, async (tx) => {
      await tx.query('INSERT INTO note (id) VALUES (1)')
      await narrow.afterCommit(async () => {
        seen = (await narrow.query('SELECT FROM note')).rowCount!
      })
    })
    expect(seen).toBe(1)
    await narrow.close()
  })
})

describe('a broken connection', () => {
  const pidOf = async (tx: { query: Database['query'] }) =>
    (await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid

  test('under a statement is a connection failure, its work is undone, and the pool goes on', async () => {
    const other = await bench.client()
    const error = await db
      .transactional({ label }, async (tx) => {
        await note(1)
        const pid = await pidOf(tx)
        const ended = tx.query('SELECT pg_sleep(60)')
        await other.query('SELECT pg_terminate_backend($1)', [pid])
        await ended
      })
      .catch((failure) => failure)
    expect(isConnectionFailure(error)).toBe(true)
    expect(await notes()).toEqual([])
  })

  test('between two statements is a connection failure at the next one', async () => {
    const other = await bench.client()
    const error = await db
      .transactional({ label }, async (tx) => {
        await other.query('SELECT pg_terminate_backend($1, 5000)', [await pidOf(tx)])
        await note(1)
      })
      .catch((failure) => failure)
    expect(isConnectionFailure(error)).toBe(true)
    expect(await notes()).toEqual([])
  })

  test('that was idle in the pool is replaced', async () => {
    const narrow = new Database({ url: bench.url }, { maxConnections: 1 })
    const other = await bench.client()
    const pid = await pidOf(narrow)
    await other.query('SELECT pg_terminate_backend($1, 5000)', [pid])
    const again = await pidOf(narrow).catch((error) => {
      expect(isConnectionFailure(error)).toBe(true)
      return pidOf(narrow)
    })
    expect(again).not.toBe(pid)
    await narrow.close()
  })

  test('refused by the server is a connection failure; a wrong statement is not', async () => {
    const nowhere = new Database({ host: '127.0.0.1', port: 1, user: 'x', database: 'x' })
    expect(isConnectionFailure(await nowhere.query('SELECT 1').catch((error) => error))).toBe(true)
    expect(isConnectionFailure(await db.query('SELEC 1').catch((error) => error))).toBe(false)
    expect(isConnectionFailure(await db.db.execute('SELEC 1').catch((error) => error))).toBe(false)
    await nowhere.close()
  })
})

describe('getConnection', () => {
  test('is the pool outside and the transaction inside transactional', async () => {
    const pool = getConnection()
    await transactional('outer', async (tx) => {
      expect(getConnection()).toBe(tx)
      expect(tx).not.toBe(pool)
      await transactional(async (inner) => expect(inner).toBe(tx))
    })
    expect(getConnection()).toBe(pool)
  })

  test('transactionalReadonly and afterCommit work on the default database', async () => {
    const failed = await transactionalReadonly((tx) => tx.query('DELETE FROM note')).catch(sqlState)
    expect(failed).toBe('25006')
    const order: string[] = []
    await transactional(async () => {
      await afterCommit(() => void order.push('after'))
      order.push('inside')
    })
    expect(order).toEqual(['inside', 'after'])
  })

  test('of a name that is not configured names those that are', () => {
    expect(() => getConnection('business')).toThrow('Database "business" is not configured')
    expect(() => databaseConfigNamed({ default: {}, other: {} }, 'business')).toThrow('default, other')
  })
})

describe('an engine database', () => {
  test('gives bigint as a number and instants to the millisecond, others as pg has them', async () => {
    const text = `SELECT 7::bigint AS id, '2026-03-01 10:00:00.123+09'::timestamptz AS at`
    expect((await bench.db.query(text)).rows[0]).toEqual({ id: 7, at: new Date('2026-03-01T01:00:00.123Z') })
    expect((await db.query(text)).rows[0]).toEqual({ id: '7', at: new Date('2026-03-01T01:00:00.123Z') })
  })
})
