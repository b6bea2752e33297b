import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { FIELD_DEFAULTS } from '../src/cronFile/cronFields.ts'
import { startAdminCli } from './support/adminCli.ts'

let admin: Awaited<ReturnType<typeof startAdminCli>>
beforeAll(async () => {
  admin = await startAdminCli()
})
afterAll(() => admin.stop())
afterEach(() => admin.clear())

function file(text: string, name = 'crons.yaml'): string {
  const path = join(admin.folder, name)
  writeFileSync(path, text)
  return path
}

const TWO = `
crons:
  - name: one
    cron_expression: "0 1 * * *"
    timezone: UTC
    handler_name: echo
    handler_params: { message: hi }
  - name: two
    cron_expression: "0  2 * * *"
    handler_name: echo
    start_at: 2030-01-01T09:00:00+09:00
    allow_overlap: true
    tags: [a, b, a]
`
const crons = async () => (await admin.app.api.get('/crons?order_by=name')).body.items
const auditRows = async () => (await admin.app.database.query('SELECT 1 FROM audit_log')).rows.length

describe('crons apply', () => {
  test('creates what is not there, and applied twice changes nothing', async () => {
    const path = file(TWO)
    const first = await admin.cli(['crons', 'apply', '-f', path])
    expect(first).toEqual({
      code: 0,
      stderr: '',
      stdout: '+ create one\n+ create two\n2 to create, 0 to change, 0 to delete, 0 unchanged\n',
    })
    expect(await crons()).toMatchObject([
      { name: 'one', timezone: 'UTC', handler_params: { message: 'hi' } },
      { name: 'two', cron_expression: '0 2 * * *', overlap_policy: 'allow', tags: ['a', 'b'] },
    ])
    const audited = await auditRows()
    expect((await admin.cli(['crons', 'apply', '-f', path])).stdout).toBe(
      '0 to create, 0 to change, 0 to delete, 2 unchanged\n',
    )
    expect((await crons()).map(({ version }: { version: number }) => version)).toEqual([1, 1])
    expect(await auditRows()).toBe(audited)
  })

  test('shows each field that changes, old and new, and what a file no longer says goes back to its default', async () => {
    const path = file(TWO)
    await admin.cli(['crons', 'apply', '-f', path])
    await admin.app.api.put(`/crons/${(await crons())[0].id}`).send({ max_retry: 5, description: 'by hand' })
    writeFileSync(path, TWO.replace('0 1 * * *', '30 1 * * *'))
    const { stdout } = await admin.cli(['crons', 'apply', '-f', path])
    expect(stdout).toBe(
      [
        '~ change one',
        '    description: "by hand" -> null',
        '    cron_expression: "0 1 * * *" -> "30 1 * * *"',
        '    max_retry: 5 -> 0',
        '0 to create, 1 to change, 0 to delete, 1 unchanged',
        '',
      ].join('\n'),
    )
    expect((await crons())[0]).toMatchObject({
      cron_expression: '30 1 * * *',
      max_retry: 0,
      description: null,
    })
  })

  test('leaves a cron disabled that somebody disabled, and its zone, unless the file says otherwise', async () => {
    const path = file(TWO)
    await admin.cli(['crons', 'apply', '-f', path])
    await admin.cli(['crons', 'disable', 'two'])
    expect((await admin.cli(['crons', 'apply', '-f', path])).stdout).toContain('2 unchanged')
    writeFileSync(path, `${TWO}    is_enabled: true\n    timezone: UTC\n`)
    const { stdout } = await admin.cli(['crons', 'apply', '-f', path])
    expect(stdout).toContain('    timezone: "Asia/Seoul" -> "UTC"\n    is_enabled: false -> true\n')
  })

  test('with --dry-run shows the plan and changes nothing', async () => {
    const path = file(TWO)
    const audited = await auditRows()
    const { stdout } = await admin.cli(['crons', 'apply', '-f', path, '--dry-run'])
    expect(stdout).toContain(
      '2 to create, 0 to change, 0 to delete, 0 unchanged (dry run, nothing was changed)',
    )
    expect(await crons()).toEqual([])
    expect(await auditRows()).toBe(audited)
    expect(await admin.json(['crons', 'apply', '-f', path, '--dry-run'])).toEqual({
      items: [
        { action: 'create', name: 'one' },
        { action: 'create', name: 'two' },
      ],
      applied: false,
    })
  })

  test('reads JSON, stdin, several files, anchors, and variables', async () => {
    const json = file(
      JSON.stringify({ crons: [{ name: 'j', cron_expression: '@daily', handler_name: 'echo' }] }),
      'c.json',
    )
    const yaml = [
      'crons:',
      '  - &base { name: s, cron_expression: "@hourly", handler_name: echo, handler_params: { message: "{where}/{else}" } }',
      '  - { <<: *base, name: t }',
    ].join('\n')
    const args = ['crons', 'apply', '-f', json, '--file', '-', '--set', 'where=http://x']
    expect((await admin.cli(args, { readStdin: async () => yaml })).stdout).toContain('3 to create')
    expect(await crons()).toMatchObject([
      { name: 'j' },
      { name: 's', handler_params: { message: 'http://x/{else}' } },
      { name: 't', cron_expression: '@hourly' },
    ])
  })

  test('the examples that npm start loads apply as they are', async () => {
    const { code, stderr } = await admin.cli(['crons', 'apply', '-f', 'examples/crons.yaml', '--dry-run'])
    // The test's server has no handlers http, sql and sleep: those alone are refused, each at its line.
    const text = readFileSync('examples/crons.yaml', 'utf8').split('\n')
    expect(code).toBe(1)
    for (const line of stderr.split('\n').slice(1, -1)) {
      const [, number] = /^ {2}examples\/crons\.yaml:(\d+): .*handler_name: is not a known handler/.exec(
        line,
      )!
      expect(text[Number(number) - 1]).toMatch(/handler_name: (http|sql|sleep)$/)
    }
    expect(stderr).toMatch(/^jobu: 3 faults/)
  })
})

