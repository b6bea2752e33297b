import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { until } from '../support/until.ts'
import { browserTests } from './support/browserTest.ts'
import { WebStack } from './support/WebStack.ts'

jest.setTimeout(300_000)

interface Task {
  key: string
  status: string
  executions: number[]
  execution_id: number
  result: unknown
}
interface Run {
  id: number
  status: string
  round: number
  tasks: Task[]
}

let stack: WebStack
let scheduleId: number
/** The run that the first test takes through everything; the others look at it. */
let runId: number

const FILES = ['a.csv', 'b.csv', 'c.csv']
const TASKS = [
  { key: 'extract', handler_name: 'gated', params: { gate: 'extract', note: 'opened the source' } },
  { key: 'transform', handler_name: 'gated', params: { gate: 'transform' }, depends_on: ['extract'] },
  {
    key: 'each_file',
    handler_name: 'echo',
    params: { message: '{{ item }}' },
    for_each: FILES,
    depends_on: ['extract'],
  },
  { key: 'report', handler_name: 'filed', depends_on: ['transform', 'each_file'] },
  { key: 'sign_off', approval: { message: 'Are they right?' }, depends_on: ['report'] },
  { key: 'mail', handler_name: 'echo', params: { message: 'sent' }, depends_on: ['sign_off'] },
]

const start = async () => (await stack.api<Run>('POST', `/schedules/${scheduleId}/start`, {})).id
const read = (id: number) => stack.api<Run>('GET', `/schedules/${scheduleId}/runs/${id}`)
const taskOf = (run: Run, key: string) => run.tasks.find((task) => task.key === key)!
const isNow = (id: number, key: string, status: string) =>
  until(`${key} is ${status}`, async () => taskOf(await read(id), key).status === status)
const path = (id: number, search = '') => `/schedules/${scheduleId}/runs/${id}${search}`
/** A task in the graph, once it says so. */
const node = (page: Page, key: string, text: string | RegExp = '') =>
  page.locator(`.react-flow__node[data-id="${key}"]`, { hasText: text })
const panel = (page: Page, key: string) => page.getByRole('region', { name: `Task ${key}`, exact: true })
const dialog = (page: Page) => page.getByRole('dialog')
const badge = (page: Page, word: string) =>
  page.locator('h1 + *', { hasText: new RegExp(`^${word}$`) }).waitFor()

