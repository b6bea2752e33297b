import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type Connection, Databases } from '@jobu/db'
import { createTestDatabase, type TestDatabase } from '../../../test/support/testDatabase.ts'
import { sql } from '../src/builtin/sql.ts'
import { AbortReason, type HandlerContext, toJsonResult } from '../src/index.ts'
import { aContext } from './support/aContext.ts'
import { runHandler } from './support/runHandler.ts'

let database: TestDatabase
let databases: Databases
let observer: Databases
let committed: unknown[]

beforeAll(async () => {
  database = await createTestDatabase()
  databases = new Databases({ default: { url: database.url }, business: { url: database.url } })
  observer = new Databases({ default: { url: database.url } })
})
afterAll(async () => {
  await Promise.all([databases?.close(), observer?.close()])
  await database?.drop()
})
beforeEach(async () => {
  committed = []
  await observer.get().query('DROP TABLE IF EXISTS orders')
  await observer.get().query('CREATE TABLE orders (id int PRIMARY KEY, name text)')
})

type Work<T> = (tx: Connection) => Promise<T>

/** The database side of a context as the worker gives it; `committed` gets what `transaction` would record as SUCCESS. */
function context(overrides: Partial<HandlerContext> = {}) {
  return aContext({
    getConnection: (name) => databases.get(name).current,
    transactional: (fn, options) => databases.get(options?.database).transactional({ label: 'test' }, fn),
    transactionalReadonly: (fn, options) =>
      databases.get(options?.database).transactional({ label: 'test', readonly: true }, fn),
    transaction: async <T>(...args: [readonly string[], Work<T>] | [Work<T>]) => {
      const result = await databases.get().transactional({ label: 'test' }, args.at(-1) as Work<T>)
      committed.push(result)
      return result
    },
    ...overrides,
  })
}

const run = (params: object, ctx = context()) => runHandler(sql, params, ctx)
const orders = async () => (await observer.get().query('SELECT * FROM orders ORDER BY id')).rows

async function until(condition: string): Promise<void> {
  const connection: Connection = observer.get()
  const poll = `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND ${condition}) AS met`
  while (!(await connection.query<{ met: boolean }>(poll)).rows[0]!.met) {}
}