describe('crons apply refuses before anything is changed', () => {
  const good = '\n  - { name: good, cron_expression: "@daily", handler_name: echo }'

  test.each([
    ['crons: [', /crons\.yaml:1: /],
    ['', /crons\.yaml:1: expected "crons:" with a list/],
    ['crons: {a: 1}', /crons\.yaml:1: expected "crons:" with a list/],
    [`crons:${good}\nmore: 1`, /crons\.yaml:3: unknown key "more"/],
    [`crons:${good}\n  - 5`, /crons\.yaml:3: expected the fields of a cron/],
    [`crons:${good}\n  - { cron_expression: "@daily" }`, /crons\.yaml:3: name: expected the name/],
    [`crons:${good}\n  - name: b\n    max_retri: 3`, /crons\.yaml:4: unknown field "max_retri"/],
    [`crons:${good}\n  - name: b\n    id: 3`, /crons\.yaml:4: unknown field "id"/],
    [`crons:${good}${good}`, /crons\.yaml:3: name "good" is taken at .*crons\.yaml:2/],
    [
      `crons:${good}\n  - name: b\n    priority: .inf`,
      /crons\.yaml:4: priority: expected a number that JSON has/,
    ],
    [`crons:${good}\n  - name: b\n    name: c`, /crons\.yaml:4: .*unique/],
    [
      `crons:${good}\n  - name: b\n    handler_name: echo\n    cron_expression: "61 * * * *"`,
      /crons\.yaml:5: b: cron_expression: /,
    ],
    [
      `crons:${good}\n  - name: b\n    handler_name: nope\n    cron_expression: "@daily"`,
      /crons\.yaml:4: b: handler_name: is not a known handler/,
    ],
    [`crons:${good}\n  - name: b\n    handler_name: echo`, /crons\.yaml:3: b: cron_expression: is required/],
    [
      `crons:${good}\n  - name: b\n    handler_name: mail\n    cron_expression: "@daily"\n    handler_params:\n      to: a@example.com\n      attachments:\n        - name: x\n        - name: 7`,
      /crons\.yaml:10: b: handler_params\.attachments\[1\]\.name: expected string/,
    ],
    [
      `crons:${good}\n  - name: b\n    handler_name: echo\n    cron_expression: "@hourly"\n    jitter_seconds: 4000`,
      /crons\.yaml:6: b: jitter_seconds: must be below/,
    ],
    [
      `crons:${good}\n  - name: b\n    handler_name: echo\n    cron_expression: "@hourly"\n    allow_overlap: true\n    overlap_policy: skip`,
      /crons\.yaml:6: b: allow_overlap: contradicts/,
    ],
  ])('%j', async (text, message) => {
    const { code, stdout, stderr } = await admin.cli(['crons', 'apply', '-f', file(text)])
    expect(stderr).toMatch(message)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(await crons()).toEqual([])
  })

  test('a file that cannot be read', async () => {
    const { code, stderr } = await admin.cli(['crons', 'apply', '-f', '/nowhere.yaml'])
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('/nowhere.yaml cannot be read'),
    })
  })
})

