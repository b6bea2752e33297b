import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from '@jest/globals'
import { airflowSchema } from '@jobu/airflow'
import { loadConfig, loadDatabaseConfig } from '@jobu/runtime'
import { parse } from 'yaml'
import { adminSchema } from '../../apps/admin/src/config.ts'
import { dispatcherSchema } from '../../apps/dispatcher/src/config.ts'
import { workerSchema } from '../../apps/worker/src/config.ts'

const shipped = fileURLToPath(new URL('../../config', import.meta.url))
const dir = mkdtempSync(join(tmpdir(), 'jobu-shipped-'))
afterAll(() => rmSync(dir, { recursive: true }))

const env = {
  JOBU_ADMIN_PASSWORD: 'a password',
  JOBU_ADMIN_INITIAL_PASSWORD: 'a first password',
  JOBU_ADMIN_TOKEN: 't'.repeat(32),
  DATABASE_URL: 'postgresql://h/d',
}

describe('config', () => {
  test.each([
    ['dispatcher', dispatcherSchema],
    ['worker', workerSchema],
    ['admin', adminSchema],
    ['airflow', airflowSchema],
  ] as const)('%s.yaml lists every key, and with its default', (name, schema) => {
    const text = readFileSync(join(shipped, `${name}.yaml`), 'utf8')
    // "# key: value" is a key that is commented out; other comments have more words before their colon.
    const everything = text.replace(/^( *)# ( *[a-z_]+:( .*)?)$/gm, '$1$2')
    writeFileSync(join(dir, `${name}.yaml`), everything)
    expect(Object.keys(parse(everything)[name]).sort()).toEqual(Object.keys(schema.shape).sort())
    const defaults = loadConfig(name, schema, { dir: join(dir, 'nowhere'), env })
    expect(loadConfig(name, schema, { dir, env })).toEqual(defaults)
    expect(loadConfig(name, schema, { dir: shipped, env })).toEqual(defaults)
  })

  test('database.yaml needs DATABASE_URL and nothing else', () => {
    expect(loadDatabaseConfig({ dir: shipped, env })).toMatchObject({ default: { url: env.DATABASE_URL } })
    expect(() => loadDatabaseConfig({ dir: shipped, env: {} })).toThrow('DATABASE_URL is not set')
  })
})
