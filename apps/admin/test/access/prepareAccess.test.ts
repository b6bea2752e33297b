import { Database } from '@jobu/db'
import { createLogger, type Logger } from '@jobu/runtime'
import { createTestDatabase, type TestDatabase } from '../../../../test/support/testDatabase.ts'
import { verifyPassword } from '../../src/access/passwords.ts'
import { adminSchema, prepareAccess } from '../../src/index.ts'

let testDatabase: TestDatabase
let database: Database
const warnings: unknown[][] = []
const logger = {
  ...createLogger('admin', {}),
  warn: (...line: unknown[]) => void warnings.push(line),
} as unknown as Logger

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  database = new Database({ url: testDatabase.url }, { engine: true })
})
afterAll(async () => {
  await database.close()
  await testDatabase.drop()
})
beforeEach(async () => {
  await database.query('DELETE FROM users')
  await database.query('DELETE FROM audit_log')
  warnings.length = 0
})

const prepare = (config: object) => prepareAccess(database, adminSchema.parse(config), logger)
const admin = async () => (await database.db.query.users.findMany())[0]!
const audited = async () => {
  const { rows } = await database.query<{ action: string; actor_kind: string }>(
    'SELECT * FROM audit_log ORDER BY id',
  )
  expect(JSON.stringify([rows, warnings])).not.toMatch(/horse|scrypt/)
  return rows.map(({ action, actor_kind }) => `${actor_kind} ${action}`)
}

test('the first start makes the user admin, by two processes at once as well', async () => {
  await Promise.all([prepare({ password: 'correct horse' }), prepare({ password: 'correct horse' })])
  expect(await admin()).toMatchObject({ name: 'admin', role: 'admin', isEnabled: true })
  expect(await verifyPassword('correct horse', (await admin()).passwordHash)).toBe(true)
  expect(await audited()).toEqual(['environment user.create'])
  expect(warnings).toHaveLength(1)
})

test('a start with the same password changes nothing, and signs nobody out', async () => {
  await prepare({ password: 'correct horse' })
  const { id, passwordHash } = await admin()
  await aSession(id)
  await prepare({ password: 'correct horse' })
  expect((await admin()).passwordHash).toBe(passwordHash)
  expect(await sessions()).toBe(1)
  expect(await audited()).toEqual(['environment user.create'])
})

test('another password wins over the one that is stored, signs out, and is audited', async () => {
  await prepare({ password: 'correct horse' })
  await aSession((await admin()).id)
  await prepare({ password: 'another horse' })
  expect(await verifyPassword('another horse', (await admin()).passwordHash)).toBe(true)
  expect(await sessions()).toBe(0)
  expect(await audited()).toEqual(['environment user.create', 'environment user.update'])
  expect(warnings).toHaveLength(2)
})

test('admin is made an enabled administrator again', async () => {
  await prepare({ password: 'correct horse' })
  await database.query(`UPDATE users SET role = 'viewer', is_enabled = false, name = 'Admin'`)
  await prepare({ password: 'correct horse' })
  expect(await admin()).toMatchObject({ name: 'Admin', role: 'admin', isEnabled: true })
  expect(await audited()).toEqual(['environment user.create', 'environment user.update'])
})

test('an initial password makes the user admin, and never changes it', async () => {
  expect(await prepare({ initial_password: 'first horse' })).toEqual({ isInitialPassword: true })
  expect(await prepare({ initial_password: 'first horse' })).toEqual({ isInitialPassword: true })
  expect(await prepare({ initial_password: 'other horse' })).toEqual({ isInitialPassword: false })
  await database.query(`UPDATE users SET role = 'viewer'`)
  const token = 't'.repeat(32)
  expect(await prepare({ initial_password: 'first horse', token })).toEqual({ isInitialPassword: false })
  expect(await admin()).toMatchObject({ name: 'admin', role: 'viewer' })
  expect(await audited()).toEqual(['environment user.create'])
  expect(await prepare({ initial_password: 'first horse', password: 'own horse' })).toEqual({
    isInitialPassword: false,
  })
  expect(await verifyPassword('own horse', (await admin()).passwordHash)).toBe(true)
})

test('without a password users are left alone', async () => {
  await prepare({ token: 't'.repeat(32) })
  expect(await admin()).toBeUndefined()
  expect(await audited()).toEqual([])
})

test('a start at which nobody could sign in is refused in one line that says what to do', async () => {
  await expect(prepare({})).rejects.toThrow(
    /^nobody could sign in: set JOBU_ADMIN_PASSWORD or JOBU_ADMIN_TOKEN, or .* jobu -- user create .*$/,
  )
  await prepare({ password: 'correct horse' })
  await prepare({})
  await database.query('UPDATE users SET is_enabled = false')
  await expect(prepare({})).rejects.toThrow(/nobody could sign in/)
  await prepare({ auth: { proxy: { trusted: ['192.0.2.1'] } } })
})

const aSession = (userId: number) =>
  database.query(
    `INSERT INTO sessions (id_hash, user_id, csrf_token, expires_at) VALUES ('h', $1, 'c', now() + interval '1 hour')`,
    [userId],
  )
const sessions = async () => Number((await database.query('SELECT FROM sessions')).rowCount)
