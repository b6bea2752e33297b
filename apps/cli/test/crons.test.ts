import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { startAdminCli } from './support/adminCli.ts'

let admin: Awaited<ReturnType<typeof startAdminCli>>
beforeAll(async () => {
  admin = await startAdminCli()
})
afterAll(() => admin.stop())
afterEach(() => admin.clear())

async function aCron(fields: Record<string, unknown> = {}) {
  const body = { name: 'nightly', cron_expression: '0 9 * * *', handler_name: 'echo', ...fields }
  return (await admin.app.api.post('/crons').send(body).expect(201)).body
}

describe('crons list', () => {
  test('is a table for people, with aligned columns also for wide letters', async () => {
    await aCron({ name: '야간 보고', tags: ['a', 'b'] })
    await aCron({ name: 'x', is_enabled: false })
    const { code, stdout, stderr } = await admin.cli(['crons', 'list'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [heading, first, second] = stdout.split('\n')
    expect(heading).toMatch(/^ID +NAME +EXPRESSION +ZONE +HANDLER +STATE +LAST +NEXT RUN +TAGS$/)
    // Each of the four letters takes two columns.
    expect(first!.indexOf('0 9')).toBe(second!.indexOf('0 9') - 4)
    expect(first).toMatch(/09:00:00 \+09:00 +a,b$/)
    expect(second).toMatch(/disabled +- +- +-$/)
  })

  test('is the page of the API for scripts, times in UTC', async () => {
    await aCron()
    const page = await admin.json(['crons', 'list', '--timezone', 'Europe/Berlin'])
    expect(page).toEqual((await admin.app.api.get('/crons')).body)
    expect(page.items[0].next_run_at).toMatch(/T00:00:00\.000Z$/)
  })

  test('filters, and --all follows the pages', async () => {
    for (let i = 0; i < 5; i++) await aCron({ name: `c${i}`, tags: i < 2 ? ['few'] : [], is_enabled: i > 0 })
    const names = async (...args: string[]) =>
      (await admin.json(['crons', 'list', ...args])).items.map(({ name }: { name: string }) => name)
    expect(await names('--tag', 'few')).toEqual(['c0', 'c1'])
    expect(await names('--tag', 'few', '--enabled')).toEqual(['c1'])
    expect(await names('--disabled')).toEqual(['c0'])
    expect(await names('--q', 'C3')).toEqual(['c3'])
    expect(await names('--handler', 'mail')).toEqual([])
    expect(await names('--size', '2', '--page', '2')).toEqual(['c2', 'c3'])
    expect(await names('--all')).toHaveLength(5)
    const { stdout, stderr } = await admin.cli(['crons', 'list', '--size', '2'])
    expect(stdout.trim().split('\n')).toHaveLength(3)
    expect(stderr).toMatch(/^2 of 5; --(page 2|cursor \S+) shows more\n$/)
  })
})

describe('one cron', () => {
  test('is found by name or id, and by a name of digits', async () => {
    const { id } = await aCron()
    await aCron({ name: '987654' })
    expect((await admin.json(['crons', 'get', 'nightly'])).id).toBe(id)
    expect((await admin.json(['crons', 'get', String(id)])).name).toBe('nightly')
    expect((await admin.json(['crons', 'get', '987654'])).name).toBe('987654')
    expect((await admin.cli(['crons', 'get', 'nightly'])).stdout).toMatch(
      /^next_run_at: +\S+ 09:00:00 \+09:00$/m,
    )
  })

  test('that does not exist ends with 1 and says so', async () => {
    await aCron({ name: 'nightly-2' })
    expect(await admin.cli(['crons', 'get', 'nightly'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'jobu: there is no cron "nightly"\n',
    })
  })

  test('is disabled, enabled, run and deleted', async () => {
    const { id } = await aCron()
    expect((await admin.cli(['crons', 'disable', 'nightly'])).stdout).toBe('nightly is disabled\n')
    expect((await admin.cli(['crons', 'enable', 'nightly'])).stdout).toMatch(
      /^nightly is enabled, next run \S+ 09:00:00 \+09:00\n$/,
    )
    const job = await admin.json(['crons', 'run', 'nightly', '--params', '{"message": "now"}'])
    expect(job).toMatchObject({ job_id: id, status: 'PENDING', params: { message: 'now' } })
    expect(await admin.json(['crons', 'delete', 'nightly', '--yes'])).toEqual({ deleted: [id] })
    await admin.app.api.get(`/crons/${id}`).expect(404)
  })

  test('is not deleted without a yes', async () => {
    await aCron()
    const deleting = ['crons', 'delete', 'nightly']
    expect(await admin.cli(deleting)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('give --yes'),
    })
    let question = ''
    const ask = async (text: string) => {
      question = text
      return 'n'
    }
    expect(await admin.cli(deleting, { ask })).toMatchObject({ code: 1, stderr: 'jobu: nothing was done\n' })
    expect(question).toBe('Delete the cron nightly? [y/N] ')
    expect((await admin.json(['crons', 'list'])).total).toBe(1)
    expect((await admin.cli(deleting, { ask: async () => 'y' })).code).toBe(0)
  })
})

describe('crons preview', () => {
  test("shows instants in the zone that was given, which is also the expression's", async () => {
    const args = ['crons', 'preview', '0 9 * * *', '--count', '2', '--timezone', 'America/New_York']
    expect((await admin.cli(args)).stdout).toMatch(
      /^At 09:00 \(America\/New_York\)\n( {2}\S+ 09:00:00 -0[45]:00\n){2}$/,
    )
    expect((await admin.json(args)).next[0]).toMatch(/T1[34]:00:00\.000Z$/)
  })

  test('of a bad expression fails with the field and its reason', async () => {
    const { code, stderr } = await admin.cli(['crons', 'preview', '61 * * * *'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/cron_expression.*61.*\(400 CRON_EXPRESSION_INVALID\)/)
  })
})

describe('exit codes and errors', () => {
  test.each([
    [['bogus'], /unknown command 'bogus'/],
    [['crons', 'lst'], /Did you mean list\?/],
    [['crons', 'get'], /missing required argument/],
    [['crons', 'list', '--bogus'], /unknown option '--bogus'/],
    [['crons', 'list', '--size', 'many'], /expected a whole number/],
    [['crons', 'list', '--timezone', 'Mars/Base'], /no time zone "Mars\/Base"/],
    [['crons', 'list', '--url', 'nowhere'], /is no URL/],
    [['crons', 'run', 'x', '--params', '[1]'], /expected a JSON object/],
    [['jobs', 'run', 'echo', '--at', 'tomorrow'], /is no time/],
    [['jobs', 'get', 'x'], /is no id of a job/],
    [['crons'], /Usage: jobu crons/],
  ])('%j is wrong usage: 2', async (args, message) => {
    const { code, stdout, stderr } = await admin.cli(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
  })

  test('--help is the payload and ends with 0, on every command', async () => {
    for (const args of [
      [],
      ['crons'],
      ['crons', 'apply'],
      ['jobs', 'tail'],
      ['import', 'crontab'],
      ['scheduler', 'reserve'],
    ]) {
      const { code, stdout, stderr } = await admin.cli([...args, '--help'])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toMatch(/^Usage: jobu/)
      expect(stdout).toContain('--token')
    }
  })

  test('a server that is not there ends with 3, on stderr', async () => {
    const { code, stdout, stderr } = await admin.cli(['crons', 'list', '--url', 'http://127.0.0.1:9'])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toMatch(/^jobu: cannot reach http:\/\/127\.0\.0\.1:9/)
  })

  test('a refused token is told from a missing one, and neither is shown', async () => {
    const wrong = await admin.cli(['crons', 'list'], {
      env: { JOBU_URL: admin.url, JOBU_TOKEN: 'wr0ng-secret' },
    })
    expect(wrong).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('not valid there') })
    expect(wrong.stderr).not.toContain('wr0ng-secret')
    const none = await admin.cli(['crons', 'list'], { env: { JOBU_URL: admin.url } })
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('no token was sent') })
  })

  test('several faults of a request are all told, with their fields', async () => {
    const { code, stderr } = await admin.cli([
      'jobs',
      'run',
      'mail',
      '--params',
      '{"to": "nobody", "copies": 99}',
    ])
    expect(code).toBe(1)
    expect(stderr).toContain('params.to')
    expect(stderr).toContain('params.copies')
  })
})