describe('sql', () => {
  test('a query gives its rows, with values that JSON can hold', async () => {
    const result = await run({
      readonly: true,
      statement: `-- a comment first
        SELECT $1::int AS n, 9007199254740993::int8 AS big, 1.50::numeric AS num, 'NaN'::float8 AS nan,
          '\\x0001'::bytea AS bytes, '2026-01-01T00:00:00Z'::timestamptz AS at, $2::jsonb AS doc,
          ARRAY[1, 2] AS list, NULL AS nothing;`,
      values: [7, { a: [1] }],
    })
    expect(JSON.parse(toJsonResult(result))).toEqual({
      command: 'SELECT',
      row_count: 1,
      rows: [
        {
          n: 7,
          big: '9007199254740993',
          num: '1.50',
          nan: 'NaN',
          bytes: 'AAE=',
          at: '2026-01-01T00:00:00.000Z',
          doc: { a: [1] },
          list: [1, 2],
          nothing: null,
        },
      ],
      truncated: false,
    })
  })

  test.each([
    ['INSERT', `INSERT INTO orders VALUES (2, 'b') RETURNING id`, 1, [{ id: 2 }]],
    ['UPDATE', `UPDATE orders SET name = 'x'`, 1, []],
    ['INSERT', `WITH old AS (SELECT * FROM orders) INSERT INTO orders SELECT id + 1, name FROM old`, 1, []],
    ['DELETE', `UPDATE orders SET name = 'y'; DELETE FROM orders WHERE name = 'y'`, 1, []],
    ['CREATE', `CREATE TEMPORARY TABLE t (id int) ON COMMIT DROP`, 0, []],
    ['SELECT', `(SELECT id FROM orders) UNION ALL VALUES (9)`, 2, [{ id: 1 }, { id: 9 }]],
    ['SELECT', `TABLE orders`, 1, [{ id: 1, name: 'a' }]],
  ])('%s: `%s` gives row count and rows', async (command, statement, row_count, rows) => {
    await observer.get().query(`INSERT INTO orders VALUES (1, 'a')`)
    expect(await run({ statement })).toEqual({ command, row_count, rows, truncated: false })
  })

  test('a write on the default database is one commit with its success', async () => {
    const result = await run({ statement: 'INSERT INTO orders VALUES ($1, $2)', values: [1, 'a'] })
    expect(committed).toEqual([result])
    expect(await orders()).toEqual([{ id: 1, name: 'a' }])
  })

  test('a write on another database commits in a transaction of that database', async () => {
    await run({ database: 'business', statement: `INSERT INTO orders VALUES (1, 'a')` })
    expect(committed).toEqual([])
    expect(await orders()).toHaveLength(1)
  })

  test('more rows than max_rows are cut and counted, and each was still worked on', async () => {
    await observer.get().query('CREATE SEQUENCE IF NOT EXISTS worked')
    const statement = `SELECT n, nextval('worked') FROM generate_series(1, 5000) n`
    const result = await run({ statement, max_rows: 10 })
    expect(result).toMatchObject({ row_count: 5000, truncated: true })
    expect(result.rows).toHaveLength(10)
    expect((await observer.get().query('SELECT last_value::int FROM worked')).rows).toEqual([
      { last_value: 5000 },
    ])
    expect(await run({ statement: 'VALUES (1), (2)', max_rows: 2 })).toMatchObject({
      row_count: 2,
      truncated: false,
    })
    expect(await run({ statement: 'VALUES (1), (2)', max_rows: 0 })).toMatchObject({
      row_count: 2,
      rows: [],
      truncated: true,
    })
  })

  test('a query behind comments and parentheses is read through a cursor too', async () => {
    const statement = `/* a */ -- b
      (SELECT count(*)::int AS cursors FROM pg_cursors WHERE name = 'jobu_sql')`
    expect((await run({ statement })).rows).toEqual([{ cursors: 1 }])
  })

  test('of rows a write returns, max_rows are kept', async () => {
    const statement = 'INSERT INTO orders SELECT n FROM generate_series(1, 30) n RETURNING id'
    expect(await run({ statement, max_rows: 1 })).toEqual({
      command: 'INSERT',
      row_count: 30,
      rows: [{ id: 1 }],
      truncated: true,
    })
  })

  test('a failing statement undoes all before it and says what PostgreSQL said', async () => {
    await expect(
      run({ statement: `INSERT INTO orders VALUES (1, 'a'); INSERT INTO orders VALUES (1, 'b')` }),
    ).rejects.toMatchObject({
      code: 'SQL_FAILED',
      message:
        'duplicate key value violates unique constraint "orders_pkey" (SQLSTATE 23505): Key (id)=(1) already exists.',
      cause: { code: '23505' },
    })
    expect(await orders()).toEqual([])
    expect(committed).toEqual([])
  })

  test('readonly refuses a write', async () => {
    await expect(run({ readonly: true, statement: 'INSERT INTO orders VALUES (1)' })).rejects.toThrow(
      'read-only transaction',
    )
  })

  test('a database that is not configured is named with those that are', async () => {
    await expect(run({ database: 'nope', statement: 'SELECT 1' })).rejects.toThrow(
      /"nope" is not configured.*default, business/,
    )
  })

  test.each([
    ['query', { readonly: true, statement: 'SELECT pg_sleep(1000)' }],
    ['write', { statement: 'INSERT INTO orders SELECT 1 FROM pg_sleep(1000)' }],
  ])('an abort stops a running %s in the server and rejects with the reason', async (_, params) => {
    const controller = new AbortController()
    const reason = new AbortReason('TIMEOUT', 'timed out')
    const running = run(params, context({ signal: controller.signal }))
    await until(`wait_event = 'PgSleep'`)
    controller.abort(reason)
    await expect(running).rejects.toBe(reason)
    const sleeping = `SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'`
    expect((await observer.get().query(sleeping)).rowCount).toBe(0)
    expect(await orders()).toEqual([])
    expect(await run({ statement: 'SELECT 1 AS one' })).toMatchObject({ rows: [{ one: 1 }] })
  })

  test('a cancel that comes late does not stop the next transaction of the same connection', async () => {
    const single = new Databases({ default: { url: database.url, pool: { max_size: 1 } } })
    try {
      const sleep = { readonly: true, statement: 'SELECT pg_sleep(0.3)' }
      const transactionalReadonly: HandlerContext['transactionalReadonly'] = (fn) =>
        single.get().transactional({ label: 'test', readonly: true }, fn)
      let second: Promise<{ row_count: number }> | undefined
      let cancelled: Promise<{ rowCount: number | null }> | undefined
      // The connection that cancels is had only once the second query runs.
      const late: Connection = {
        db: observer.get().db,
        query: (query, values) => {
          const waiting = first.then(async () => {
            second = run(sleep, context({ transactionalReadonly }))
            await until(`wait_event = 'PgSleep'`)
            return observer.get().query<never>(query, values)
          })
          cancelled = waiting
          return waiting
        },
      }
      const controller = new AbortController()
      const signal = controller.signal
      const first = run(sleep, context({ signal, transactionalReadonly, getConnection: () => late }))
      await until(`wait_event = 'PgSleep'`)
      controller.abort(new AbortReason('CANCELLED', 'cancelled'))
      expect((await cancelled)!.rowCount).toBe(0)
      expect((await second)!.row_count).toBe(1)
    } finally {
      await single.close()
    }
  })
})
