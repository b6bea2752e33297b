import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { until } from '../support/until.ts'
import { browserTests } from './support/browserTest.ts'
import { WebStack } from './support/WebStack.ts'

jest.setTimeout(300_000)

let stack: WebStack

interface Cron {
  id: number
  name: string
  description: string | null
  owner: string | null
  cron_expression: string
  handler_params: object
  is_enabled: boolean
}

const create = (changes: object) =>
  stack.api<Cron>('POST', '/crons', {
    cron_expression: '0 * * * *',
    timezone: 'UTC',
    handler_name: 'echo',
    ...changes,
  })
const read = (id: number) => stack.api<Cron>('GET', `/crons/${id}`)

browserTests('crons', () => {
  beforeAll(async () => {
    stack = await WebStack.start()
  })
  afterAll(() => stack?.stop())

  test('one is made from the form: faults in words, a preview by two clocks, params as form and as JSON', async () => {
    const page = await stack.open({ path: '/crons/new' })
    await page.getByRole('textbox', { name: 'Name' }).fill('made here')
    const expression = page.getByRole('textbox', { name: 'Cron expression' })
    await expression.fill('61 * * * *')
    await page.getByText('This is no cron expression').waitFor()
    await expression.fill('30 2 * * *')
    await page.getByRole('combobox', { name: 'Time zone' }).fill('New_York')
    await page.getByRole('option', { name: 'America/New_York' }).click()
    await page.getByText('At 02:30 (America/New_York)').waitFor()
    await page.getByText(/Daylight saving touches \d+ of the coming runs/).waitFor()
    const preview = page.getByRole('table', { name: 'The next runs' })
    expect(await preview.getByRole('columnheader').allTextContents()).toEqual([
      'America/New_York',
      'KST',
      'From now',
    ])
    expect(await preview.getByRole('row').count()).toBe(11)

    await page.getByRole('combobox', { name: 'Handler' }).click()
    await page.getByRole('option', { name: /^gated/ }).click()
    await page.getByRole('textbox', { name: 'gate' }).fill('from the form')
    const json = page.getByRole('textbox', { name: 'Params as JSON' })
    await until('the JSON follows', async () => (await json.inputValue()).includes('"gate": "from the form"'))
    await json.fill('{"gate": "from JSON", "note": 5}')
    await page.getByText('Must be of type string').waitFor()
    await json.fill('{"gate": "from JSON", "note": "hello"}')
    const note = page.getByRole('textbox', { name: 'note' })
    await until('the form follows', async () => (await note.inputValue()) === 'hello')
    await page.getByRole('button', { name: 'Create' }).click()
    await page.waitForURL(/\/crons\/\d+$/)
    expect(await read(Number(page.url().split('/').at(-1)))).toMatchObject({
      name: 'made here',
      cron_expression: '30 2 * * *',
      timezone: 'America/New_York',
      handler_name: 'gated',
      handler_params: { gate: 'from JSON', note: 'hello' },
      is_enabled: true,
    })
    await page.context().close()
  })

  test('an edit that another one came before is explained, and neither is lost', async () => {
    const { id } = await create({ name: 'edited by two' })
    const page = await stack.open({ path: `/crons/${id}/edit` })
    await page.getByRole('textbox', { name: 'Description' }).fill('mine')
    await stack.api('PUT', `/crons/${id}`, { owner: 'theirs' })
    await page.getByRole('button', { name: 'Save changes' }).click()
    const conflict = page.getByRole('alert').filter({ hasText: 'Somebody else has changed this cron' })
    await conflict.getByRole('row', { name: /Owner.*theirs/ }).waitFor()
    expect(await read(id)).toMatchObject({ owner: 'theirs', description: null })
    await conflict.getByRole('button', { name: 'Take theirs over, keep my changes' }).click()
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.waitForURL(/\/crons\/\d+$/)
    expect(await read(id)).toMatchObject({ owner: 'theirs', description: 'mine' })
    await page.context().close()
  })

  test('what was typed is not lost by a link', async () => {
    const page = await stack.open({ path: '/crons/new' })
    await page.getByRole('textbox', { name: 'Name' }).fill('half done')
    await page.getByRole('link', { name: 'Jobs' }).click()
    await page.getByRole('dialog', { name: 'Leave without saving?' }).getByText('Stay').click()
    expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('half done')
    expect(new URL(page.url()).pathname).toBe('/crons/new')
    await page.context().close()
  })

  test('the list: a filter in the address, one toggled, all that match disabled and deleted, counted first', async () => {
    const crons = await Promise.all([1, 2, 3].map((n) => create({ name: `bulk ${n}`, tags: ['bulk'] })))
    const page = await stack.open({ path: '/crons?tag=bulk' })
    await page.getByText('3 of 3').waitFor()
    await page.getByRole('switch', { name: 'bulk 1 is enabled' }).click({ force: true })
    await page.getByText('bulk 1 is disabled').waitFor()
    expect((await read(crons[0]!.id)).is_enabled).toBe(false)

    await page.getByRole('checkbox', { name: 'Select all shown' }).click()
    const bar = page.getByRole('group', { name: 'With the chosen crons' })
    await bar.getByRole('button', { name: 'Disable' }).click()
    // One of the three is disabled already.
    await page.getByRole('dialog').getByRole('button', { name: 'Disable 2 crons' }).click()
    await page.getByText('2 crons are disabled').waitFor()
    expect(await Promise.all(crons.map(async ({ id }) => (await read(id)).is_enabled))).toEqual([
      false,
      false,
      false,
    ])

    await page.getByRole('checkbox', { name: 'Select all shown' }).click()
    await bar.getByRole('button', { name: 'Delete' }).click()
    const dialog = page.getByRole('dialog')
    const confirm = dialog.getByRole('button', { name: 'Delete 3 crons' })
    expect(await confirm.isDisabled()).toBe(true)
    await dialog.getByRole('textbox').fill('3')
    await confirm.click()
    await page.getByText('Nothing matches these filters').waitFor()
    await expect(read(crons[0]!.id)).rejects.toThrow('CRON_NOT_FOUND')
    await page.context().close()
  })

  test('run now with other params, and a backfill with its count before it starts', async () => {
    const { id } = await create({ name: 'run by hand', handler_params: { message: 'its own' } })
    const page = await stack.open({ as: 'operator', path: '/crons?q=run%20by%20hand' })
    await page.getByRole('button', { name: 'Run run by hand now' }).click()
    const run = page.getByRole('dialog', { name: 'Run run by hand now' })
    await run.getByRole('textbox', { name: 'message' }).fill('another')
    await run.getByText('With other params, for this run only').waitFor()
    await run.getByRole('button', { name: 'Run now' }).click()
    await page.getByText('run by hand runs now').waitFor()
    const { rows } = await stack.db.query<{ params: object }>(
      'SELECT params FROM job_executions WHERE job_id = $1',
      [id],
    )
    expect(rows).toEqual([{ params: { message: 'another' } }])

    await page.getByRole('button', { name: 'More for run by hand' }).click()
    await page.getByRole('menuitem', { name: 'Backfill' }).click()
    const backfill = page.getByRole('dialog', { name: 'Backfill run by hand' })
    await backfill.getByText('24 runs would be made').waitFor()
    await backfill.getByRole('button', { name: 'Start 24 runs' }).click()
    await page.getByText('24 runs of run by hand are queued').waitFor()
    const { rows: counted } = await stack.db.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM job_executions WHERE job_id = $1',
      [id],
    )
    expect(counted).toEqual([{ count: 25 }])
    await page.context().close()
  })

  test('a viewer sees what is there, and nothing to change it with', async () => {
    await create({ name: 'only seen' })
    const page = await stack.open({ as: 'viewer', path: '/crons?q=only%20seen' })
    const row = page.getByRole('row', { name: /only seen/ })
    await row.getByText('Enabled').waitFor()
    expect(await page.getByRole('switch').count()).toBe(0)
    expect(await page.getByRole('checkbox').count()).toBe(0)
    expect(await row.getByRole('button').count()).toBe(0)
    expect(await page.getByRole('link', { name: 'New cron' }).count()).toBe(0)
    await page.context().close()
  })

  test('none of it broke, or was refused by the policy', () => {
    expect(stack.problems).toEqual([])
  })
})
