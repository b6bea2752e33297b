import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { messagePattern } from '../src/services/messagePattern.ts'

describe('messagePattern', () => {
  test.each([
    ['connect ECONNREFUSED 10.0.0.7:443', 'connect ECONNREFUSED #:#'],
    ['user 42 has -3.5e-7 points, 1,000 before', 'user # has # points, # before'],
    ['no order 0b9c3f2e-8d8a-4c7e-9f51-1f2e3d4c5b6a', 'no order <uuid>'],
    ['no commit 3f2a1bc, no layer deadbeefcafe', 'no commit #, no layer #'],
    ['at 0x7ffee4 of worker12', 'at # of worker#'],
    ['late since 2026-03-01T09:00:00.123+09:00', 'late since <time>'],
    ['late since 2026-03-01 09:00:00Z until 10:15:00', 'late since <time> until <time>'],
    [
      `relation "users" of 'app' and \`x\` isn't there, it's gone`,
      `relation <text> of <text> and <text> isn't there, it's gone`,
    ],
    ['  the first\nthe second', 'the first'],
    ['the first\r\nthe second', 'the first'],
    ['', ''],
    ['a facade of the added decade', 'a facade of the added decade'],
  ])('%j becomes %j', (message, expected) => {
    expect(messagePattern(message)).toBe(expected)
  })

  test('is at most 200 characters long, and splits none', () => {
    const long = messagePattern('ab \u{1F600} '.repeat(100))
    expect([...long]).toHaveLength(200)
    expect(long).toMatch(/…$/)
    expect(JSON.stringify(long)).not.toMatch(/\\ud[89ab]/)
    expect(messagePattern('z'.repeat(200))).toBe('z'.repeat(200))
  })

  // What a message says is drawn once, what differs in it twice.
  const hex = fc.stringMatching(/^[0-9a-f]{8,40}$/)
  const SLOTS = {
    number: fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })).map(String),
    ip: fc.ipV4(),
    uuid: fc.constant(null).map(() => randomUUID()),
    hex,
    pointer: hex.map((digits) => `0x${digits}`),
    double: fc.stringMatching(/^[^"\r\n]{0,30}$/).map((text) => `"${text}"`),
    single: fc.stringMatching(/^[^'\r\n]{0,30}$/).map((text) => `'${text}'`),
    instant: fc
      .date({ min: new Date(0), max: new Date('2099-01-01'), noInvalidDate: true })
      .map((at) => at.toISOString()),
    clock: fc
      .tuple(fc.nat(23), fc.nat(59), fc.nat(59))
      .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':')),
  }
  const words = fc.stringMatching(/^[g-z]{1,8}( [g-z]{1,8}){0,2}$/)
  const part = fc
    .constantFrom(...(Object.keys(SLOTS) as Array<keyof typeof SLOTS>))
    .chain((kind) => fc.tuple(words, SLOTS[kind], SLOTS[kind]))

  test('the same message with other numbers, ids, texts and times has the same pattern', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), words, (parts, end) => {
        const filled = (which: 1 | 2) => `${parts.map((one) => `${one[0]} ${one[which]}`).join(' ')} ${end}`
        expect(messagePattern(filled(1))).toBe(messagePattern(filled(2)))
      }),
      { numRuns: 2_000 },
    )
  })

  test('what other messages say stays different', () => {
    fc.assert(
      fc.property(words, words, fc.integer(), (one, other, number) => {
        fc.pre(one !== other)
        expect(messagePattern(`${one} ${number}`)).not.toBe(messagePattern(`${other} ${number}`))
      }),
    )
  })

  test.each(['"', "'", '1', '1.', 'a', '0x', '-', '12:', '2026-01-01T'])(
    'a message of nothing but %j ends soon',
    (piece) => {
      expect(messagePattern(piece.repeat(20_000)).length).toBeLessThanOrEqual(200)
    },
  )
})
