import { describe, expect, test } from '@jest/globals'
import { coloured, statusText } from '../src/output/paint.ts'
import { printable, table } from '../src/output/table.ts'
import { durationText, parseDuration, parseTime, timeText } from '../src/output/times.ts'
import { tree } from '../src/output/tree.ts'

describe('times', () => {
  test('are shown in the zone, with the offset of their own day', () => {
    expect(timeText('2026-01-31T00:00:00.000Z', 'Asia/Seoul')).toBe('2026-01-31 09:00:00 +09:00')
    expect(timeText('2026-07-01T00:00:00.000Z', 'America/St_Johns')).toBe('2026-06-30 21:30:00 -02:30')
    expect(timeText('2026-07-01T00:00:00.000Z', 'UTC')).toBe('2026-07-01 00:00:00 +00:00')
    expect(timeText(null, 'UTC')).toBe('-')
  })

  test.each([
    ['2026-01-31T09:00:00+09:00', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T09:00', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31 09:00:30', '2026-01-31T00:00:30.000Z'],
    ['2026-01-31', '2026-01-30T15:00:00.000Z'],
    ['2026-01-31T09:00Z', '2026-01-31T09:00:00.000Z'],
    ['now', '2026-06-01T00:00:00.000Z'],
    ['+30m', '2026-06-01T00:30:00.000Z'],
    ['-1d12h', '2026-05-30T12:00:00.000Z'],
  ])('%s is %s in Seoul', (text, instant) => {
    expect(parseTime(text, 'Asia/Seoul', new Date('2026-06-01T00:00:00Z'))).toBe(instant)
  })

  test('a wall time next to a change of the clocks gets the offset that holds then', () => {
    expect(parseTime('2026-03-08T01:59', 'America/New_York')).toBe('2026-03-08T06:59:00.000Z')
    expect(parseTime('2026-03-08T03:00', 'America/New_York')).toBe('2026-03-08T07:00:00.000Z')
    expect(parseTime('2026-11-01T02:00', 'America/New_York')).toBe('2026-11-01T07:00:00.000Z')
  })

  test.each(['', 'tomorrow', '2026-02-30', '2026-01-31T25:00', '30m', '+', '+30x', '2026-1-1'])(
    '%j is refused',
    (text) => {
      expect(() => parseTime(text, 'UTC')).toThrow(/is no (time|duration)/)
    },
  )

  test('durations are read and shown', () => {
    expect(['90', '45s', '30m', '1h30m', '2d'].map(parseDuration)).toEqual([90, 45, 1_800, 5_400, 172_800])
    expect(() => parseDuration('30 m')).toThrow('is no duration')
    expect([5, 1_234, 200_000, 7_260_000, null].map(durationText)).toEqual([
      '5 ms',
      '1.2 s',
      '3 min 20 s',
      '2 h 1 min',
      '-',
    ])
  })
})

describe('table', () => {
  test('cuts the last column to the terminal, and only there', () => {
    const rows = [{ a: 'x', b: 'a rather long text' }]
    const columns = [
      ['a', (row: (typeof rows)[0]) => row.a],
      ['b', (row: (typeof rows)[0]) => row.b],
    ] as const
    expect(table(rows, columns, 14)).toBe('A  B\nx  a rather l\u2026\n')
    expect(table(rows, columns, null)).toBe('A  B\nx  a rather long text\n')
  })

  test('aligns by what is seen of a coloured cell', () => {
    const rows = ['SUCCESS', 'FAILED']
    const text = table(
      rows,
      [
        ['status', (row) => statusText(row, coloured)],
        ['b', () => 'x'],
      ],
      null,
    )
    expect(printable(text)).toBe('STATUS   B\nSUCCESS  x\nFAILED   x\n')
    expect(text).toContain('\u001b[32mSUCCESS')
  })

  test('lets nothing through that a terminal obeys', () => {
    expect(printable('a\u001b[31mred\u001b[0m\u0001\u009b2J\r\nb\tc')).toBe('ared\uFFFD\nb\tc')
  })
})

test('tree shows nested answers, instants in the zone', () => {
  const value = {
    status: 'x',
    at: '2026-01-31T00:00:00.000Z',
    list: [1, 2],
    none: null,
    inner: { rows: [{ a: 1 }, { b: true }] },
  }
  expect(tree(value, 'Asia/Seoul')).toBe(
    'status: x\nat:     2026-01-31 09:00:00 +09:00\nlist:   1, 2\nnone:   -\ninner:\n  rows:\n    A  B\n    1  -\n    -  true\n',
  )
})
