import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../../../test/support/testDatabase.ts'
import { MAX_RESULT_DEPTH, toJsonResult } from '../src/index.ts'

let database: TestDatabase
let client: pg.Client

beforeAll(async () => {
  database = await createTestDatabase()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
})
afterAll(async () => {
  await client?.end()
  await database?.drop()
})

/** Any UTF-16, with what jsonb refuses made likely. */
const text = fc
  .array(fc.oneof(fc.constantFrom(0, 0x5c, 0x22, 0xd83d, 0xde00), fc.nat(0xffff)), { maxLength: 6 })
  .map((units) => String.fromCharCode(...units))

describe('toJsonResult', () => {
  test('jsonb takes exactly what was not refused', async () => {
    const values = fc.letrec((tie) => ({
      value: fc.oneof(text, fc.double(), tie('list'), tie('object')),
      list: fc.array(tie('value'), { maxLength: 3 }),
      object: fc.dictionary(text, tie('value'), { maxKeys: 3 }),
    })).value
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        const isStorable = (json: string) =>
          client.query('SELECT $1::jsonb', [json]).then(
            () => true,
            () => false,
          )
        let json: string | undefined
        try {
          json = toJsonResult(value)
        } catch {
          expect(await isStorable(JSON.stringify(value))).toBe(false)
          return
        }
        expect(await isStorable(json)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test('jsonb takes the deepest result there may be', async () => {
    const json = toJsonResult(
      JSON.parse('[{"a":'.repeat(MAX_RESULT_DEPTH / 2) + 1 + '}]'.repeat(MAX_RESULT_DEPTH / 2)),
    )
    await expect(client.query('SELECT $1::jsonb', [json])).resolves.toBeDefined()
  })
})