describe('where to and as whom', () => {
  const data = () => join(admin.folder, '.jobu')
  const keep = (file: string, value: unknown) => {
    mkdirSync(data(), { recursive: true })
    writeFileSync(join(data(), file), JSON.stringify(value))
  }

  test('what npm start keeps is used: its address, and its token for this machine', async () => {
    keep('admin.json', { url: admin.url })
    keep('credentials.json', { admin_token: 'a-token-of-at-least-thirty-two-characters' })
    expect((await admin.cli(['crons', 'list'], { env: {} })).code).toBe(0)
    expect((await admin.cli(['crons', 'list'], { env: { JOBU_DATA_DIR: data() } })).code).toBe(0)
    expect(
      (await admin.cli(['crons', 'list'], { env: { JOBU_DATA_DIR: '/nowhere', JOBU_URL: admin.url } })).code,
    ).toBe(1)
  })

  test('a token is read from a file', async () => {
    const file = join(admin.folder, 'token')
    writeFileSync(file, 'a-token-of-at-least-thirty-two-characters\n')
    const env = { JOBU_URL: admin.url }
    expect((await admin.cli(['crons', 'list', '--token-file', file], { env })).code).toBe(0)
    expect((await admin.cli(['crons', 'list', '--token-file', `${file}x`], { env })).code).toBe(2)
  })
})