describe('crons apply --prune', () => {
  const other = async (fields: Record<string, unknown>) =>
    admin.app.api
      .post('/crons')
      .send({ cron_expression: '@daily', handler_name: 'echo', ...fields })
      .expect(201)
  const names = async () => (await crons()).map(({ name }: { name: string }) => name)

  test('asks, and deletes those that no file names', async () => {
    await other({ name: 'old' })
    const args = ['crons', 'apply', '-f', file(TWO), '--prune']
    const refused = await admin.cli(args)
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('One cron will be deleted. ') })
    expect(refused.stdout).toContain('- delete old\n')
    // Nothing of the plan is carried out.
    expect(await names()).toEqual(['old'])
    expect((await admin.cli(args, { ask: async () => 'no' })).code).toBe(1)
    expect((await admin.cli(args, { ask: async () => 'yes' })).code).toBe(0)
    expect(await names()).toEqual(['one', 'two'])
  })

  test('with --tag deletes of those with the tag only, and wants the tag on every entry', async () => {
    await other({ name: 'old', tags: ['team'] })
    await other({ name: 'foreign' })
    const tagged = file(
      TWO.replace('handler_params', 'tags: [team]\n    handler_params').replace('[a, b, a]', '[team]'),
    )
    const args = ['--prune', '--tag', 'team', '--yes']
    const untagged = await admin.cli(['crons', 'apply', '-f', file(TWO, 'untagged.yaml'), ...args])
    expect(untagged.stderr).toMatch(
      /untagged\.yaml:3: one: tags: expected "team".*\n.*untagged\.yaml:13: two: tags/,
    )
    expect((await admin.cli(['crons', 'apply', '-f', tagged, ...args])).code).toBe(0)
    expect(await names()).toEqual(['foreign', 'one', 'two'])
  })

  test('what somebody changes between the plan and its carrying out is left alone, and said', async () => {
    await other({ name: 'old' })
    await other({ name: 'one' })
    const ask = async () => {
      for (const { id } of await crons())
        await admin.app.api.put(`/crons/${id}`).send({ description: 'meanwhile' })
      await other({ name: 'two' })
      return 'y'
    }
    const { code, stderr } = await admin.cli(['crons', 'apply', '-f', file(TWO), '--prune'], { ask })
    expect(code).toBe(1)
    expect(stderr).toMatch(/3 of the plan could not be carried out/)
    for (const what of ['change one', 'create two', 'delete old']) {
      expect(stderr).toContain(`${what}: was changed by somebody else meanwhile`)
    }
    expect(await crons()).toMatchObject([
      { name: 'old', description: 'meanwhile' },
      { name: 'one', description: 'meanwhile' },
      { name: 'two', cron_expression: '@daily' },
    ])
  })
})

