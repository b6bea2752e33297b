import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { browserTests } from './support/browserTest.ts'
import { PASSWORD, WebStack } from './support/WebStack.ts'

jest.setTimeout(300_000)

let stack: WebStack

browserTests('from the sign-in to the end of a first cron', () => {
  beforeAll(async () => {
    stack = await WebStack.start()
  })
  afterAll(() => stack?.stop())

  test('it is made, fires, is watched, fails, is read, retried, disabled and deleted, without a reload', async () => {
    const page = await stack.open({ as: null, path: '/crons' })
    await page.getByLabel('Name').fill('admin')
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()

    await page.getByRole('link', { name: 'New cron' }).first().click()
    await page.getByRole('textbox', { name: 'Name' }).fill('first cron')
    await page.getByRole('textbox', { name: 'Cron expression' }).fill('*/10 * * * * *')
    await page.getByRole('combobox', { name: 'Handler' }).click()
    await page.getByRole('option', { name: /^gated/ }).click()
    await page.getByRole('textbox', { name: 'gate' }).fill('journey')
    await stack.moveGate('journey', { progress: 40, step: 'halfway' })
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('heading', { level: 1, name: 'first cron' }).waitFor()

    await page.getByRole('tab', { name: 'Runs' }).click()
    const runs = page.getByRole('tabpanel', { name: 'Runs' })
    const running = runs.getByRole('row').filter({ hasText: 'Running' })
    await running.getByRole('link').first().click()

    await page.getByText('40%').waitFor()
    const log = page.getByRole('region', { name: 'Log', exact: true }).last()
    await log.getByText('reached halfway').waitFor()
    await stack.moveGate('journey', { progress: 80, step: 'nearly there' })
    await page.getByText('80%').waitFor()
    await log.getByText('reached nearly there').waitFor()
    await stack.moveGate('journey', { progress: 90, step: 'broken', outcome: 'no space left on device' })
    await page.getByRole('heading', { name: 'Error: Handler error' }).waitFor()
    await page.getByText('no space left on device').first().waitFor()

    await stack.moveGate('journey', { progress: 100, step: 'done', outcome: 'SUCCESS' })
    await page.getByRole('button', { name: 'Retry' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Retry' }).click()
    await page.getByText('Success', { exact: true }).first().waitFor()

    await page.getByRole('link', { name: 'Crons', exact: true }).click()
    await page.getByRole('switch', { name: 'first cron is enabled' }).click({ force: true })
    await page.getByText('first cron is disabled').waitFor()
    await page.getByRole('link', { name: 'first cron', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'first cron' }).waitFor()
    await page.getByRole('button', { name: 'More for first cron' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox').fill('first cron')
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await page.waitForURL(`${stack.origin}/crons`)
    expect(await stack.api('GET', '/crons')).toMatchObject({ total: 0 })
    expect(stack.problems).toEqual([])
    await page.context().close()
  })
})
