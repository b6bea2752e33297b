// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax under test
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { loadDatabaseConfig } from '../src/loadDatabaseConfig.ts'

const dir = mkdtempSync(join(tmpdir(), 'jobu-database-config-'))
afterAll(() => rmSync(dir, { recursive: true }))

function load(yaml: string, env: Record<string, string> = {}) {
  writeFileSync(join(dir, 'database.yaml'), yaml)
  return loadDatabaseConfig({ dir, env })
}

const SHIPPED = 'databases:\n  default:\n    url: ${DATABASE_URL}\n'
const URL_A = 'postgresql://a:p%24%7Bx@host:5432/a'

describe('loadDatabaseConfig', () => {
  test('DATABASE_URL stands for databases.default.url, with and without a file', () => {
    const expected = { type: 'postgresql', url: URL_A, pool: { min_size: 0, max_size: 10 }, options: {} }
    expect(load(SHIPPED, { DATABASE_URL: URL_A })).toEqual({ default: expected })
    expect(load('', { DATABASE_URL: URL_A })).toEqual({ default: expected })
    expect(load('', { DATABASE_URL: 'postgresql://a:${b@h/d' }).default!.url).toBe('postgresql://a:${b@h/d')
  })

  test('a URL from the environment replaces the host and user that the file gives', () => {
    const yaml =
      'databases:\n  default: { host: db, database: a, user: u, password: p, pool: { max_size: 3 } }\n'
    expect(load(yaml).default).toMatchObject({ host: 'db', database: 'a', user: 'u', password: 'p' })
    const replaced = load(yaml, { DATABASE_URL: URL_A }).default!
    expect(replaced).toMatchObject({ url: URL_A, pool: { max_size: 3 } })
    expect(replaced.host).toBeUndefined()
    expect(replaced.password).toBeUndefined()
  })

  test("a database's own variables reach any entry, also one with dashes in its name", () => {
    const yaml = `${SHIPPED}  my-shop:\n    url: postgresql://x/y\n`
    const databases = load(yaml, {
      DATABASE_URL: URL_A,
      JOBU_DATABASE_DATABASES_DEFAULT_URL: 'postgresql://b/b',
      JOBU_DATABASE_DATABASES_DEFAULT_POOL_MAX_SIZE: '4',
      JOBU_DATABASE_DATABASES_MY_SHOP_POOL_MIN_SIZE: '2',
      JOBU_DATABASE_DATABASES_NEW_URL: 'postgresql://n/n',
    })
    expect(databases.default).toMatchObject({ url: 'postgresql://b/b', pool: { max_size: 4 } })
    expect(databases['my-shop']!.pool).toEqual({ min_size: 2, max_size: 10 })
    expect(databases.new!.url).toBe('postgresql://n/n')
  })

  test.each<[string, string, RegExp]>([
    ['no database at all', '', /databases: expected .*set DATABASE_URL/],
    [
      'DATABASE_URL is unset',
      SHIPPED,
      /databases\.default\.url: environment variable DATABASE_URL is not set$/,
    ],
    [
      'neither url nor host',
      'databases:\n  default: { user: u }\n',
      /databases\.default: expected url, or host and database$/,
    ],
    [
      'both',
      'databases:\n  default: { url: "postgresql://h/d", host: h }\n',
      /databases\.default: expected either url or host/,
    ],
    [
      'another kind',
      'databases:\n  a: { type: mysql, url: "mysql://h/d" }\n',
      /databases\.a\.type: is not supported yet, expected postgresql, got "mysql"$/,
    ],
    [
      'a pool turned round',
      'databases:\n  a: { url: "postgresql://h/d", pool: { min_size: 9, max_size: 2 } }\n',
      /pool: min_size must not exceed max_size$/,
    ],
    [
      'a misspelt key',
      'databases:\n  a: { url: "postgresql://h/d", pasword: x }\n',
      /databases\.a\.pasword: unknown key, did you mean "password"\?$/,
    ],
  ])('refused: %s', (_, yaml, message) => {
    expect(() => load(yaml)).toThrow(message)
  })

  test('a URL that cannot be used is refused without being shown', () => {
    const attempt = () => load('', { DATABASE_URL: 'mysql://root:hunter2@host/db' })
    expect(attempt).toThrow(
      /databases\.default\.url: expected postgresql:.*got \*\*\* \(from DATABASE_URL\)$/,
    )
    expect(attempt).not.toThrow(/hunter2/)
  })
})
