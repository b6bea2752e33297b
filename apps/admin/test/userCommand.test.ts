import { PassThrough } from 'node:stream'
import { runUserCommand } from '../src/index.ts'
import { audited, basic, signedIn } from './support/access.ts'
import { PASSWORD, startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

/** Runs a command as a shell would, with `stdin` piped or typed. */
async function jobu(
  line: string,
  stdin?: { piped: string } | { typed: string[] },
  env: Record<string, string> = {},
) {
  const output = { stdout: '', stderr: '' }
  const input = Object.assign(new PassThrough(), { isTTY: stdin !== undefined && 'typed' in stdin })
  const typed = stdin && 'typed' in stdin ? [...stdin.typed] : []
  if (stdin && 'piped' in stdin) input.end(stdin.piped)
  const code = await runUserCommand(line.split(' '), {
    stdout: { write: (text: string) => (output.stdout += text) },
    stderr: {
      write: (text: string) => {
        output.stderr += text
        // Types as soon as it is asked.
        if (/: $/.test(text) && typed.length > 0) setImmediate(() => input.write(typed.shift()!))
      },
    },
    stdin: stdin && input,
    env: { DATABASE_URL: app.url, JOBU_CONFIG_DIR: '/nowhere', ...env },
  })
  return { code, ...output }
}
const mayEnter = async (name: string, password: string) => {
  await app.database.query('DELETE FROM rate_limits')
  return (await app.anonymous.post('/api/v1/auth/sign-in').send({ name, password })).status === 200
}

test('makes a user with a password from standard input, who can sign in', async () => {
  const { code, stdout, stderr } = await jobu('user create mina --role operator', {
    piped: 'a long password\n',
  })
  expect([code, stdout, stderr]).toEqual([0, '', 'user mina created with the role operator\n'])
  expect(await mayEnter('mina', 'a long password')).toBe(true)
  expect(await audited(app, 2)).toEqual([
    ['user.create', expect.stringMatching(/^cli \S/), 'mina'],
    ['auth.sign_in', 'user mina', 'mina'],
  ])
})

test('makes a password up, and prints it alone on standard output', async () => {
  const { code, stdout, stderr } = await jobu('user create gen --role viewer --generate')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^[\w-]{24}\n$/)
  expect(stderr).not.toContain(stdout.trim())
  expect(await mayEnter('gen', stdout.trim())).toBe(true)
})

test('asks for a password twice without showing it', async () => {
  const typed = await jobu('user create typed --role viewer', {
    typed: ['typed password 1\r', 'typed password 1\r'],
  })
  expect(typed).toEqual({
    code: 0,
    stdout: '',
    stderr: 'Password: \nAgain: \nuser typed created with the role viewer\n',
  })
  expect(await mayEnter('typed', 'typed password 1')).toBe(true)
  const differs = await jobu('user set-password typed', {
    typed: ['typed password 2\r', 'typed password 3\r'],
  })
  expect(differs).toMatchObject({ code: 1, stderr: expect.stringContaining('not the same') })
  const cancelled = await jobu('user set-password typed', { typed: ['half\x03'] })
  expect(cancelled).toMatchObject({ code: 1, stderr: expect.stringContaining('no password was given') })
})

test('gives a lost password a new one, which ends sessions and warns of the environment', async () => {
  const { rows } = await app.database.query<{ id: number }>(`SELECT id FROM users WHERE name = 'admin'`)
  const client = await signedIn(app, rows[0]!)
  const { code, stderr } = await jobu('user set-password ADMIN', { piped: 'a password found again' })
  expect(code).toBe(0)
  expect(stderr).toContain('JOBU_ADMIN_PASSWORD')
  await client.get('/crons').expect(401)
  expect(await mayEnter('admin', 'a password found again')).toBe(true)
  expect(await mayEnter('admin', PASSWORD)).toBe(false)
})