describe('crons export', () => {
  test('gives YAML that applies without a change, also to an empty system', async () => {
    const bodies = [
      { name: 'z', cron_expression: '@daily', handler_name: 'echo' },
      {
        name: '야간: "x" #1',
        description: 'two\nlines\n\n  and: more ',
        cron_expression: '*/5 9-17 * * MON-FRI',
        timezone: 'America/New_York',
        day_match: 'and',
        handler_name: 'echo',
        handler_params: {
          message: "it's: # {x}",
          deep: [{ '': null, on: 'yes', '1': 1.5, n: '007' }],
          date: '2026-01-01',
        },
        is_enabled: false,
        overlap_policy: 'buffer_one',
        max_retry: 3,
        retry_delay_seconds: 7,
        retry_backoff: 'fixed',
        timeout_seconds: 60,
        priority: -5,
        queue: 'mail',
        misfire_policy: 'fire_all',
        misfire_limit: 9,
        misfire_grace_seconds: 0,
        start_at: '2030-01-01T00:00:00.123Z',
        end_at: '2031-01-01T00:00:00.000Z',
        jitter_seconds: 10,
        max_runs: 5,
        pause_after_failures: 2,
        tags: ['1', 'true'],
        owner: 'team@example.com',
      },
    ]
    for (const body of bodies) await admin.app.api.post('/crons').send(body).expect(201)
    const { stdout, code } = await admin.cli(['crons', 'export'])
    expect(code).toBe(0)
    // Only what is not a default, in one order.
    expect(stdout).toContain(
      '  - name: z\n    cron_expression: "@daily"\n    timezone: Asia/Seoul\n    handler_name: echo\n',
    )
    const path = file(stdout)
    expect((await admin.cli(['crons', 'apply', '-f', path, '--prune'])).stdout).toBe(
      '0 to create, 0 to change, 0 to delete, 2 unchanged\n',
    )
    const strip = (cron: Record<string, unknown>) => {
      const { id, created_at, updated_at, ...rest } = cron
      return rest
    }
    const before = (await crons()).map(strip)
    await admin.clear()
    expect((await admin.cli(['crons', 'apply', '-f', path])).stdout).toContain('2 to create')
    expect((await crons()).map(strip)).toEqual(before)
    expect((await admin.cli(['crons', 'export'])).stdout).toBe(stdout)
    // As JSON it is the same file.
    const json = file(JSON.stringify(await admin.json(['crons', 'export'])), 'export.json')
    expect((await admin.cli(['crons', 'apply', '-f', json])).stdout).toContain('2 unchanged')
  })

  test('of nothing applies too', async () => {
    const { stdout } = await admin.cli(['crons', 'export'])
    expect((await admin.cli(['crons', 'apply', '-f', file(stdout)])).stdout).toContain('0 to create')
  })

  test("the defaults are the server's own", async () => {
    const body = { name: 'plain', cron_expression: '@daily', handler_name: 'echo' }
    const cron = (await admin.app.api.post('/crons').send(body)).body
    for (const [field, value] of Object.entries(FIELD_DEFAULTS)) {
      expect(cron).toHaveProperty(field)
      if (value !== undefined) expect([field, cron[field]]).toEqual([field, value])
    }
    // And no field that a cron can be given is missing.
    const answerOnly = [
      'id',
      'allow_overlap',
      'next_run_at',
      'last_run_at',
      'last_status',
      'completed_at',
      'disabled_reason',
      'run_count',
      'schedule_in_words',
      'version',
      'created_at',
      'updated_at',
    ]
    expect(
      Object.keys(cron)
        .filter((field) => !answerOnly.includes(field))
        .sort(),
    ).toEqual(['name', ...Object.keys(FIELD_DEFAULTS)].sort())
  })
})

describe('dry_run of the API', () => {
  const dry = { name: 'dry', cron_expression: '0  9 * * *', handler_name: 'echo' }

  test('a creation answers 200 with the cron as it would be, and makes and audits nothing', async () => {
    const before = await auditRows()
    const { body, headers } = await admin.app.api.post('/crons?dry_run=true').send(dry).expect(200)
    expect(body).toMatchObject({ name: 'dry', cron_expression: '0 9 * * *', timezone: 'Asia/Seoul' })
    expect(headers.location).toBeUndefined()
    expect(await crons()).toEqual([])
    expect(await auditRows()).toBe(before)
    await admin.app.api.post('/crons?dry_run=false').send(dry).expect(201)
    await admin.app.api.post('/crons?dry_run=true').send(dry).expect(409)
    await admin.app.api.post('/crons?dry_run=maybe').send(dry).expect(400)
  })

  test('a change answers what would come of it, checks the version, and changes nothing', async () => {
    const { body: cron } = await admin.app.api.post('/crons').send(dry)
    const path = `/crons/${cron.id}?dry_run=true`
    const { body } = await admin.app.api.put(path).send({ max_retry: 3, version: 1 }).expect(200)
    expect(body).toMatchObject({ max_retry: 3, version: 2 })
    await admin.app.api.put(path).send({ max_retry: 3, version: 7 }).expect(409)
    await admin.app.api.put(path).send({ cron_expression: '61 * * * *' }).expect(400)
    expect((await admin.app.api.get(`/crons/${cron.id}`)).body).toEqual(cron)
  })
})
