import { describe, expect, test } from '@jest/globals'
import { findSecrets, mentionsSecret, resolveSecrets } from '../src/index.ts'

describe('findSecrets', () => {
  test('finds references wherever they stand', () => {
    const params = {
      url: 'https://h',
      headers: { authorization: { $secret: 'API_KEY' } },
      list: [1, [{ $secret: 'a.b-c' }], { deep: { $secret: 'API_KEY' } }],
    }
    expect(findSecrets(params)).toEqual({
      references: [
        { path: ['headers', 'authorization'], name: 'API_KEY' },
        { path: ['list', 1, 0], name: 'a.b-c' },
        { path: ['list', 2, 'deep'], name: 'API_KEY' },
      ],
      faults: [],
    })
    expect(mentionsSecret(params)).toBe(true)
  })

  test.each([
    ['a number for a name', { a: { $secret: 5 } }],
    ['nothing for a name', { a: { $secret: null } }],
    ['another key beside it', { a: { $secret: 'X', default: 'y' } }],
    ['a blank name', { a: { $secret: '' } }],
    ['a path for a name', { a: { $secret: '../etc/passwd' } }],
    ['a name that begins with a dot', { a: { $secret: '.env' } }],
    ['a name with a blank, which is rather the secret itself', { a: { $secret: 'correct horse' } }],
    ['a name of more than 127 characters', { a: { $secret: 'x'.repeat(128) } }],
  ])('%s is a fault, told without what came', (_what, params) => {
    const { references, faults } = findSecrets(params)
    expect(references).toEqual([])
    expect(faults).toEqual([{ path: ['a'], message: expect.any(String) }])
    expect(faults[0]!.message).not.toMatch(/horse|passwd/)
  })

  test('all of the params cannot be a secret', () => {
    expect(findSecrets({ $secret: 'X' }).faults).toEqual([
      { path: [], message: expect.stringContaining('cannot stand for all of the params') },
    ])
  })

  test('params without any mention none', () => {
    for (const params of [{}, { a: '$secret', b: ['$secret', null, { c: 1 }] }, null, 'text']) {
      expect(mentionsSecret(params)).toBe(false)
      expect(findSecrets(params)).toEqual({ references: [], faults: [] })
    }
  })
})

describe('resolveSecrets', () => {
  test('puts the values in a copy and leaves what is stored as it is', () => {
    const params = { to: 'x', list: [{ $secret: 'A' }], headers: { k: { $secret: 'B' } }, __proto__: null }
    const before = structuredClone(params)
    expect(resolveSecrets(params, (name) => `value of ${name}`)).toEqual({
      to: 'x',
      list: ['value of A'],
      headers: { k: 'value of B' },
    })
    expect(structuredClone(params)).toEqual(before)
  })
})