test('disables, enables, lists and deletes', async () => {
  await jobu('user create leaver --role viewer', { piped: 'a long password' })
  expect((await jobu('user disable leaver')).code).toBe(0)
  expect(await mayEnter('leaver', 'a long password')).toBe(false)
  const list = await jobu('user list')
  expect(list.stdout).toMatch(/^id +name +role +is_enabled +last_sign_in_at\n/)
  expect(list.stdout).toMatch(/\n\d+ +leaver +viewer +false +-\n/)
  expect((await jobu('user enable leaver')).code).toBe(0)
  expect(await mayEnter('leaver', 'a long password')).toBe(true)
  const json = JSON.parse((await jobu('user list --json')).stdout)
  expect(json).toContainEqual(expect.objectContaining({ name: 'leaver', is_enabled: true }))
  expect((await jobu('user delete leaver')).code).toBe(0)
  expect((await jobu('user delete leaver')).stderr).toBe('jobu user: There is no user named leaver\n')
})

test('tokens are made, shown once, listed and revoked', async () => {
  const made = await jobu('token create deploy --role operator --expires-in-days 7')
  expect(made.stdout).toMatch(/^jobu_[\w-]{43}\n$/)
  const token = made.stdout.trim()
  const session = () => app.anonymous.get('/api/v1/auth/session').set('Authorization', `Bearer ${token}`)
  expect((await session().expect(200)).body).toMatchObject({ name: 'deploy', role: 'operator' })
  const list = await jobu('token list')
  expect(list.stdout).toContain(token.slice(0, 11))
  expect(list.stdout).not.toContain(token)
  const id = /created/.test(made.stderr) ? /token (\d+)/.exec(made.stderr)![1] : ''
  expect((await jobu(`token revoke ${id}`)).code).toBe(0)
  const { body } = await app.api.get(`/tokens/${id}`)
  expect(body.revoked_at).toEqual(expect.any(String))
})

test('a name that would move the cursor is shown harmlessly', async () => {
  await app.api.post('/tokens').send({ name: '\u001b[2Jgone', role: 'viewer' }).expect(201)
  expect((await jobu('token list')).stdout).toContain('?[2Jgone')
})

test.each([
  ['user create mina --role viewer', 'a long password', /named mina exists/],
  ['user create MINA --role viewer', 'a long password', /exists/],
  ['user create other --role viewer', 'short', /password: expected at least 12/],
  ['user create other --role root', 'a long password', /role: .*viewer/],
  ['user create other', 'a long password', /role: is required/],
  ['user create a:b --role viewer', 'a long password', /name: expected/],
  ['user create other --role viewer', '', /no password came.*--generate/],
  ['user set-password nobody', 'a long password', /no user named nobody/],
  ['token create x --role viewer --expires-in-days soon', '', /expires_in_days/],
  ['token revoke 999999', '', /token with id 999999 not found/],
])('%s is refused in one line', async (line, piped, message) => {
  const { code, stdout, stderr } = await jobu(line, { piped })
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(message)
  expect(stderr).toMatch(/^[^\n]+\n$/)
  expect(stderr).not.toContain('a long password')
})

test('the last enabled administrator stays', async () => {
  for (const verb of ['disable', 'delete']) {
    const { code, stderr } = await jobu(`user ${verb} admin`)
    expect([code, stderr]).toEqual([1, expect.stringContaining('last enabled administrator')])
  }
})

test.each([
  'user',
  'user fly',
  'user create',
  'user list mina',
  'user create a b --role viewer',
  'user list --wings',
  'token revoke mina',
  'constructor x',
])('%s cannot be understood, and shows how it is meant', async (line) => {
  const { code, stderr } = await jobu(line)
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining('jobu user create NAME --role viewer|operator|admin'),
  ])
})

test('--help shows how it is meant, without a database', async () => {
  const { code, stdout } = await jobu('user --help', undefined, {
    DATABASE_URL: 'postgres://127.0.0.1:1/none',
  })
  expect([code, stdout]).toEqual([0, expect.stringContaining('jobu token revoke ID')])
})

test('a database that is away, or not named, is said in one line, without its password', async () => {
  const away = await jobu('user list', undefined, { DATABASE_URL: 'postgres://u:secret@127.0.0.1:1/none' })
  expect(away).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^jobu user: [^\n]*127\.0\.0\.1:1[^\n]*\n$/),
  })
  const none = await jobu('user list', undefined, { DATABASE_URL: '' })
  expect(none).toMatchObject({ code: 1, stderr: expect.stringMatching(/DATABASE_URL/) })
})

test('who was made here is no stranger to Basic', async () => {
  await jobu('user create basic --role viewer', { piped: 'a long password' })
  await app.anonymous.get('/api/v1/crons').set('Authorization', basic('basic', 'a long password')).expect(200)
})
