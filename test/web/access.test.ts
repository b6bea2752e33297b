import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { browserTests } from './support/browserTest.ts'
import { PASSWORD, WebStack } from './support/WebStack.ts'

jest.setTimeout(300_000)

let stack: WebStack

interface User {
  id: number
  name: string
  role: string
  is_enabled: boolean
}
const userNamed = async (name: string) =>
  (await stack.api<{ items: User[] }>('GET', `/users?q=${name}`)).items.find((user) => user.name === name)

/** Signs in as from a browser, and says how that was answered. */
async function signIn(name: string, password: string): Promise<number> {
  const response = await fetch(`${stack.origin}/api/v1/auth/sign-in`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: stack.origin },
    body: JSON.stringify({ name, password }),
  })
  return response.status
}

const chooseAction = async (page: Page, name: string, action: string) => {
  await page.getByRole('button', { name: `Actions for ${name}` }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

browserTests('users, tokens, workers and the palette', () => {
  beforeAll(async () => {
    stack = await WebStack.start()
  })
  afterAll(() => stack?.stop())

  test('a user is made, given another role, disabled and deleted, and the audit log shows it', async () => {
    const page = await stack.open({ path: '/access' })
    await page.getByRole('button', { name: 'New user' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('jiwoo')
    await page.getByRole('textbox', { name: 'Password' }).fill('short')
    await page.getByRole('button', { name: 'Create user' }).click()
    await page.getByText('At least 12 characters; there are 5.').waitFor()
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Create user' }).click()
    await page.getByText('User jiwoo created').waitFor()
    expect(await userNamed('jiwoo')).toMatchObject({ role: 'viewer', is_enabled: true })
    expect(await signIn('jiwoo', PASSWORD)).toBe(200)

    await chooseAction(page, 'jiwoo', 'Change role')
    await page.getByRole('radio', { name: 'Operator' }).check()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('jiwoo is Operator now').waitFor()
    expect(await userNamed('jiwoo')).toMatchObject({ role: 'operator' })

    await chooseAction(page, 'jiwoo', 'Disable')
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
    await page.getByText('jiwoo is disabled').waitFor()
    expect(await signIn('jiwoo', PASSWORD)).toBe(401)

    await chooseAction(page, 'jiwoo', 'Delete')
    const remove = page.getByRole('dialog').getByRole('button', { name: 'Delete' })
    expect(await remove.isDisabled()).toBe(true)
    await page.getByLabel('Type jiwoo to confirm').fill('jiwoo')
    await remove.click()
    await page.getByText('jiwoo is deleted').waitFor()
    expect(await userNamed('jiwoo')).toBeUndefined()

    await page.goto(`${stack.origin}/audit?action=user.update&q=jiwoo`)
    await page
      .getByRole('button', { name: /^Changed a user/ })
      .last()
      .click()
    const change = page.getByRole('row', { name: 'role' })
    expect(await change.getByRole('deletion').textContent()).toBe('viewer')
    expect(await change.getByRole('insertion').textContent()).toBe('operator')
    await page.context().close()
  })

  test('nobody is offered to lock themselves out', async () => {
    const page = await stack.open({ path: '/access' })
    await page.getByRole('button', { name: 'Actions for admin' }).click()
    for (const action of ['Change role', 'Disable', 'Delete'])
      expect(await page.getByRole('menuitem', { name: action }).isDisabled()).toBe(true)
    await page.getByText('Nobody changes their own role').waitFor()
    await page.context().close()
  })

  test('a token is shown once, works with its role, and is refused once it is revoked', async () => {
    const page = await stack.open({ path: '/access?tab=tokens' })
    await page.getByRole('button', { name: 'New API token' }).first().click()
    await page.getByRole('textbox', { name: 'Name' }).fill('deploys')
    await page.getByRole('button', { name: 'Create token' }).click()
    const token = (await page.getByText(/^jobu_[\w-]{20,}$/).textContent()) ?? ''
    const asked = () =>
      fetch(`${stack.origin}/api/v1/auth/session`, { headers: { Authorization: `Bearer ${token}` } })
    expect(await (await asked()).json()).toMatchObject({ name: 'deploys', role: 'viewer' })

    // What is shown once is not lost to a key.
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'I have kept it' }).click()
    await page.getByText(token).waitFor({ state: 'detached' })

    await page.getByRole('button', { name: 'Revoke: deploys' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
    await page.getByText('deploys is revoked').waitFor()
    expect((await asked()).status).toBe(401)
    await page.context().close()
  })

  test('who is no administrator reads the workers, cannot drain one, and has no way to users or the audit log', async () => {
    const page = await stack.open({ as: 'operator', path: '/workers' })
    await page.getByText('1 worker alive').waitFor()
    expect(await page.getByRole('button', { name: 'Drain' }).count()).toBe(0)
    expect(await page.getByRole('link', { name: 'Audit' }).count()).toBe(0)
    await page.goto(`${stack.origin}/access`)
    await page.getByText('This page needs the role Admin.').waitFor()
    await page.context().close()
  })

  test('the palette finds a cron by keyboard, and single keys do nothing in a field', async () => {
    const { id } = await stack.api<{ id: number }>('POST', '/crons', {
      name: 'palette finds this',
      cron_expression: '0 3 * * *',
      handler_name: 'echo',
      is_enabled: false,
    })
    const page = await stack.open({ path: '/handlers' })
    const search = page.getByRole('searchbox', { name: 'Name or description' })
    await search.pressSequentially('gw?')
    expect(await search.inputValue()).toBe('gw?')
    await page.keyboard.press('Control+k')
    const field = page.getByRole('combobox', { name: 'Search, go to, do' })
    await field.fill('palette fi')
    await page.getByRole('option', { name: 'palette finds this' }).waitFor()
    expect(await field.getAttribute('aria-activedescendant')).toBe(`cron-${id}`)
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/crons/${id}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.locator('body').press('g')
    await page.locator('body').press('w')
    await page.getByRole('heading', { level: 1, name: 'Workers' }).waitFor()
    await page.context().close()
  })

  test('after changing the password one stays signed in here, and the old password is refused', async () => {
    const page = await stack.open({ as: 'viewer', path: '/settings' })
    await page.getByRole('button', { name: 'Change password' }).click()
    const changed = 'another correct horse'
    const form = page.getByRole('dialog')
    const fields = form.getByRole('textbox')
    await fields.nth(0).fill('not the password')
    await fields.nth(1).fill(changed)
    await fields.nth(2).fill(changed)
    await form.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('That is not your current password.').waitFor()
    await fields.nth(0).fill(PASSWORD)
    await form.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('Your password is changed').waitFor()
    expect(await signIn('viewer', PASSWORD)).toBe(401)
    // With the token of the new session, which the page has to know by now.
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in to jobu' }).waitFor()
    await page.context().close()
  })

  test('a worker is drained after a confirmation that says it is the last', async () => {
    const page = await stack.open({ path: '/workers' })
    await page.getByRole('button', { name: 'Drain' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('No other worker is active').waitFor()
    await dialog.getByRole('button', { name: 'Drain' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByRole('article').getByText('Draining').waitFor()
    const { rows } = await stack.db.query<{ action: string }>(
      `SELECT action FROM audit_log WHERE target_type = 'worker'`,
    )
    expect(rows).toEqual([{ action: 'worker.drain' }])
    const workers = await stack.api<{ items: Array<{ status: string }> }>('GET', '/workers')
    expect(workers.items).toMatchObject([{ status: 'DRAINING' }])
    await page.context().close()
  })

  test('none of it broke, was refused by the policy, or asked another host', () => {
    expect(stack.problems).toEqual([])
  })
})
