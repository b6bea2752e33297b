import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { Locator, Page } from 'playwright-core'
import { until } from '../support/until.ts'
import { browserTests } from './support/browserTest.ts'
import { WebStack } from './support/WebStack.ts'

jest.setTimeout(120_000)

let stack: WebStack

interface Schedule {
  id: number
  title: string
  is_enabled: boolean
  version: number
  tasks: Array<Record<string, unknown>>
  [field: string]: unknown
}

const TASKS = [
  { key: 'extract', handler_name: 'echo', params: { message: 'rows' } },
  { key: 'load', handler_name: 'echo', params: { message: 'loaded' }, depends_on: ['extract'] },
]
const create = (title: string, more: object = {}) =>
  stack.api<Schedule>('POST', '/schedules', { title, timezone: 'UTC', tasks: TASKS, ...more })
const read = (id: number) => stack.api<Schedule>('GET', `/schedules/${id}`)

browserTests('schedules', () => {
  beforeAll(async () => {
    stack = await WebStack.start()
  })
  afterAll(() => stack?.stop())

  test('one is drawn from nothing: two tasks, a line between them by mouse, a daily time', async () => {
    const page = await stack.open({ path: '/schedules' })
    await page.getByText('There are no schedules yet').waitFor()
    await page.getByRole('link', { name: 'New schedule' }).first().click()
    await page.getByRole('textbox', { name: 'Title' }).fill('drawn here')
    await addTask(page, 'extract', 'first')
    await addTask(page, 'load', '{{ tasks.extract.result }}')
    await drag(page, nodeOf(page, 'extract').locator('.source'), nodeOf(page, 'load').locator('.target'))
    // A level line has no height, which counts as hidden.
    await page.getByRole('group', { name: 'load waits for extract' }).waitFor({ state: 'attached' })

    // The other way round it would never end: both ways to say so refuse it, and name the cycle.
    await drag(page, nodeOf(page, 'load').locator('.source'), nodeOf(page, 'extract').locator('.target'))
    await page.getByRole('alert').getByText('load → extract → load').waitFor()

    await page.getByRole('tab', { name: 'When and how' }).click()
    await page.getByRole('combobox', { name: 'How often' }).click()
    await page.getByRole('option', { name: 'Daily' }).click()
    await page.getByLabel('At', { exact: true }).fill('02:30')
    await page.getByText('At 02:30 (Asia/Seoul)').waitFor()
    await page.getByRole('button', { name: 'Create' }).click()
    await page.waitForURL(/\/schedules\/\d+$/)
    expect(await read(Number(page.url().split('/').at(-1)))).toMatchObject({
      title: 'drawn here',
      frequency: 'daily',
      time: '02:30',
      tasks: [
        { key: 'extract', handler_name: 'echo', params: { message: 'first' } },
        { key: 'load', depends_on: ['extract'], params: { message: '{{ tasks.extract.result }}' } },
      ],
    })
    await page.context().close()
  })

  test('tasks are composed without a mouse: added, connected, and no cycle is chosen', async () => {
    const { id } = await create('by keyboard')
    const page = await stack.open({ path: `/schedules/${id}/edit` })
    await nodeOf(page, 'extract').waitFor()
    const inList = page.getByRole('region', { name: 'Tasks' }).getByRole('button', { name: /^extract/ })
    const runsAfter = page.getByRole('combobox', { name: 'Runs after' })
    // Chromium drops keys that come before the page was painted.
    await until('the form of the task', async () => {
      if (await inList.isVisible()) await inList.press('Enter')
      return runsAfter.isVisible()
    })
    await runsAfter.fill('load')
    await runsAfter.press('ArrowDown')
    await runsAfter.press('Enter')
    await page.getByText('These tasks would wait for each other: load → extract → load').waitFor()
    await page.getByRole('button', { name: 'Add a task' }).press('Enter')
    const key = page.getByRole('textbox', { name: 'Key' })
    await key.fill('report')
    await key.press('Enter')
    const handler = page.getByRole('combobox', { name: 'Handler' })
    await handler.fill('ech')
    await handler.press('ArrowDown')
    await handler.press('Enter')
    await runsAfter.fill('load')
    await runsAfter.press('ArrowDown')
    await runsAfter.press('Enter')
    await page.getByRole('button', { name: 'Save changes' }).press('Enter')
    await page.waitForURL(/\/schedules\/\d+$/)
    const saved = await read(id)
    expect(saved.version).toBe(2)
    expect(saved.tasks).toMatchObject([
      ...TASKS,
      { key: 'report', handler_name: 'echo', depends_on: ['load'] },
    ])
    await page.context().close()
  })

  test('YAML and form show the same; what cannot be read is told by its line', async () => {
    const { id } = await create('as text', { owner: 'before' })
    const page = await stack.open({ path: `/schedules/${id}/edit` })
    await page.getByRole('tab', { name: 'YAML' }).click()
    const yaml = page.getByRole('textbox', { name: 'YAML' })
    const text = await yaml.inputValue()
    await yaml.fill(text.replace('- key: load', '- key: load\n  handler_name: "open'))
    await page
      .getByRole('button', { name: /^Line \d+:/ })
      .first()
      .waitFor()
    expect(await page.getByRole('tab', { name: 'Tasks' }).isDisabled()).toBe(true)
    await yaml.fill(text.replace('owner: before', 'owner: after').replace('key: load', 'key: store'))
    await page.getByRole('tab', { name: 'Tasks' }).click()
    await nodeOf(page, 'store').waitFor()
    // What the form changes is in the text.
    await nodeOf(page, 'store').click()
    const key = page.getByRole('textbox', { name: 'Key' })
    await key.fill('keep')
    await key.press('Enter')
    await page.getByRole('tab', { name: 'YAML' }).click()
    expect(await yaml.inputValue()).toBe(
      text.replace('owner: before', 'owner: after').replace('key: load', 'key: keep'),
    )
    await page.getByRole('button', { name: 'Undo' }).click()
    await until('the text follows', async () => (await yaml.inputValue()).includes('key: store') || undefined)
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.waitForURL(/\/schedules\/\d+$/)
    expect(await read(id)).toMatchObject({ owner: 'after', tasks: [{ key: 'extract' }, { key: 'store' }] })
    await page.context().close()
  })

  test('what the server says is wrong stands at its field, in a list that leads there, and keeps it from being saved', async () => {
    const { id } = await create('with faults')
    const page = await stack.open({ path: `/schedules/${id}/edit` })
    await nodeOf(page, 'load').click()
    await page.getByRole('textbox', { name: 'Only if' }).fill('tasks.unknown.result > 1')
    await page
      .getByText(/unknown/)
      .first()
      .waitFor()
    await page.getByRole('button', { name: 'Back to all tasks' }).click()
    await page.getByRole('button', { name: 'Save changes' }).click()
    const condition = page.getByRole('textbox', { name: 'Only if' })
    await until('the field has the focus', async () =>
      (await condition.evaluate((field) => field === field.ownerDocument.activeElement)) ? true : undefined,
    )
    expect(await condition.getAttribute('aria-invalid')).toBe('true')
    await page.getByRole('button', { name: '1 thing to look at' }).click()
    await page.getByRole('list', { name: 'What is wrong' }).getByText('load: condition').waitFor()
    expect((await read(id)).version).toBe(1)

    // What was changed is not lost by a link.
    await page.getByRole('link', { name: 'Cancel' }).click()
    await page.getByRole('dialog', { name: 'Leave without saving?' }).getByText('Stay').click()
    await condition.fill('')
    await page.getByText('Nothing is changed').waitFor()
    await page.context().close()
  })

  test('it is started with params and for another time, and its run is listed', async () => {
    const { id } = await create('started by hand')
    const page = await stack.open({ as: 'operator', path: '/schedules?title=started' })
    await page.getByRole('button', { name: 'Start started by hand' }).click()
    const dialog = page.getByRole('dialog', { name: 'Start started by hand' })
    await dialog.getByRole('textbox', { name: 'Params as JSON' }).fill('{"region": "kr"}')
    await dialog.getByRole('button', { name: 'Start' }).click()
    await page.getByText('started by hand has started').waitFor()
    const run = await until('the run ends', async () => {
      const { items } = await stack.api<{ items: Array<{ id: number; status: string; params: object }> }>(
        'GET',
        `/schedules/${id}/runs`,
      )
      return items[0]?.status === 'SUCCESS' ? items[0] : undefined
    })
    expect(run.params).toEqual({ region: 'kr' })
    // The list follows by itself.
    await page
      .getByRole('row', { name: /started by hand/ })
      .getByText('Success')
      .waitFor()
    await page.getByRole('link', { name: 'started by hand' }).click()
    await page.getByRole('tab', { name: 'Runs' }).click()
    const row = page.getByRole('row', { name: /By hand · operator/ })
    await row.getByText('2/2').waitFor()
    expect(await row.getByRole('link').getAttribute('href')).toBe(`/schedules/${id}/runs/${run.id}`)
    await page.context().close()
  })

  test('it is paused, goes on, and is deleted once its title was typed', async () => {
    const { id } = await create('to and fro')
    const page = await stack.open({ path: '/schedules?title=to%20and' })
    await page.getByRole('switch', { name: 'to and fro is active' }).click({ force: true })
    await page.getByText('to and fro is paused').waitFor()
    expect((await read(id)).is_enabled).toBe(false)
    await page.getByRole('button', { name: 'More for to and fro' }).click()
    await page.getByRole('menuitem', { name: 'Resume' }).click()
    await page.getByText('to and fro is active').first().waitFor()
    await until('it is enabled', async () => ((await read(id)).is_enabled ? true : undefined))
    await page.getByRole('button', { name: 'More for to and fro' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete to and fro?' })
    const confirm = dialog.getByRole('button', { name: 'Delete' })
    expect(await confirm.isDisabled()).toBe(true)
    await dialog.getByRole('textbox').fill('to and fro')
    await confirm.click()
    await page.getByText('Nothing matches these filters').waitFor()
    await expect(read(id)).rejects.toThrow('SCHEDULE_NOT_FOUND')
    await page.context().close()
  })

  test('an edit of tasks that another one came before is explained, and both become versions', async () => {
    const { id } = await create('edited by two')
    const page = await stack.open({ path: `/schedules/${id}/edit` })
    await nodeOf(page, 'load').click()
    await page.getByRole('textbox', { name: 'Description' }).fill('mine')
    await stack.api('PATCH', `/schedules/${id}`, { tasks: [TASKS[0]] })
    await page.getByRole('button', { name: 'Save changes' }).click()
    const alert = page.getByRole('alert').filter({ hasText: 'Somebody else has changed the tasks' })
    await alert.getByRole('button', { name: 'Save mine as the newest' }).click()
    await page.waitForURL(/\/schedules\/\d+$/)
    expect(await read(id)).toMatchObject({ version: 3, tasks: [{}, { key: 'load', description: 'mine' }] })
    await page.getByRole('tab', { name: 'Versions' }).click()
    await page.getByRole('button', { name: 'Version 2' }).click()
    await nodeOf(page, 'extract').waitFor()
    expect(await nodeOf(page, 'load').count()).toBe(0)
    await page.context().close()
  })

  test('a viewer sees all of it, and nothing to change it with', async () => {
    const { id } = await create('only seen')
    const page = await stack.open({ as: 'viewer', path: '/schedules?title=only%20seen' })
    const row = page.getByRole('row', { name: /only seen/ })
    await row.getByText('Active').waitFor()
    expect(await page.getByRole('switch').count()).toBe(0)
    expect(await row.getByRole('button').count()).toBe(0)
    expect(await page.getByRole('link', { name: 'New schedule' }).count()).toBe(0)
    await page.goto(`${stack.origin}/schedules/${id}`)
    await nodeOf(page, 'extract').waitFor()
    expect(await page.getByRole('button', { name: 'Start' }).count()).toBe(0)
    expect(await page.getByRole('link', { name: 'Edit' }).count()).toBe(0)
    await page.goto(`${stack.origin}/schedules/${id}/edit`)
    await page.getByText('This page needs the role Admin.').waitFor()
    await page.context().close()
  })

  test('a graph of 2,000 tasks draws those in sight, and finds any other', async () => {
    const tasks = Array.from({ length: 2_000 }, (_, index) => ({
      key: `t${index}`,
      handler_name: 'echo',
      params: { message: 'one of many' },
      ...(index >= 50 && { depends_on: [`t${index - 50}`] }),
    }))
    const { id } = await create('very many', { tasks })
    const page = await stack.open({ path: `/schedules/${id}` })
    await page.locator('.react-flow__node').first().waitFor()
    expect(await page.locator('.react-flow__node').count()).toBeLessThan(300)
    const find = page.getByRole('combobox', { name: 'Find a task' })
    await find.fill('t1777')
    await page.getByRole('option', { name: 't1777' }).click()
    await nodeOf(page, 't1777').waitFor()
    await page.getByRole('region', { name: 't1777' }).getByText('t1727').waitFor()
    await page.context().close()
  })

  test('none of it broke, or was refused by the policy', () => {
    expect(stack.problems).toEqual([])
  })
})

const nodeOf = (page: Page, key: string): Locator => page.locator(`.react-flow__node[data-id="${key}"]`)

/** By the button above the graph and the form that opens. */
async function addTask(page: Page, key: string, message: string): Promise<void> {
  await page.getByRole('button', { name: 'Add a task' }).first().click()
  await page.getByRole('textbox', { name: 'Key' }).fill(key)
  await page.getByRole('combobox', { name: 'Handler' }).click()
  await page.getByRole('option', { name: /^echo/ }).click()
  await page.getByRole('textbox', { name: 'message' }).fill(message)
  await nodeOf(page, key).waitFor()
}

/** From one handle to another, as a hand would: not in one leap. */
async function drag(page: Page, from: Locator, to: Locator): Promise<void> {
  const [start, end] = [await placeOf(from), await placeOf(to)]
  await page.mouse.move(start.x, start.y)
  await page.mouse.down()
  await page.mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2, { steps: 4 })
  await page.mouse.move(end.x, end.y, { steps: 4 })
  await page.mouse.up()
}

/** Its middle, once it does not move any more. */
async function placeOf(locator: Locator): Promise<{ x: number; y: number }> {
  let before = ''
  return until('it stands still', async () => {
    const box = await locator.boundingBox()
    const now = JSON.stringify(box)
    const isStill = box !== null && now === before
    before = now
    return isStill ? { x: box.x + box.width / 2, y: box.y + box.height / 2 } : undefined
  })
}
