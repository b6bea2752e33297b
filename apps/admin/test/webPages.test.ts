import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import express, { type Express } from 'express'
import supertest from 'supertest'
import { securityHeaders } from '../src/http/securityHeaders.ts'
import { webPages } from '../src/http/webPages.ts'

const directory = mkdtempSync(join(tmpdir(), 'jobu-web-'))
const HTML = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
const SCRIPT = 'export const answer = 42\n'.repeat(100)

let api: ReturnType<typeof supertest>

beforeAll(() => {
  mkdirSync(join(directory, 'assets'))
  writeFileSync(
    join(directory, 'index.html'),
    '<meta property="csp-nonce" nonce="CSP_NONCE"><div id="root"></div>',
  )
  writeFileSync(join(directory, 'icon.svg'), '<svg/>')
  writeFileSync(join(directory, 'assets', 'index-abc.js'), SCRIPT)
  writeFileSync(join(directory, 'assets', 'index-abc.js.br'), brotliCompressSync(SCRIPT))
  api = supertest(appWith(directory))
})
afterAll(() => rmSync(directory, { recursive: true }))

function appWith(web: string): Express {
  const app = express()
  app.use(securityHeaders())
  app.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store')
    next()
  })
  app.use(webPages(web))
  app.use((_request, response) => void response.status(404).json({ error: 'not the UI' }))
  return app
}

describe('the page', () => {
  test.each(['/', '/index.html', '/crons', '/crons/12/edit', '/jobs?status=FAILED'])(
    'is at %s, never kept',
    async (path) => {
      const { status, type, headers, text } = await api.get(path).set(HTML)
      expect([status, type, headers['cache-control']]).toEqual([200, 'text/html', 'no-store'])
      expect(text).toContain('<div id="root">')
    },
  )

  test('lets through the styles of its own nonce only, another one each time', async () => {
    const nonces = await Promise.all(
      [1, 2].map(async () => {
        const { headers, text } = await api.get('/').set(HTML)
        const [, nonce] = /nonce="([^"]+)"/.exec(text)!
        expect(headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonce}'`)
        expect(headers['content-security-policy']).toContain("script-src 'self';")
        expect(headers['content-security-policy']).not.toContain('unsafe')
        return nonce
      }),
    )
    expect(nonces[0]).not.toBe(nonces[1])
  })

  test.each(['/api/v1/nothing', '/health', '/docs/x', '/nothing.js', '/assets/old-1.js'])(
    'is not at %s',
    async (path) => {
      const { status, body } = await api.get(path).set(HTML)
      expect([status, body]).toEqual([404, { error: 'not the UI' }])
    },
  )

  test('is not for clients that ask for JSON', async () => {
    expect((await api.get('/crons').set('Accept', 'application/json')).status).toBe(404)
    expect((await api.post('/crons').set(HTML)).status).toBe(404)
  })
})

describe('its files', () => {
  test('are kept for a year, and sent compressed to who can read it', async () => {
    const { headers, text } = await api.get('/assets/index-abc.js').set('Accept-Encoding', 'br')
    expect(headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'br',
      vary: 'Accept-Encoding',
    })
    expect(headers['content-type']).toMatch(/^text\/javascript/)
    expect(text).toBe(SCRIPT)
    const plain = await api.get('/assets/index-abc.js').set('Accept-Encoding', 'identity')
    expect(plain.headers['content-encoding']).toBeUndefined()
    expect(plain.text).toBe(SCRIPT)
  })

  test('whose names stay are asked for again', async () => {
    expect((await api.get('/icon.svg')).headers['cache-control']).toBe('no-cache')
  })

  test('that a later build has removed are missing, and nothing worse', async () => {
    const path = join(directory, 'assets', 'gone-1.js')
    writeFileSync(`${path}.br`, brotliCompressSync(SCRIPT))
    writeFileSync(path, SCRIPT)
    const before = supertest(appWith(directory))
    rmSync(path)
    rmSync(`${path}.br`)
    const { status, headers, body } = await before.get('/assets/gone-1.js').set('Accept-Encoding', 'br')
    expect([status, headers['content-encoding'], body]).toEqual([404, undefined, { error: 'not the UI' }])
  })

  test('outside of their folder are not sent', async () => {
    expect((await api.get('/..%2f..%2fetc%2fpasswd')).status).toBe(404)
    expect((await api.get('/assets/%2e%2e/%2e%2e/etc/passwd')).status).toBe(404)
  })
})

test('without a built UI the rest of admin works', async () => {
  expect(
    (
      await supertest(appWith(join(directory, 'nowhere')))
        .get('/')
        .set(HTML)
    ).status,
  ).toBe(404)
})
