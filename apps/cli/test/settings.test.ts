import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { connectionOf, databaseEnvironment } from '../src/settings.ts'

const root = mkdtempSync(join(tmpdir(), 'jobu-cli-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
mkdirSync(join(root, '.jobu'))
writeFileSync(join(root, '.jobu', 'admin.json'), '{"url": "http://127.0.0.1:8123"}')
writeFileSync(
  join(root, '.jobu', 'credentials.json'),
  '{"admin_token": "kept", "database_password": "pw", "database_port": 5555}',
)
const io = (env: Record<string, string> = {}, folder = root) => ({ env, root: folder }) as never

describe('connectionOf', () => {
  test('takes what is given, else the environment, else what npm start keeps, else the default', () => {
    expect(connectionOf({}, io())).toEqual({ url: 'http://127.0.0.1:8123', token: 'kept' })
    expect(connectionOf({}, io({ JOBU_ADMIN_TOKEN: 'set' })).token).toBe('set')
    expect(connectionOf({}, io({ JOBU_URL: 'http://a:1/jobu/', JOBU_TOKEN: 'mine' }))).toEqual({
      url: 'http://a:1/jobu',
      token: 'mine',
    })
    expect(connectionOf({ url: 'http://b', token: 't' }, io({ JOBU_URL: 'http://a' }))).toEqual({
      url: 'http://b',
      token: 't',
    })
    expect(connectionOf({}, io({}, '/nowhere'))).toEqual({ url: 'http://127.0.0.1:8080', token: undefined })
  })

  test('gives the kept token to this machine only', () => {
    for (const url of ['http://localhost:1', 'http://[::1]:1', 'http://127.1.2.3']) {
      expect([url, connectionOf({ url }, io()).token]).toEqual([url, 'kept'])
    }
    for (const url of [
      'https://jobs.example.com/',
      'http://127.0.0.1.example.com',
      'http://localhost.example.com',
    ]) {
      expect([url, connectionOf({ url }, io()).token]).toEqual([url, undefined])
    }
  })
})

test('databaseEnvironment names the database that npm start keeps, unless one is named', () => {
  expect(databaseEnvironment(io())).toEqual({ DATABASE_URL: 'postgresql://jobu:pw@127.0.0.1:5555/jobu' })
  expect(databaseEnvironment(io({ DATABASE_URL: 'x' }))).toEqual({ DATABASE_URL: 'x' })
  expect(databaseEnvironment(io({ A: 'b' }, '/nowhere'))).toEqual({ A: 'b' })
})