browserTests('runs of schedules', () => {
  beforeAll(async () => {
    stack = await WebStack.start()
    scheduleId = (await stack.api<{ id: number }>('POST', '/schedules', { title: 'nightly', tasks: TASKS }))
      .id
    runId = await start()
  })
  afterAll(() => stack?.stop())

  test('a run is followed in its graph, fails with a trace, is rerun from there, approved, and succeeds', async () => {
    await stack.moveGate('extract', { progress: 20, step: 'reading' })
    const page = await stack.open({ path: path(runId), as: 'operator' })
    await node(page, 'extract', 'Running · 20%').click()
    await panel(page, 'extract').getByText('opened the source').waitFor()
    await node(page, 'transform', 'Pending').waitFor()
    await stack.moveGate('extract', { progress: 60, step: 'writing' })
    await node(page, 'extract', '60%').waitFor()
    await panel(page, 'extract').getByText('reached writing').waitFor()
    await stack.moveGate('extract', { progress: 100, step: 'done', outcome: 'SUCCESS' })
    await node(page, 'extract', 'Success').waitFor()
    await node(page, 'transform', 'Running').waitFor()

    await node(page, 'each_file', '3/3').click()
    await panel(page, 'each_file').getByText('3 of 3 have ended').waitFor()
    const items = panel(page, 'each_file').getByRole('table', { name: 'Items of each_file' })
    for (const file of FILES) await items.getByRole('row', { name: file }).getByText('Success').waitFor()

    await stack.moveGate('transform', { progress: 70, outcome: 'disk full on /data/7' })
    await badge(page, 'Failed')
    await node(page, 'report', 'Skipped').waitFor()
    await node(page, 'transform', 'Failed').click()
    const trace = panel(page, 'transform').getByRole('region', { name: 'Stack trace' })
    await trace.getByText('disk full on /data/7').waitFor()
    await trace.getByText('gated.ts').waitFor()
    expect(page.url()).toContain('task=transform')

    await stack.moveGate('transform', { progress: 100, outcome: 'SUCCESS' })
    await page.getByRole('button', { name: 'Run again' }).click()
    await page.getByRole('menuitem', { name: 'Rerun from failed' }).click()
    await dialog(page).getByText('2 that have succeeded stay as they are').waitFor()
    await dialog(page).getByRole('button', { name: 'Rerun 4 tasks' }).click()
    await node(page, 'transform', 'Success').waitFor()
    const waiting = page.getByRole('group', { name: 'sign_off waits for a decision' })
    await waiting.getByText('Are they right?').waitFor()
    const rerun = await read(runId)
    expect(rerun.round).toBe(2)
    expect(taskOf(rerun, 'extract').executions).toHaveLength(1)
    expect(taskOf(rerun, 'transform').executions).toHaveLength(2)

    await waiting.getByRole('button', { name: 'Approve' }).click()
    await dialog(page).getByLabel('Comment').fill('figures checked')
    await dialog(page).getByRole('button', { name: 'Approve' }).click()
    await badge(page, 'Success')
    await node(page, 'mail', 'Success').waitFor()
    expect(JSON.stringify(taskOf(await read(runId), 'sign_off').result)).toContain('figures checked')
    await page.context().close()
  })

  test('the table, the chart over time and the grid show the states that the graph shows', async () => {
    const page = await stack.open({ path: path(runId, '?tab=tasks') })
    const tasks = page.getByRole('region', { name: `Tasks of run ${runId}` })
    for (const { key } of TASKS) await tasks.getByRole('row', { name: key }).getByText('Success').waitFor()
    await page.getByLabel('Search key, handler, error').fill('each')
    await tasks.getByRole('row', { name: 'mail' }).waitFor({ state: 'detached' })
    await tasks.getByRole('button', { name: 'each_file' }).click()
    await panel(page, 'each_file').waitFor()

    await page.getByRole('tab', { name: 'Gantt' }).click()
    await page.getByRole('img', { name: /^transform: Success, .*ran / }).waitFor()
    await page.getByRole('img', { name: /^mail: Success.*on the critical path/ }).waitFor()
    await page.getByRole('figure').getByRole('button', { name: 'mail' }).click()
    await panel(page, 'mail').waitFor()

    await page.getByRole('link', { name: 'Grid', exact: true }).click()
    const grid = page.getByRole('region', { name: 'The last runs of nightly by task' })
    await grid.getByRole('link', { name: /^mail, .*: Success/ }).click()
    await page.waitForURL(`**${path(runId, '?task=mail')}`)
    await panel(page, 'mail').waitFor()
    await page.context().close()
  })

  test('the calendar leads to the day, and from there to the run', async () => {
    const page = await stack.open({ path: '/schedules/calendar' })
    await page.getByRole('button', { name: /Today, Success 1/ }).click()
    const day = page.getByRole('region', { name: /^Runs of / }).last()
    await day.getByRole('link', { name: `nightly #${runId}` }).waitFor()
    expect(page.url()).toContain('day=')
    await page.getByRole('button', { name: 'Count anew' }).click()
    await dialog(page).getByRole('button', { name: 'Count anew' }).click()
    await page.getByText('Nothing differed.').waitFor()
    await day.getByRole('link', { name: `nightly #${runId}` }).click()
    await page.getByRole('heading', { level: 1, name: `Run #${runId}` }).waitFor()
    await page.context().close()
  })

  test('files of a run are shown, and downloaded as they are', async () => {
    const page = await stack.open({ path: path(runId, '?tab=data'), as: 'viewer' })
    const preview = async (name: string) => {
      await page.getByRole('button', { name: `Preview ${name}` }).click()
      await dialog(page).waitFor()
    }
    const close = async () => {
      await dialog(page).getByRole('button', { name: 'Close' }).click()
      await dialog(page).waitFor({ state: 'detached' })
    }
    await preview('report.csv')
    await dialog(page).getByRole('cell', { name: 'Seoul, north' }).waitFor()
    await close()
    await preview('summary.json')
    await dialog(page).getByText('"regions": 2').waitFor()
    await close()
    await preview('pixel.png')
    const picture = dialog(page).getByRole('img', { name: 'The picture pixel.png' })
    const width = () =>
      picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)
    await until('it is drawn', async () => (await width()) === 1)
    await close()
    expect(await page.getByRole('button', { name: 'Preview raw.bin' }).count()).toBe(0)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download notes.txt' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('notes.txt')
    expect(await readFile(await download.path(), 'utf8')).toBe('Checked by nobody yet\n')
    const { execution_id } = taskOf(await read(runId), 'report')
    await page.goto(`${stack.origin}/jobs/${execution_id}`)
    await page.getByRole('button', { name: 'Preview notes.txt' }).waitFor()
    await page.getByRole('link', { name: 'report', exact: true }).click()
    await page.waitForURL(`**${path(runId, '?task=report')}`)
    await page.context().close()
  })

  test('a viewer is offered nothing that changes a run, an operator marks a task and cancels', async () => {
    await stack.moveGate('extract', { progress: 10 })
    const id = await start()
    const viewer = await stack.open({ path: path(id, '?task=extract'), as: 'viewer' })
    await panel(viewer, 'extract').getByText('opened the source').waitFor()
    for (const name of ['Run again', 'Cancel the run', 'Mark as', 'Rerun from here', 'Approve'])
      expect(await viewer.getByRole('button', { name }).count()).toBe(0)
    const page = await stack.open({ path: path(id, '?task=extract'), as: 'operator' })
    await panel(page, 'extract').getByRole('button', { name: 'Mark as' }).click()
    await page.getByRole('menuitem', { name: 'Mark as succeeded' }).click()
    await dialog(page).getByText('5 tasks after it are judged by that.').waitFor()
    await dialog(page).getByRole('button', { name: 'Mark as succeeded' }).click()
    await node(page, 'extract', 'Success').waitFor()
    await isNow(id, 'sign_off', 'PENDING')
    await viewer.getByText('The role Operator decides.').first().waitFor()
    await page.getByRole('button', { name: 'Cancel the run' }).click()
    await dialog(page).getByRole('button', { name: 'Cancel the run' }).click()
    await badge(page, 'Cancelled')
    await badge(viewer, 'Cancelled')
    expect((await read(id)).status).toBe('CANCELLED')
    await Promise.all([page.context().close(), viewer.context().close()])
  })

  test('ran without an error, a missing text, or a violation of the policy', () => {
    expect(stack.problems).toEqual([])
  })
})
