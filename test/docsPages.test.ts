import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { aUser, signedIn } from '../apps/admin/test/support/access.ts'
import { PASSWORD, startTestApp, type TestApp, TOKEN } from '../apps/admin/test/support/startTestApp.ts'
import { openBrowser } from '../scripts/lib/openBrowser.mjs'

// A page of the whole API is a lot to draw for a machine that is busy.
jest.setTimeout(300_000)

let app: TestApp
let browser: Browser
let origin: string

beforeAll(async () => {
  browser = await openBrowser()
  app = await startTestApp()
  origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
})
afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

/**
 * A page, as a browser shows it to someone who gives a name and a password or, with its id, has a session; and what went
 * wrong meanwhile.
 */
async function open(
  path: string,
  session?: string,
): Promise<{ page: Page; problems: string[]; requested: string[] }> {
  const context = await browser.newContext(
    session ? {} : { httpCredentials: { username: 'admin', password: PASSWORD } },
  )
  if (session) await context.addCookies([{ name: 'jobu_session', value: session, url: origin }])
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const problems: string[] = []
  const requested: string[] = []
  page.on('request', (request) => requested.push(request.url()))
  page.on('requestfailed', (request) => problems.push(`${request.url()} ${request.failure()?.errorText}`))
  page.on('console', (line) => {
    if (line.type() === 'error' || line.type() === 'warning') problems.push(line.text())
  })
  page.on('pageerror', (error) => problems.push(String(error)))
  await page.goto(`${origin}${path}`)
  return { page, problems, requested }
}

const elsewhere = (requested: string[]) =>
  requested.filter((url) => !url.startsWith(`${origin}/`) && !/^(data|blob):/.test(url))

describe('/docs', () => {
  test('shows every operation, and loads nothing from another host', async () => {
    const { page, problems, requested } = await open('/docs')
    await page.locator('.opblock').first().waitFor()
    const { body } = await app.api.get('/openapi.json')
    const count = Object.values(body.paths).flatMap((item) => Object.keys(item as object)).length
    expect(await page.locator('.opblock').count()).toBe(count)
    await page.getByText('Create a cron', { exact: true }).click()
    // The example of the body, ready to be sent.
    await page.getByText('nightly backup').first().waitFor()
    expect(problems).toEqual([])
    expect(elsewhere(requested)).toEqual([])
    await page.context().close()
  })

  test('sends a bearer token that was given', async () => {
    const { page } = await open('/docs')
    await page.getByRole('button', { name: 'Authorize' }).click()
    await page.getByLabel('auth-bearer-value').fill(TOKEN)
    await page.getByLabel('Apply credentials').first().click()
    await page.getByRole('button', { name: 'Close' }).first().click()
    const [request] = await Promise.all([
      page.waitForRequest((one) => new URL(one.url()).pathname === '/api/v1/crons'),
      execute(page, 'List crons'),
    ])
    expect((await request.allHeaders()).authorization).toBe(`Bearer ${TOKEN}`)
    expect((await request.response())!.status()).toBe(200)
    await page.context().close()
  })

  test('sends the CSRF token of the session with a change', async () => {
    const { cookie, csrfToken } = await signedIn(app, await aUser(app, 'admin'))
    const { page } = await open('/docs', cookie.split('=')[1])
    const [request] = await Promise.all([
      page.waitForRequest((one) => one.method() === 'POST'),
      execute(page, 'Create a cron'),
    ])
    expect((await request.allHeaders())['x-csrf-token']).toBe(csrfToken)
    // Not 403: its example names a handler that no worker here has.
    expect((await request.response())!.status()).toBe(400)
    await page.context().close()
  })
})

/** Opens an operation and sends its example. */
async function execute(page: Page, summary: string): Promise<void> {
  const operation = page.locator('.opblock', { has: page.getByText(summary, { exact: true }) })
  await operation.getByText(summary, { exact: true }).click()
  await operation.getByRole('button', { name: 'Try it out' }).click()
  await operation.getByRole('button', { name: 'Execute' }).click()
}

describe('/redoc', () => {
  test('shows the operations, finds them by a word, and loads nothing from another host', async () => {
    const { page, problems, requested } = await open('/redoc')
    await page.getByRole('heading', { name: 'Create a cron' }).waitFor()
    expect(problems).toEqual([])
    // The search runs in a worker, which the content policy has to allow.
    await page.getByPlaceholder('Search...').fill('backoff or toggle')
    await page.locator('[data-role="search:results"]').getByText('Enable or disable a cron').waitFor()
    expect(problems).toEqual([])
    expect(elsewhere(requested)).toEqual([])
    await page.context().close()
  })
})
