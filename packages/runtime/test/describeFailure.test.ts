import { describe, expect, test } from '@jest/globals'
import { ConfigError } from '../src/configError.ts'
import { describeFailure } from '../src/describeFailure.ts'

const coded = (message: string, fields: object) => Object.assign(new Error(message), fields)

describe('describeFailure', () => {
  test.each<[string, unknown, string]>([
    [
      'a refused connection',
      coded('x', { code: 'ECONNREFUSED', address: '127.0.0.1', port: 5432 }),
      'nothing listens on 127.0.0.1:5432; is the database running there?',
    ],
    [
      'a port in use',
      coded('x', { code: 'EADDRINUSE', address: '::', port: 8080 }),
      'port 8080 is in use by another program; stop it or choose another port',
    ],
    [
      'an unknown host',
      coded('x', { code: 'ENOTFOUND', hostname: 'db.example' }),
      'host db.example is unknown',
    ],
    [
      'a wrong password',
      coded('password authentication failed for user "u"', { code: '28P01' }),
      'the database refused the user name or password (password authentication failed for user "u")',
    ],
    [
      'bad configuration',
      new ConfigError(['worker.yaml: a', 'worker.yaml: b']),
      'worker.yaml: a; worker.yaml: b',
    ],
    [
      'an error of the project with its own code',
      coded('the database is behind', { code: 'DATABASE_BEHIND' }),
      'the database is behind',
    ],
  ])('%s is one sentence and expected', (_, error, text) => {
    expect(describeFailure(error)).toEqual({ text, expected: true })
  })

  test('the cause is found below what wrapped it, also among several', () => {
    const refused = coded('x', { code: 'ECONNREFUSED', address: '::1', port: 5432 })
    const several = Object.assign(new AggregateError([refused]), { code: 'ECONNREFUSED' })
    const wrapped = new Error('Failed query: select 1', { cause: several })
    expect(describeFailure(wrapped).text).toMatch(/^nothing listens on /)
    expect(describeFailure(new Error('Failed query', { cause: refused })).text).toContain('::1:5432')
  })

  test('an error nobody expected keeps its message, on one line and without credentials', () => {
    const error = new Error('odd\n  postgresql://u:hunter2@h/d')
    expect(describeFailure(error)).toEqual({ text: 'odd postgresql://u:***@h/d', expected: false })
  })
})
