import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { until } from '../support/until.ts'
import { browserTests } from './support/browserTest.ts'
import { PASSWORD, WebStack } from './support/WebStack.ts'

jest.setTimeout(300_000)

let stack: WebStack

browserTests('the frame around every page', () => {
  beforeAll(async () => {
    stack = await WebStack.start()
  })
  afterAll(() => stack?.stop())

  test('a wrong password is said in words, the right one opens the page that was asked for', async () => {
    const page = await stack.open({ as: null, path: '/jobs' })
    await page.getByLabel('Name').fill('operator')
    await page.getByRole('textbox', { name: 'Password' }).fill('not the password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('The name or the password is wrong.').waitFor()
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/jobs')
    await page.context().close()
  })

  test('signing out leads back to the sign-in page, and the session is over', async () => {
    const page = await stack.open({ as: 'operator' })
    await page.getByRole('button', { name: 'Signed in as operator' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in to jobu' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Sign in to jobu' }).waitFor()
    await page.context().close()
  })

  test('without admin a notice says so, and goes once it is back', async () => {
    const page = await stack.open()
    await page.locator('[data-connection=open]').waitFor()
    await stack.killService('admin')
    await page.getByText('Live updates are interrupted').waitFor()
    await page.locator('[data-connection=lost]').waitFor()
    await stack.startService('admin')
    await page.getByText('Live updates are interrupted').waitFor({ state: 'detached' })
    await page.locator('[data-connection=open]').waitFor()
    await page.context().close()
  })

  test('a tab out of sight holds no connection, and is current once it is seen', async () => {
    const page = await stack.open({ path: '/crons' })
    await page.locator('[data-connection=open]').waitFor()
    const streams = async () => {
      const text = await (await fetch(`${stack.origin}/metrics`, { headers: stack.authorization })).text()
      return /^jobu_event_streams_open (\d+)$/m.exec(text)?.[1]
    }
    await until('its stream is counted', async () => (await streams()) === '1')
    const show = (isHidden: boolean) =>
      page.evaluate(
        `Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true })
         document.dispatchEvent(new Event('visibilitychange'))`,
      )
    await show(true)
    await until('it is given back', async () => (await streams()) === '0')
    await stack.api('POST', '/crons', {
      name: 'made meanwhile',
      cron_expression: '0 0 * * *',
      handler_name: 'echo',
    })
    await show(false)
    await page.getByRole('link', { name: 'made meanwhile' }).waitFor()
    await page.locator('[data-connection=open]').waitFor()
    await page.context().close()
  })

  test('both languages, and the choice stays', async () => {
    const page = await stack.open()
    await page.getByRole('link', { name: 'Crons', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Language, Theme' }).click()
    await page.getByRole('menuitem', { name: '한국어' }).click()
    await page.getByRole('link', { name: '크론', exact: true }).waitFor()
    await page.reload()
    await page.getByRole('link', { name: '크론', exact: true }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('ko')
    await page.context().close()
  })

  test('an address that leads nowhere says so', async () => {
    const page = await stack.open({ path: '/no/such/page' })
    await page.getByText('There is no such page').waitFor()
    await page.getByRole('link', { name: 'To the overview' }).click()
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
    await page.context().close()
  })

  test('none of it broke, was refused by the policy, or asked another host', () => {
    expect(stack.problems).toEqual([])
  })
})
