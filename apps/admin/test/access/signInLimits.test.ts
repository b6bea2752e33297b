import { jest } from '@jest/globals'
import { Database } from '@jobu/db'
import { createTestDatabase, type TestDatabase } from '../../../../test/support/testDatabase.ts'
import { SignInLimits } from '../../src/access/signInLimits.ts'

let testDatabase: TestDatabase
let database: Database
let limits: SignInLimits
let aheadMs = 0
const startedAt = Date.now()

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  database = new Database({ url: testDatabase.url }, { engine: true })
})
afterAll(async () => {
  await database.close()
  await testDatabase.drop()
})
beforeEach(async () => {
  await database.query('DELETE FROM rate_limits')
  limits = new SignInLimits(database)
  aheadMs = 0
  jest.spyOn(Date, 'now').mockImplementation(() => startedAt + aheadMs)
})
afterEach(() => jest.restoreAllMocks())

const later = (seconds: number) => {
  aheadMs += seconds * 1000
}
/** What the limits say to an attempt: `passes`, or the seconds to wait. */
const attempt = (name: string, address: string, by = limits) =>
  by.attempt(name, address).then(
    () => 'passes' as const,
    (error) => {
      expect(error).toMatchObject({ code: 'TOO_MANY_REQUESTS' })
      return error.retryAfterSeconds as number
    },
  )
const attempts = async (count: number, name: string, address: string) => {
  for (let i = 0; i < count; i++) expect(await attempt(name, address)).toBe('passes')
}
/** Some at once, none of which waits for a connection for long. */
async function manyTimes<T>(count: number, once: (index: number) => Promise<T>): Promise<T[]> {
  const answers: T[] = []
  for (let from = 0; from < count; from += 10) {
    const indexes = Array.from({ length: Math.min(10, count - from) }, (_, i) => from + i)
    answers.push(...(await Promise.all(indexes.map(once))))
  }
  return answers
}
const HERE = '203.0.113.5'

test('five failures are free, then each has a pause before it, twice as long each time, of a quarter of an hour at most', async () => {
  await attempts(5, 'mina', HERE)
  const pauses: number[] = []
  for (let i = 0; i < 10; i++) {
    const pause = await attempt('mina', HERE)
    pauses.push(pause as number)
    later(pause as number)
    await attempts(1, 'mina', HERE)
  }
  expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 900, 900])
})

test('attempts during a pause do not make it longer', async () => {
  await attempts(5, 'mina', HERE)
  for (let i = 0; i < 20; i++) expect(await attempt('mina', HERE)).toBe(5)
  later(5)
  await attempts(1, 'mina', HERE)
  expect(await attempt('mina', HERE)).toBe(10)
})

test('of forty sent at once no more pass than of forty sent one by one', async () => {
  const said = await Promise.all(Array.from({ length: 40 }, () => attempt('mina', HERE)))
  expect(said.filter((one) => one === 'passes')).toHaveLength(5)
})

test('all admin processes count together', async () => {
  await attempts(5, 'mina', HERE)
  expect(await attempt('mina', HERE, new SignInLimits(database))).toBe(5)
})

test('a right password lets the name begin anew', async () => {
  await attempts(5, 'mina', HERE)
  later(5)
  await attempts(1, 'mina', HERE)
  await limits.succeeded('mina', HERE)
  await attempts(5, 'mina', HERE)
})

test('a name is the same in any case and composition of its letters', async () => {
  for (const name of ['Mína', 'MÍNA', 'mi\u0301na', 'mína', 'MI\u0301NA']) await attempts(1, name, HERE)
  expect(await attempt('mína', HERE)).toBe(5)
})

test('fifty failures from one address, whatever the names, close it for a quarter of an hour', async () => {
  for (let i = 0; i < 50; i++) await attempts(1, `name-${i}`, HERE)
  expect(await attempt('somebody', HERE)).toBe(900)
  await attempts(1, 'somebody', '203.0.113.6')
  later(900)
  await attempts(1, 'somebody', HERE)
})

test('right passwords do not count against their address', async () => {
  for (let i = 0; i < 60; i++) {
    await attempts(1, `name-${i}`, HERE)
    await limits.succeeded(`name-${i}`, HERE)
  }
})

test('the addresses of one IPv6 network are one client', async () => {
  for (let i = 0; i < 5; i++) await attempts(1, 'mina', `2001:db8:1:2::${i}`)
  expect(await attempt('mina', '2001:db8:1:2:ffff::1')).toBe(5)
  await attempts(5, 'mina', '2001:db8:1:3::1')
})

describe('a name that is attacked from everywhere', () => {
  const attack = async (count: number) => {
    await manyTimes(count, (i) => attempt('admin', `10.0.${i >> 8}.${i & 255}`))
  }

  test('leaves a new address one attempt before its pauses begin', async () => {
    await attack(101)
    await attempts(1, 'admin', HERE)
    expect(await attempt('admin', HERE)).toBe(60)
  })

  test('is closed for new addresses beyond a thousand an hour, and open as ever where it has signed in before', async () => {
    await attempts(1, 'admin', HERE)
    await limits.succeeded('admin', HERE)
    await attack(1_001)
    expect(await attempt('admin', '203.0.113.6')).toBe(3_600)
    await attempts(5, 'admin', HERE)
    later(3_600)
    await attempts(1, 'admin', '203.0.113.6')
  })
})

test('so many failures are audited and no more', async () => {
  const allowed = await manyTimes(1_010, () => limits.mayAudit())
  expect(allowed.filter(Boolean)).toHaveLength(1_000)
})

test('keys do not hold names, which may be mistyped passwords', async () => {
  await attempts(1, 'hunter2', HERE)
  const { rows } = await database.query<{ key: string }>('SELECT key FROM rate_limits')
  expect(JSON.stringify(rows)).not.toContain('hunter2')
})
