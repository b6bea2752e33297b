// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax under test
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { ConfigError } from '../src/configError.ts'
import { loadConfig } from '../src/loadConfig.ts'

const dir = mkdtempSync(join(tmpdir(), 'jobu-config-'))
afterAll(() => rmSync(dir, { recursive: true }))

const schema = z
  .object({
    database: z.string().default('default'),
    pool_size: z.int().min(1).default(10),
    http_port: z.int().nullable().default(null),
    queues: z.array(z.string()).default(['default']),
    token: z.string().min(32).optional(),
    mode: z.enum(['fast', 'slow']).default('fast'),
    shell: z
      .object({ enabled: z.boolean().default(false), limits: z.array(z.number()).default([]) })
      .prefault({}),
    origins: z.union([z.literal('*'), z.array(z.string())]).default([]),
  })
  .refine((c) => c.pool_size !== 13, 'pool_size 13 is bad luck')

type Env = Record<string, string>

function load(yaml: string, env: Env = {}) {
  writeFileSync(join(dir, 'worker.yaml'), yaml)
  return loadConfig('worker', schema, { dir, env })
}

function faultsOf(yaml: string, env: Env = {}): string[] {
  try {
    load(yaml, env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    expect(error.message).not.toContain('\n')
    return error.faults.map((fault) => fault.replace(`${dir}/`, ''))
  }
  throw new Error('expected a ConfigError')
}

describe('loadConfig', () => {
  test('a missing file gives the defaults, frozen all the way down', () => {
    const config = loadConfig('worker', schema, { dir: join(dir, 'nowhere'), env: {} })
    expect(config).toEqual({
      database: 'default',
      pool_size: 10,
      http_port: null,
      queues: ['default'],
      mode: 'fast',
      shell: { enabled: false, limits: [] },
      origins: [],
    })
    expect(Object.isFrozen(config) && Object.isFrozen(config.shell) && Object.isFrozen(config.queues)).toBe(
      true,
    )
  })

  test('an empty file and sections whose keys are all commented out give the defaults', () => {
    expect(load('').pool_size).toBe(10)
    expect(load('worker:\n  # pool_size: 3\n').pool_size).toBe(10)
    expect(load('worker:\n  shell:\n    # enabled: true\n').shell.enabled).toBe(false)
  })

  test('the environment wins over the file, and the file over the default', () => {
    const config = load('worker:\n  pool_size: 3\n  database: other\n', { JOBU_WORKER_POOL_SIZE: '7' })
    expect([config.pool_size, config.database, config.mode]).toEqual([7, 'other', 'fast'])
  })

  test.each<[string, Env, object]>([
    ['a number', { JOBU_WORKER_POOL_SIZE: '7' }, { pool_size: 7 }],
    ['a nullable number', { JOBU_WORKER_HTTP_PORT: '9000' }, { http_port: 9000 }],
    [
      'a boolean below a section',
      { JOBU_WORKER_SHELL_ENABLED: 'true' },
      { shell: { enabled: true, limits: [] } },
    ],
    ['a list by commas', { JOBU_WORKER_QUEUES: 'mail, slow' }, { queues: ['mail', 'slow'] }],
    ['a list as JSON', { JOBU_WORKER_QUEUES: '["a,b"]' }, { queues: ['a,b'] }],
    ['a list of numbers', { JOBU_WORKER_SHELL_LIMITS: '1,2' }, { shell: { enabled: false, limits: [1, 2] } }],
    ['a literal of a union', { JOBU_WORKER_ORIGINS: '*' }, { origins: '*' }],
    [
      'a list of a union',
      { JOBU_WORKER_ORIGINS: 'http://a,http://b' },
      { origins: ['http://a', 'http://b'] },
    ],
    ['text that looks like a number', { JOBU_WORKER_DATABASE: '42' }, { database: '42' }],
  ])('a variable is coerced to its key: %s', (_, env, expected) => {
    expect(load('', env)).toMatchObject(expected)
  })

  test('a null key is set back to null by the environment, and an empty variable counts as unset', () => {
    expect(load('worker:\n  http_port: 1\n', { JOBU_WORKER_HTTP_PORT: 'null' }).http_port).toBeNull()
    expect(load('worker:\n  http_port: 1\n', { JOBU_WORKER_HTTP_PORT: '' }).http_port).toBe(1)
  })

  test('${ENV}, ${ENV:-default} and $${ are resolved inside values and coerced to the key', () => {
    const yaml = `worker:
  database: "db-\${STAGE}-\${REGION:-kr}"
  pool_size: \${SIZE:-5}
  mode: \${MODE:-slow}
  queues: ["$\${literal}", "\${STAGE}"]
`
    expect(load(yaml, { STAGE: 'prod', SIZE: '4', MODE: '' })).toMatchObject({
      database: 'db-prod-kr',
      pool_size: 4,
      mode: 'slow',
      queues: ['${literal}', 'prod'],
    })
  })

  test('an unset ${ENV} is a fault, unless the environment sets that key itself', () => {
    const yaml = 'worker:\n  database: ${NOT_SET}\n'
    expect(faultsOf(yaml)).toEqual(['worker.yaml: worker.database: environment variable NOT_SET is not set'])
    expect(load(yaml, { JOBU_WORKER_DATABASE: 'x' }).database).toBe('x')
  })

  test('every fault is reported at once, with file, path, what came and what was expected', () => {
    const yaml =
      'worker:\n  pool_sise: 3\n  pool_size: many\n  mode: quick\n  shell:\n    enabled: "yes"\n    path: /bin\n'
    expect(faultsOf(yaml, { JOBU_WORKER_HTTP_PORT: 'web', JOBU_WORKER_POLL: '1' })).toEqual([
      'environment: JOBU_WORKER_POLL: is no setting',
      'worker.yaml: worker.pool_sise: unknown key, did you mean "pool_size"?',
      'worker.yaml: worker.shell.path: unknown key',
      'worker.yaml: worker.pool_size: expected number, got "many"',
      'worker.yaml: worker.http_port: expected number, got "web" (from JOBU_WORKER_HTTP_PORT)',
      'worker.yaml: worker.mode: expected one of "fast"|"slow", got "quick"',
      'worker.yaml: worker.shell.enabled: expected boolean, got "yes"',
    ])
  })

  test('a misspelt variable is refused with the one that was meant', () => {
    expect(faultsOf('', { JOBU_WORKER_POOLSIZE: '3', JOBU_ADMIN_PORT: '1' })).toEqual([
      'environment: JOBU_WORKER_POOLSIZE: is no setting, did you mean "JOBU_WORKER_POOL_SIZE"?',
    ])
  })

  test('a bound, a relation between keys and a union say what was expected', () => {
    expect(faultsOf('worker:\n  pool_size: 0\n')).toEqual([
      'worker.yaml: worker.pool_size: Too small: expected number to be >=1, got 0',
    ])
    expect(faultsOf('worker:\n  pool_size: 13\n')).toEqual(['worker.yaml: worker: pool_size 13 is bad luck'])
    expect(faultsOf('worker:\n  origins: 5\n')).toEqual([
      'worker.yaml: worker.origins: expected "*" or expected array, got 5',
    ])
  })

  test('a secret is never shown', () => {
    const faults = faultsOf('worker:\n  token: short-secret\n')
    expect(faults).toEqual([
      'worker.yaml: worker.token: Too small: expected string to have >=32 characters, got ***',
    ])
  })

  test('broken YAML is one line with its place and without the text around it', () => {
    const [fault, ...more] = faultsOf('worker:\n  token: "hunter2\n  pool_size: 1\n')
    expect(more).toEqual([])
    expect(fault).toMatch(/^worker\.yaml: line \d+, column \d+: broken YAML: /)
    expect(fault).not.toContain('hunter2')
  })

  test('another top key, or none, is refused', () => {
    expect(faultsOf('pool_size: 3\n')).toEqual([
      'worker.yaml: worker: unknown top key "pool_size", expected everything under "worker:"',
    ])
    expect(faultsOf('- 1\n')).toEqual([
      'worker.yaml: worker: expected a section "worker:" at the top, got a list',
    ])
    expect(faultsOf('worker: 5\n')).toEqual(['worker.yaml: worker: expected keys, got 5'])
  })
})
