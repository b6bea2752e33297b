import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { browserTests } from './support/browserTest.ts'
import { WebStack } from './support/WebStack.ts'

jest.setTimeout(120_000)

const BUILT = fileURLToPath(new URL('../../apps/admin/web/dist', import.meta.url))
const MOST_BYTES = 300_000

let stack: WebStack

browserTests('the first visit', () => {
  beforeAll(async () => {
    stack = await WebStack.start()
  })
  afterAll(() => stack?.stop())

  test('loads less than 300 kB compressed, charts and texts with it', async () => {
    await stack.api('POST', '/jobs', { handler_name: 'echo' })
    const page = await stack.open({ as: null })
    const files = new Set(['/'])
    page.on('request', (request) => {
      const { pathname } = new URL(request.url())
      if (!pathname.startsWith('/api/')) files.add(pathname)
    })
    await page.reload()
    await page.getByLabel('Name').fill('viewer')
    await page.getByRole('textbox', { name: 'Password' }).fill('correct horse battery')
    await page.keyboard.press('Enter')
    await page.locator('canvas').first().waitFor()
    const sizes = [...files].map((path) => [gzippedBytes(path), path] as const)
    expect(sizes.map(([, path]) => path)).toContainEqual(expect.stringMatching(/\/assets\/TimeChart-.*\.js/))
    // By gzip, which every browser reads by every connection: brotli is smaller.
    expect(sizes.reduce((sum, [bytes]) => sum + bytes, 0)).toBeLessThan(MOST_BYTES)
    await page.context().close()
  })
})

/** What admin sends of a file to a browser that reads gzip. */
function gzippedBytes(path: string): number {
  const file = join(BUILT, path === '/' ? 'index.html' : path)
  return statSync(existsSync(`${file}.gz`) ? `${file}.gz` : file).size
}
