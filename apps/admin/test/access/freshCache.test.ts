import { jest } from '@jest/globals'
import { FreshCache } from '../../src/access/freshCache.ts'

let now = 0
beforeEach(() => {
  now = 0
  jest.spyOn(performance, 'now').mockImplementation(() => now)
})
afterEach(() => jest.restoreAllMocks())

/** A source that counts its readings. */
function source(value: string | undefined) {
  const it = {
    value,
    reads: 0,
    async read() {
      it.reads++
      return it.value
    },
  }
  return it
}

test('a value is read once and then kept', async () => {
  const cache = new FreshCache<string>()
  const from = source('a')
  expect([await cache.get('k', from.read), await cache.get('k', from.read)]).toEqual(['a', 'a'])
  expect(from.reads).toBe(1)
})

test('what is not there is not kept', async () => {
  const cache = new FreshCache<string>()
  const from = source(undefined)
  await cache.get('k', from.read)
  from.value = 'a'
  expect(await cache.get('k', from.read)).toBe('a')
})

test('a value of middle age is served, and read again behind it', async () => {
  const cache = new FreshCache<string>()
  const from = source('a')
  await cache.get('k', from.read)
  from.value = 'b'
  now = 2_600
  expect(await cache.get('k', from.read)).toBe('a')
  await new Promise(setImmediate)
  expect(await cache.get('k', from.read)).toBe('b')
  expect(from.reads).toBe(2)
})

test('a value of five seconds is read before it is used, also where it had been read again in vain', async () => {
  const cache = new FreshCache<string>()
  await cache.get('k', async () => 'a')
  const fails = async () => {
    throw new Error('away')
  }
  now = 2_600
  expect(await cache.get('k', fails)).toBe('a')
  await new Promise(setImmediate)
  now = 5_000
  await expect(cache.get('k', fails)).rejects.toThrow('away')
  expect(await cache.get('k', async () => undefined)).toBeUndefined()
})

test('a reading that began before clear does not bring back what it found', async () => {
  const cache = new FreshCache<string>()
  let answer = (_: string) => {}
  const reading = cache.get('k', () => new Promise((resolve) => (answer = resolve)))
  cache.clear()
  answer('revoked')
  await reading
  expect(await cache.get('k', async () => undefined)).toBeUndefined()
})

test('a full cache forgets the oldest', async () => {
  const cache = new FreshCache<string>(2)
  for (const key of ['a', 'b', 'c']) await cache.get(key, async () => key)
  const from = source('again')
  expect(await cache.get('c', from.read)).toBe('c')
  expect(await cache.get('a', from.read)).toBe('again')
})
