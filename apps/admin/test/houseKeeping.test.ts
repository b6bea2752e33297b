import { createSession, createUser, Database, recordAudit } from '@jobu/db'
import { createLogger } from '@jobu/runtime'
import { createTestDatabase, type TestDatabase } from '../../../test/support/testDatabase.ts'
import { HouseKeeping } from '../src/houseKeeping.ts'
import { adminSchema } from '../src/index.ts'

let testDatabase: TestDatabase
let database: Database
beforeAll(async () => {
  testDatabase = await createTestDatabase()
  database = new Database({ url: testDatabase.url }, { engine: true })
})
afterAll(async () => {
  await database.close()
  await testDatabase.drop()
})

test('a pass removes what is past its time, however much, and nothing else', async () => {
  const entry = { actorKind: 'user', actorName: 'a', action: 'x', targetType: 'cron' }
  await recordAudit(database, entry)
  await database.query(
    `INSERT INTO audit_log (at, actor_kind, actor_name, action, target_type)
     SELECT now() - interval '31 days', 'user', 'old', 'x', 'cron' FROM generate_series(1, 2500)`,
  )
  const hash = 'scrypt$2$8$1$c2FsdA==$a2V5'
  const user = await createUser(database, { name: 'a', passwordHash: hash, role: 'viewer', isEnabled: true })
  for (const idHash of ['live', 'idle', 'expired']) {
    await createSession(database, {
      idHash,
      userId: user.id,
      csrfToken: '',
      maxSeconds: 60,
      address: null,
      userAgent: null,
    })
  }
  await database.query(`UPDATE sessions SET last_seen_at = now() - interval '2 hours' WHERE id_hash = 'idle'`)
  await database.query(
    `UPDATE sessions SET expires_at = now() - interval '1 second' WHERE id_hash = 'expired'`,
  )
  await database.query(`INSERT INTO rate_limits VALUES ('now', 1, $1), ('old', 1, $2), ('ever', 1, NULL)`, [
    Date.now(),
    Date.now() - 3_700_000,
  ])

  const logger = createLogger('admin', { JOBU_LOG_LEVEL: 'silent' })
  await new HouseKeeping(database, adminSchema.parse({ audit_retention_days: 30 }), logger).pass()

  const column = async (query: string) => (await database.query<{ v: string }>(query)).rows.map(({ v }) => v)
  expect(await column('SELECT actor_name AS v FROM audit_log')).toEqual(['a'])
  expect(await column('SELECT id_hash AS v FROM sessions')).toEqual(['live'])
  expect(await column('SELECT key AS v FROM rate_limits ORDER BY key')).toEqual(['ever', 'now'])
})
