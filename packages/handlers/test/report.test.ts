import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Databases } from '@jobu/db'
import exceljs from 'exceljs'
import { createTestDatabase, type TestDatabase } from '../../../test/support/testDatabase.ts'
import { report } from '../src/builtin/report.ts'
import { AbortReason, type HandlerContext } from '../src/index.ts'
import { aContext } from './support/aContext.ts'
import { memoryArtifacts } from './support/memoryArtifacts.ts'
import { runHandler } from './support/runHandler.ts'

let database: TestDatabase
let databases: Databases
beforeAll(async () => {
  database = await createTestDatabase()
  databases = new Databases({ default: { url: database.url }, business: { url: database.url } })
})
afterAll(async () => {
  await databases?.close()
  await database?.drop()
})

function aReport(overrides: Partial<HandlerContext> = {}) {
  const memory = memoryArtifacts()
  const ctx = aContext({
    artifacts: memory.artifacts,
    getConnection: (name) => databases.get(name).current,
    transactionalReadonly: (fn, options) =>
      databases.get(options?.database).transactional({ label: 'test', readonly: true }, fn),
    ...overrides,
  })
  return { ...memory, run: (params: object) => runHandler(report, params, ctx) }
}

async function sheetsOf(content: Buffer) {
  const workbook = new exceljs.Workbook()
  await workbook.xlsx.load(content as never)
  return workbook.worksheets
}

/** The rows of a sheet, its header first; cells from the first column on. */
function rowsOf(sheet: exceljs.Worksheet): unknown[][] {
  const rows: unknown[][] = []
  sheet.eachRow((row) => rows.push((row.values as unknown[]).slice(1)))
  return rows
}

const KINDS = `SELECT 1 AS id, 12345678901234567890::numeric AS big, 1.5::float8 AS float, 'NaN'::float8 AS nan, true AS ok,
  date '2026-01-05' AS day, timestamp '2026-01-05 09:30:00' AS at, timestamptz '2026-01-05 00:30:00.25Z' AS instant,
  NULL::int AS nothing, '=1+1' AS formula, -7 AS below, '{"a": 1}'::jsonb AS doc, 'infinity'::date AS never, 1 AS id`

describe('report as XLSX', () => {
  test('has numbers, dates and booleans as such, text as text whatever it begins with, and every column', async () => {
    const { run, contentOf } = aReport()
    const result = await run({ sql: KINDS, name: 'kinds.xlsx', sheet: 'Kinds', timezone: 'Asia/Seoul' })
    expect(result).toEqual({ artifact: 'kinds.xlsx', rows: 1, size_bytes: contentOf('kinds.xlsx').length })
    const [sheet] = await sheetsOf(contentOf('kinds.xlsx'))
    expect(sheet!.name).toBe('Kinds')
    const [header, row] = rowsOf(sheet!)
    expect(header).toEqual('id big float nan ok day at instant nothing formula below doc never id'.split(' '))
    expect(row).toEqual([
      1,
      '12345678901234567890',
      1.5,
      'NaN',
      true,
      new Date('2026-01-05T00:00:00Z'),
      new Date('2026-01-05T09:30:00Z'),
      new Date('2026-01-05T09:30:00.250Z'),
      undefined,
      '=1+1',
      -7,
      '{"a": 1}',
      'infinity',
      1,
    ])
    expect(sheet!.getCell('F2').numFmt).toBe('yyyy-mm-dd')
    expect(sheet!.getCell('H2').numFmt).toBe('yyyy-mm-dd hh:mm:ss')
    expect(sheet!.getCell('J2').type).toBe(exceljs.ValueType.String)
  })

  test('without rows still has the header, and with skip_empty there is no artifact', async () => {
    const { run, contentOf, written } = aReport()
    const params = { sql: 'SELECT 1 AS a, 2 AS b WHERE false', name: 'none.xlsx' }
    expect(await run({ ...params, skip_empty: true })).toEqual({ artifact: null, rows: 0, size_bytes: 0 })
    expect(written).toEqual([])
    expect(await run(params)).toMatchObject({ artifact: 'none.xlsx', rows: 0 })
    expect(rowsOf((await sheetsOf(contentOf('none.xlsx')))[0]!)).toEqual([['a', 'b']])
  })

  test('of thousands of rows has each once, in order, with characters that XML has to escape or cannot hold', async () => {
    const { run, contentOf } = aReport()
    await run({
      sql: `SELECT n, '<' || n || '>&"' || chr(1) || chr(65534) AS text FROM generate_series(1, $1) AS n ORDER BY n;`,
      params: [5_500],
      name: 'many.xlsx',
    })
    const rows = rowsOf((await sheetsOf(contentOf('many.xlsx')))[0]!)
    expect(rows).toHaveLength(5_501)
    expect(rows.slice(1).every(([n, text], at) => n === at + 1 && text === `<${n}>&"\uFFFD`)).toBe(true)
  })

  test('of a value that no cell holds says which column', async () => {
    const { run } = aReport()
    await expect(run({ sql: `SELECT repeat('x', 32768) AS long`, name: 'a.xlsx' })).rejects.toMatchObject({
      code: 'REPORT_FAILED',
      message: expect.stringContaining('column "long" has 32768 characters'),
    })
  })
})

