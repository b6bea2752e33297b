import { Writable } from 'node:stream'
import { describe, expect, test } from '@jest/globals'
import winston from 'winston'
import { createLogger } from '../src/createLogger.ts'

/** A logger and what it wrote. */
function capture(env: Record<string, string> = {}) {
  const lines: string[] = []
  const logger = createLogger('worker', env)
  const stream = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk).trimEnd())
      done()
    },
  })
  logger.clear().add(new winston.transports.Stream({ stream }))
  return { logger, lines }
}

describe('createLogger', () => {
  test('text: one line with time, level, service, phrase and fields', () => {
    const { logger, lines } = capture()
    logger.info('execution completed', { executionId: '7', note: 'two\nlines', attempt: 1, none: undefined })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(
      /^\d{4}-\d\d-\d\dT[\d:.]+Z info {2}worker: execution completed executionId=7 note="two\\nlines" attempt=1$/,
    )
  })

  test('json: one object a line, an error with its stack and its cause', () => {
    const { logger, lines } = capture({ JOBU_LOG_FORMAT: 'json' })
    logger.error('claim failed', { error: new Error('outer', { cause: new Error('inner') }) })
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 'error',
      service: 'worker',
      message: 'claim failed',
      error: { message: 'outer', stack: expect.stringContaining('at '), cause: { message: 'inner' } },
    })
  })

  test('text: the stacks of an error and of its cause follow the line', () => {
    const { logger, lines } = capture()
    logger.error('claim failed', { error: new Error('outer', { cause: new Error('inner') }) })
    expect(lines[0]).toMatch(
      /claim failed error=outer\nError: outer\n {4}at [\s\S]+\nCaused by: Error: inner\n {4}at /,
    )
  })

  test.each(['text', 'json'])('%s: secrets never reach the log', (format) => {
    const { logger, lines } = capture({ JOBU_LOG_FORMAT: format })
    logger.info('request', {
      password: 'hunter2',
      headers: { Authorization: 'Bearer hunter2', cookie: 'session=hunter2' },
      nested: [{ api_token: 'hunter2', clientSecret: 'hunter2' }],
      error: new Error('cannot reach postgresql://jobu:hunter2@db/jobu'),
      fencingToken: 3,
    })
    expect(lines[0]).not.toContain('hunter2')
    expect(lines[0]).toContain('postgresql://jobu:***@db/jobu')
    expect(lines[0]).toMatch(/fencingToken"?[=:]3/)
  })

  test('a cycle, a BigInt and a function do not break logging', () => {
    const { logger, lines } = capture({ JOBU_LOG_FORMAT: 'json' })
    const cycle: Record<string, unknown> = { big: 12n, run() {} }
    cycle.self = cycle
    logger.info('odd', { cycle })
    expect(JSON.parse(lines[0]!).cycle).toEqual({ big: '12', run: '[function]', self: '[circular]' })
  })

  test('JOBU_LOG_LEVEL bounds what is written; silent writes nothing', () => {
    const quiet = capture({ JOBU_LOG_LEVEL: 'warn' })
    quiet.logger.info('no')
    quiet.logger.warn('yes')
    expect(quiet.lines).toHaveLength(1)
    const silent = capture({ JOBU_LOG_LEVEL: 'silent' })
    silent.logger.error('no')
    expect(silent.lines).toEqual([])
  })

  test('an unknown level or format is refused', () => {
    expect(() => createLogger('worker', { JOBU_LOG_LEVEL: 'loud', JOBU_LOG_FORMAT: 'xml' })).toThrow(
      /JOBU_LOG_LEVEL: expected one of .* got "loud"; .*JOBU_LOG_FORMAT: expected text or json, got "xml"/,
    )
  })
})
