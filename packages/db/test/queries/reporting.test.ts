import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench } from '../../../../test/support/builders.ts'
import { appendLogs, type LogLine, lastLogs, recordProgress } from '../../src/index.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterEach(() => bench.clear())
afterAll(() => bench.close())

describe('recordProgress', () => {
  test('stores percent and step of held executions; without a step the last one stays', async () => {
    const row = await bench.anExecution({ status: 'RUNNING' })
    await recordProgress(bench.db, [{ ...row, percent: 30, step: 'reading' }])
    await recordProgress(bench.db, [{ ...row, percent: 60, step: null }])
    expect(await bench.execution(row)).toMatchObject({ progressPercentage: 60, currentStep: 'reading' })
  })

  test('from a worker that lost its lease changes nothing', async () => {
    const reclaimed = await bench.anExecution({ status: 'RUNNING', attempt: 2 })
    const ended = await bench.anExecution({ status: 'SUCCESS' })
    const before = await bench.executions()
    const stale = [reclaimed, ended].map((row) => ({ ...row, attempt: 1, percent: 50, step: 'x' }))
    await recordProgress(bench.db, stale)
    expect(await bench.executions()).toEqual(before)
  })
})

describe('appendLogs', () => {
  const line = (row: { id: number; scheduledTime: Date }, one: Partial<LogLine>): LogLine => ({
    id: row.id,
    scheduledTime: row.scheduledTime,
    attempt: 1,
    line: 1,
    loggedAt: new Date('2026-05-01T10:00:00.123Z'),
    level: 'info',
    message: 'hello',
    fields: null,
    ...one,
  })

  test('stores lines in order; the same batch again stores nothing twice', async () => {
    const row = await bench.anExecution({ status: 'RUNNING' })
    const lines = [
      line(row, {}),
      line(row, { line: 2, level: 'warn', fields: { rows: [1, 2], note: 'a "b" \\ {c}' } }),
      line(row, { attempt: 2, message: 'again' }),
    ]
    await appendLogs(bench.db, lines)
    await appendLogs(bench.db, lines)
    const stored = await lastLogs(bench.db, row, 10)
    expect(
      stored.map(({ attempt, line, level, message, fields }) => [attempt, line, level, message, fields]),
    ).toEqual([
      [1, 1, 'info', 'hello', null],
      [1, 2, 'warn', 'hello', { rows: [1, 2], note: 'a "b" \\ {c}' }],
      [2, 1, 'info', 'again', null],
    ])
    expect(stored[0]!.loggedAt).toEqual(lines[0]!.loggedAt)
    expect((await lastLogs(bench.db, row, 1)).map(({ message }) => message)).toEqual(['again'])
  })

  test.each([
    ['NUL', 'a\0b', 'a\\u0000b'],
    ['a backslash before u0000', 'a\\u0000b', 'a\\u0000b'],
    ['two backslashes before NUL', '\\\\\0', '\\\\\\u0000'],
    ['half a surrogate pair', 'a\ud800b', 'a\\ud800b'],
    ['a whole one', 'a\u{1F680}b', 'a\u{1F680}b'],
  ])('fields with %s are stored, and readable', async (_, text, stored) => {
    const row = await bench.anExecution({ status: 'RUNNING' })
    await appendLogs(bench.db, [line(row, { message: text, fields: { text, [text]: 1 } })])
    const [one] = await lastLogs(bench.db, row, 1)
    expect(one!.fields).toEqual({ text: stored, [stored]: 1 })
    expect(one!.message.length).toBeGreaterThan(0)
  })
})