describe('report as CSV', () => {
  const csv = async (params: object) => {
    const { run, contentOf } = aReport()
    await run({ name: 'a.csv', ...params })
    return String(contentOf('a.csv'))
  }

  test('quotes what needs it, leaves nulls empty, and writes instants in the zone asked for', async () => {
    expect(await csv({ sql: KINDS, timezone: 'Asia/Seoul' })).toBe(
      'id,big,float,nan,ok,day,at,instant,nothing,formula,below,doc,never,id\r\n' +
        `1,12345678901234567890,1.5,NaN,true,2026-01-05,2026-01-05 09:30:00,2026-01-05T09:30:00.25+09:00,,'=1+1,-7,"{""a"": 1}",infinity,1\r\n`,
    )
  })

  test('begins text that a spreadsheet would run with an apostrophe, header included, unless told not to', async () => {
    const sql = `SELECT unnest(ARRAY['=cmd|x', '+1', '-1', '@a', chr(9) || '=1', chr(65309) || '1', 'a=1', '']) AS "=head"`
    expect((await csv({ sql })).split('\r\n')).toEqual([
      "'=head",
      "'=cmd|x",
      "'+1",
      "'-1",
      "'@a",
      "'\t=1",
      "'\uFF1D1",
      'a=1',
      '',
      '',
    ])
    expect(await csv({ sql, escape_formulas: false, bom: true })).toMatch(
      /^\uFEFF=head\r\n=cmd\|x\r\n\+1\r\n/,
    )
  })
})

describe('report as JSON', () => {
  test('is one array with a row a line, with numbers as exact as the server has them', async () => {
    const { run, contentOf } = aReport()
    await run({
      sql: `SELECT n AS id, 12345678901234567890::numeric AS big, NULL AS nothing, ARRAY[n, 2] AS list,
              timestamptz '2026-01-05 00:30Z' AS at FROM generate_series(1, 2) AS n -- ends in a comment`,
      name: 'rows',
      format: 'json',
      timezone: 'Asia/Seoul',
    })
    const text = String(contentOf('rows'))
    expect(text.split('\n')).toHaveLength(5)
    expect(text).toContain('"big":12345678901234567890')
    expect(JSON.parse(text)[1]).toMatchObject({
      id: 2,
      nothing: null,
      list: [2, 2],
      at: '2026-01-05T09:30:00+09:00',
    })
  })

  test('of many rows, and of none, can be parsed', async () => {
    const { run, contentOf } = aReport()
    await run({ sql: 'SELECT n FROM generate_series(1, 2000) AS n', name: 'many.json' })
    expect(JSON.parse(String(contentOf('many.json')))).toHaveLength(2_000)
    await run({ sql: 'SELECT 1 WHERE false', name: 'none.json' })
    expect(JSON.parse(String(contentOf('none.json')))).toEqual([])
  })
})

describe('report', () => {
  test('reads the database asked for and cannot write', async () => {
    const { run } = aReport()
    await expect(run({ sql: 'SELECT 1', name: 'a.csv', database: 'nope' })).rejects.toThrow('"nope"')
    await databases.get().query('CREATE TABLE IF NOT EXISTS kept (id int)')
    await databases
      .get()
      .query(
        'CREATE OR REPLACE FUNCTION sneak() RETURNS int LANGUAGE sql AS $$ INSERT INTO kept VALUES (1) RETURNING id $$',
      )
    await expect(run({ sql: 'SELECT sneak()', name: 'a.csv', database: 'business' })).rejects.toMatchObject({
      code: 'SQL_FAILED',
      message: expect.stringContaining('read-only transaction (SQLSTATE 25006)'),
    })
    await expect(run({ sql: 'SELECT 1; DROP TABLE kept', name: 'a.json' })).rejects.toMatchObject({
      code: 'SQL_FAILED',
    })
  })

  test('that is aborted ends the query on the server and tells the reason', async () => {
    const controller = new AbortController()
    const reason = new AbortReason('CANCELLED', 'cancelled')
    const { run, written } = aReport({ signal: controller.signal })
    const running = run({ sql: 'SELECT pg_sleep(600)', name: 'a.csv' })
    const poll = `SELECT FROM pg_stat_activity WHERE query LIKE 'FETCH FORWARD%' AND state = 'active' AND datname = current_database()`
    while ((await databases.get('business').query(poll)).rowCount === 0) await pause(5)
    controller.abort(reason)
    await expect(running).rejects.toBe(reason)
    expect((await databases.get('business').query(poll)).rowCount).toBe(0)
    expect(written).toEqual([])
  })

  test('whose artifact is refused gives its connection back and can be run again', async () => {
    for (const name of ['a.xlsx', 'a.csv', 'a.json']) {
      const refused = aReport({
        artifacts: {
          ...memoryArtifacts().artifacts,
          async write(_name, content) {
            for await (const _ of content as AsyncIterable<Buffer>) break
            throw new Error('too large')
          },
        },
      })
      const sql = `SELECT n, repeat(md5(n::text), 10) FROM generate_series(1, 100000) AS n`
      await expect(refused.run({ sql, name })).rejects.toThrow('too large')
    }
    expect(databases.get().stats()).toMatchObject({ waiting: 0 })
    expect(databases.get().stats().connections).toBe(databases.get().stats().idle)
  })

  test.each([
    ['a name that tells no format', { name: 'a' }, 'format'],
    ['a sheet name that no sheet may have', { name: 'a.xlsx', sheet: 'a/b' }, 'sheet'],
    ['a time zone that is none', { name: 'a.csv', timezone: 'Asia/Seul' }, 'timezone'],
  ])('%s is refused by the schema', async (_, params, field) => {
    await expect(aReport().run({ sql: 'SELECT 1', ...params })).rejects.toMatchObject({
      code: 'PARAMS_INVALID',
      details: [expect.objectContaining({ path: field })],
    })
  })
})
