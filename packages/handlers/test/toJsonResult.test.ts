import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { HandlerResultError, MAX_RESULT_DEPTH, toJsonResult } from '../src/index.ts'

function refusal(value: unknown, options?: { maxBytes: number }): { code: string; message: string } {
  try {
    toJsonResult(value, options)
  } catch (error) {
    if (error instanceof HandlerResultError) return { code: error.code, message: error.message }
    throw error
  }
  throw new Error('nothing was refused')
}

describe('toJsonResult', () => {
  test('a handler that returns nothing has the result null', () => {
    expect(toJsonResult(undefined)).toBe('null')
    expect(toJsonResult(null)).toBe('null')
  })

  test('any JSON value comes back from its text unchanged', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(toJsonResult(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  test('a date is its ISO instant', () => {
    expect(toJsonResult({ at: new Date(0) })).toBe('{"at":"1970-01-01T00:00:00.000Z"}')
  })

  test.each([
    ['a BigInt', { user: { id: 1n } }, 'result.user.id is a BigInt; return a string or a number'],
    ['a BigInt in a list', { rows: [{ id: 1 }, { id: 2n }] }, 'result.rows[1].id is a BigInt'],
    ['a BigInt at the top', 5n, 'result is a BigInt'],
    ['a function at the top', () => 1, 'result is a function'],
    ['a symbol at the top', Symbol('x'), 'result is a symbol'],
    ['a NUL', { a: ['ok', 'x\0y'] }, 'result.a[1] has a NUL character'],
    ['a NUL in a key', { a: { 'x\0': 1 } }, 'a key of result.a has a NUL character'],
    ['half a surrogate pair', { a: 'x\ud83d' }, 'result.a has half a surrogate pair'],
    ['the other half', { a: '\udc00x' }, 'result.a has half a surrogate pair'],
    ['a NUL out of toJSON', { a: { toJSON: () => '\0' } }, 'result.a has a NUL character'],
  ])('%s is refused with its path', (_, value, message) => {
    expect(refusal(value)).toEqual({ code: 'RESULT_NOT_JSON', message: expect.stringContaining(message) })
  })

  test('a cycle is refused with where it closes', () => {
    const user: Record<string, unknown> = { name: 'kim' }
    user.team = { members: [user] }
    expect(refusal({ user }).message).toBe('result.user.team.members[0] refers back to result.user, a cycle')
  })

  test('the same object twice without a cycle is fine', () => {
    const shared = { a: 1 }
    expect(toJsonResult([shared, shared])).toBe('[{"a":1},{"a":1}]')
  })

  test('a text that only spells a NUL escape, and a whole surrogate pair, are stored', () => {
    const value = { path: 'C:\\u0000', emoji: '\u{1f600}' }
    expect(JSON.parse(toJsonResult(value))).toEqual(value)
  })

  test('an error thrown by toJSON or a getter is the cause', () => {
    const cause = new Error('toJSON is broken')
    const broken = {
      toJSON() {
        throw cause
      },
    }
    expect(refusal({ broken }).message).toContain('toJSON is broken')
    const getter = Object.defineProperty({}, 'x', {
      enumerable: true,
      get() {
        throw cause
      },
    })
    expect(refusal(getter).message).toContain('toJSON is broken')
  })

  test('exactly max_bytes pass, one byte more does not, counted in UTF-8', () => {
    expect(toJsonResult('\uD55C\uAE00', { maxBytes: 8 })).toBe('"\uD55C\uAE00"')
    expect(refusal('\uD55C\uAE00', { maxBytes: 7 })).toEqual({
      code: 'RESULT_TOO_LARGE',
      message: 'result is 8 bytes of JSON, 7 are allowed',
    })
  })

  test('50 MB is refused', () => {
    expect(refusal('x'.repeat(50_000_000)).code).toBe('RESULT_TOO_LARGE')
  })

  test.each([
    ['a list', (inner: unknown) => [inner]],
    ['an object', (inner: unknown) => ({ '[': inner })],
  ])('%s nested to the limit passes, one level more does not, 100,000 do not crash', (_, wrap) => {
    let value: unknown = 'a "[[[" in a string'
    for (let depth = 0; depth < MAX_RESULT_DEPTH; depth++) value = wrap(value)
    expect(JSON.parse(toJsonResult(value))).toEqual(value)
    expect(refusal(wrap(value)).message).toContain('nested more than')
    for (let depth = 0; depth < 100_000; depth++) value = wrap(value)
    expect(refusal(value).message).toContain('nested more than')
  })
})
