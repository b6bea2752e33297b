import { describe, expect, test } from '@jest/globals'
import type { ClaimedExecution } from '@jobu/db'
import { ClaimCursor } from '@jobu/worker'

const NOW = Date.parse('2026-03-01T12:00:00Z')
const MARGIN_MS = 2_000
const EVERYTHING = { highestPriority: 32_767, lowestPriority: -32_768, readyFrom: null }

function claimed(...rows: Array<{ queue?: string; priority?: number; readyAt: number }>): ClaimedExecution[] {
  return rows.map(
    ({ queue = 'default', priority = 0, readyAt }) =>
      ({ queue, priority, readyAt: new Date(readyAt) }) as ClaimedExecution,
  )
}

/** The ranges as `queue highest..lowest from`. */
function shown(cursor: ClaimCursor, isSweep = false): string[] {
  return cursor
    .ranges(isSweep)
    .map(
      ({ queue, highestPriority, lowestPriority, readyFrom }) =>
        `${queue} ${highestPriority}..${lowestPriority} ${readyFrom === null ? 'all' : readyFrom.getTime() - NOW}`,
    )
}

describe('ClaimCursor', () => {
  test('before the first claim it looks at all priorities of each queue, from the beginning', () => {
    expect(new ClaimCursor(['a', 'b']).ranges(false)).toEqual([
      { queue: 'a', ...EVERYTHING },
      { queue: 'b', ...EVERYTHING },
    ])
  })

  test('after a claim it starts shortly before the oldest row claimed, and above and below that priority at the beginning', () => {
    const cursor = new ClaimCursor(['default'])
    cursor.advance(claimed({ readyAt: NOW + 30 }, { readyAt: NOW + 10 }, { readyAt: NOW + 20 }))
    expect(shown(cursor)).toEqual([
      'default 32767..1 all',
      `default 0..0 ${10 - MARGIN_MS}`,
      'default -1..-32768 all',
    ])
  })

  test('a sweep looks from the beginning, and forgets no position', () => {
    const cursor = new ClaimCursor(['default'])
    cursor.advance(claimed({ readyAt: NOW }))
    expect(shown(cursor, true)).toEqual([
      'default 32767..1 all',
      'default 0..0 all',
      'default -1..-32768 all',
    ])
    expect(shown(cursor)[1]).toBe(`default 0..0 ${-MARGIN_MS}`)
  })

  test('a sweep that found an older row moves the position back to it', () => {
    const cursor = new ClaimCursor(['default'])
    cursor.advance(claimed({ readyAt: NOW }))
    cursor.advance(claimed({ readyAt: NOW - 60_000 }, { readyAt: NOW }))
    expect(shown(cursor)[1]).toBe(`default 0..0 ${-60_000 - MARGIN_MS}`)
  })

  test('several priorities are tried from the highest on, each from its own position', () => {
    const cursor = new ClaimCursor(['default'])
    cursor.advance(claimed({ priority: -5, readyAt: NOW + 1 }, { priority: 7, readyAt: NOW + 2 }))
    cursor.advance(claimed({ priority: 0, readyAt: NOW + 3 }))
    expect(shown(cursor)).toEqual([
      'default 32767..8 all',
      `default 7..7 ${2 - MARGIN_MS}`,
      'default 6..1 all',
      `default 0..0 ${3 - MARGIN_MS}`,
      'default -1..-4 all',
      `default -5..-5 ${1 - MARGIN_MS}`,
      'default -6..-32768 all',
    ])
  })

  test('neighbouring priorities, the highest and the lowest leave no empty range between them', () => {
    const cursor = new ClaimCursor(['default'])
    for (const priority of [32_767, 1, 0, -32_768]) cursor.advance(claimed({ priority, readyAt: NOW }))
    expect(shown(cursor).map((range) => range.split(' ')[1])).toEqual([
      '32767..32767',
      '32766..2',
      '1..1',
      '0..0',
      '-1..-32767',
      '-32768..-32768',
    ])
  })

  test('a queue without a position of its own is looked at from the beginning', () => {
    const cursor = new ClaimCursor(['a', 'b'])
    cursor.advance(claimed({ queue: 'a', readyAt: NOW }))
    expect(shown(cursor).filter((range) => range.includes('0..0'))).toEqual([
      `a 0..0 ${-MARGIN_MS}`,
      'b 0..0 all',
    ])
  })

  test('queues take turns in going first, whatever their number', () => {
    const cursor = new ClaimCursor(['a', 'b', 'c'])
    const order = () =>
      cursor
        .ranges(false)
        .map(({ queue }) => queue)
        .join('')
    expect([order(), order(), order(), order()]).toEqual(['abc', 'bca', 'cab', 'abc'])
  })

  test('with named queues it serves those, and learns no others', () => {
    const cursor = new ClaimCursor(['a', 'a'])
    cursor.learn(['b'])
    expect([cursor.servesAll, cursor.serves('a'), cursor.serves('b')]).toEqual([false, true, false])
    expect(shown(cursor)).toEqual(['a 32767..-32768 all'])
  })

  test("with '*' it serves every queue, and looks at those it has learnt", () => {
    const cursor = new ClaimCursor(['*'])
    expect([cursor.servesAll, cursor.serves('any')]).toEqual([true, true])
    expect(cursor.ranges(true)).toEqual([])
    cursor.learn(['a'])
    cursor.learn(['b', 'a'])
    expect(
      cursor
        .ranges(false)
        .map(({ queue }) => queue)
        .sort(),
    ).toEqual(['a', 'b'])
  })

  test('of a thousand queues and more the newest stay known', () => {
    const cursor = new ClaimCursor(['*'])
    cursor.learn(Array.from({ length: 1_000 }, (_, n) => `old ${n}`))
    cursor.learn(['new'])
    const queues = cursor.ranges(false).map(({ queue }) => queue)
    expect(queues).toHaveLength(1_000)
    expect(queues).toContain('new')
    expect(queues).not.toContain('old 999')
  })

  test('of more than sixteen priorities the one not used for longest loses its position', () => {
    const cursor = new ClaimCursor(['default'])
    for (let priority = 1; priority <= 16; priority++) cursor.advance(claimed({ priority, readyAt: NOW }))
    cursor.advance(claimed({ priority: 1, readyAt: NOW }))
    cursor.advance(claimed({ priority: 17, readyAt: NOW }))
    const positions = cursor
      .ranges(false)
      .filter(({ readyFrom }) => readyFrom !== null)
      .map(({ highestPriority }) => highestPriority)
    expect(positions).toHaveLength(16)
    expect(positions).toEqual(expect.arrayContaining([17, 1]))
    expect(positions).not.toContain(2)
  })
})
