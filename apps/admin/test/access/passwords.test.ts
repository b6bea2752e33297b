import { scryptSync } from 'node:crypto'
import { hashPassword, isOutdated, verifyPassword } from '../../src/access/passwords.ts'

const oldHash = (password: string) => {
  const salt = Buffer.from('0123456789abcdef')
  const key = scryptSync(password, salt, 32, { N: 16_384, r: 8, p: 1 })
  return `scrypt$16384$8$1$${salt.toString('base64')}$${key.toString('base64')}`
}

test('a hash holds its parameters and a salt of its own, and matches its password only', async () => {
  const hash = await hashPassword('a long password')
  expect(hash).toMatch(/^scrypt\$32768\$8\$3\$[\w+/]{22}==\$[\w+/]{43}=$/)
  expect(await hashPassword('a long password')).not.toBe(hash)
  expect(await verifyPassword('a long password', hash)).toBe(true)
  expect(await verifyPassword('a long passwore', hash)).toBe(false)
  expect(await verifyPassword('', hash)).toBe(false)
  expect(isOutdated(hash)).toBe(false)
})

test('a hash with the parameters of earlier days matches and is outdated', async () => {
  expect(await verifyPassword('of old', oldHash('of old'))).toBe(true)
  expect(await verifyPassword('of new', oldHash('of old'))).toBe(false)
  expect(isOutdated(oldHash('of old'))).toBe(true)
})

test('without a hash, or with a broken one, nothing matches', async () => {
  expect(await verifyPassword('anything', undefined)).toBe(false)
  expect(await verifyPassword('anything', 'scrypt$')).toBe(false)
})

test('a password is the same however its letters were composed', async () => {
  const hash = await hashPassword('한글비밀번호입니다'.normalize('NFD'))
  expect(await verifyPassword('한글비밀번호입니다'.normalize('NFC'), hash)).toBe(true)
})

test('beyond what can be checked in a few seconds, checking is refused', async () => {
  const hash = oldHash('x')
  const checks = await Promise.allSettled(Array.from({ length: 40 }, () => verifyPassword('x', hash)))
  const refused = checks.filter((check) => check.status === 'rejected')
  expect(refused).toHaveLength(22)
  expect(refused[0]!.reason).toMatchObject({ code: 'TOO_MANY_REQUESTS', retryAfterSeconds: 2 })
})
