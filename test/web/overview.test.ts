import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { until } from '../support/until.ts'
import { browserTests } from './support/browserTest.ts'
import { WebStack } from './support/WebStack.ts'

jest.setTimeout(300_000)

interface Status {
  scheduler_running: boolean
  has_active_reservation: boolean
}

let stack: WebStack

/** An execution of the handler that waits at a gate. */
async function gatedJob(gate: string): Promise<number> {
  const { id } = await stack.api<{ id: number }>('POST', '/jobs', {
    handler_name: 'gated',
    params: { gate },
    max_retry: 0,
  })
  return id
}

const statusOf = async (id: number) => (await stack.api<{ status: string }>('GET', `/jobs/${id}`)).status
const untilStatus = (id: number, wanted: string) =>
  until(`${id} is ${wanted}`, async () => (await statusOf(id)) === wanted)

const status = () => stack.api<Status>('GET', '/scheduler/status')
const chooseScheduler = async (page: Page, item: string) => {
  await page.getByRole('button', { name: 'Scheduler', exact: true }).click()
  await page.getByRole('menuitem', { name: item }).click()
}

browserTests('the overview', () => {
  beforeAll(async () => {
    stack = await WebStack.start(['dispatcher', 'admin'])
  })
  afterAll(() => stack?.stop())

  test('an empty system is told its first steps, and sees each one done without a reload', async () => {
    const page = await stack.open({ as: 'admin' })
    await page.getByRole('heading', { name: 'First steps' }).waitFor()
    await page.getByText('npm start worker').waitFor()
    await stack.startService('worker')
    await page.getByText('1 is alive, with').waitFor()
    await page.getByRole('link', { name: 'Create a cron' }).click()
    await page.getByRole('heading', { level: 1, name: 'New cron' }).waitFor()
    await page.context().close()
  })

  test('what runs moves without a reload, and is told to stop', async () => {
    const id = await gatedJob('moving')
    const page = await stack.open({ as: 'operator' })
    const bar = page.getByRole('progressbar', { name: 'Progress of gated' })
    // It has no width yet, which the browser counts as not visible.
    await bar.waitFor({ state: 'attached' })
    await stack.moveGate('moving', { progress: 40, step: 'halfway' })
    await page.getByText('halfway').waitFor()
    expect(await bar.getAttribute('aria-valuenow')).toBe('40')
    expect(await page.getByText('40%').count()).toBe(1)
    await page.getByRole('button', { name: 'Cancel gated' }).click()
    await page.getByRole('dialog').getByText('gated is told to stop').waitFor()
    await page.getByRole('button', { name: 'Cancel the execution' }).click()
    await page.getByText('Nothing is running').waitFor()
    expect(await statusOf(id)).toBe('CANCELLED')
    await page.context().close()
  })

  test('failures stand together by cause, and all of a cause are retried after their number was said', async () => {
    await stack.moveGate('broken', { outcome: 'connect ECONNREFUSED 10.0.0.7:443' })
    await stack.moveGate('torn', { outcome: 'connect ECONNREFUSED 10.0.0.8:443' })
    await stack.moveGate('odd', { outcome: 'disk full' })
    const [broken, torn, odd] = [await gatedJob('broken'), await gatedJob('torn'), await gatedJob('odd')]
    for (const id of [broken, torn, odd]) await untilStatus(id, 'FAILED')
    const page = await stack.open({ as: 'operator' })
    const cause = page.getByRole('listitem').filter({ hasText: 'connect ECONNREFUSED #:#' })
    await cause.getByTitle('2 times').waitFor()
    for (const gate of ['broken', 'torn']) await stack.moveGate(gate, { outcome: 'SUCCESS' })
    await cause.getByRole('button', { name: /^Retry all/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('2 executions become pending again').waitFor()
    await dialog.getByRole('button', { name: 'Retry all' }).click()
    await page.getByText('2 executions are pending again').waitFor()
    await cause.waitFor({ state: 'detached' })
    for (const id of [broken, torn]) await untilStatus(id, 'SUCCESS')
    expect(await statusOf(odd)).toBe('FAILED')
    await page.context().close()
  })

  test('the scheduler is stopped, every page says so, and a start says first what it would run', async () => {
    const page = await stack.open()
    const other = await stack.open({ as: 'operator', path: '/jobs' })
    await chooseScheduler(page, 'Stop the scheduler')
    await page.getByRole('dialog').getByText('nothing is claimed until someone starts it').waitFor()
    expect((await status()).scheduler_running).toBe(true)
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    for (const one of [page, other]) await one.getByText('The scheduler is stopped').first().waitFor()
    await other.getByText('Stopped by admin').waitFor()
    expect(await other.getByRole('button', { name: 'Start' }).count()).toBe(0)
    expect((await status()).scheduler_running).toBe(false)

    await stack.moveGate('waiting', { outcome: 'SUCCESS' })
    const id = await gatedJob('waiting')
    await page.getByText('1 execution is ready and waits.').waitFor()
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page
      .getByRole('dialog')
      .getByRole('row', { name: /Executions ready to be claimed 1/ })
      .waitFor()
    expect((await status()).scheduler_running).toBe(false)
    await page.getByRole('button', { name: 'Start now' }).click()
    await other.getByText('The scheduler is stopped').waitFor({ state: 'detached' })
    await untilStatus(id, 'SUCCESS')
    await Promise.all([page.context().close(), other.context().close()])
  })

  test('the queue is reserved with a reason that every page shows, and released', async () => {
    const page = await stack.open()
    const other = await stack.open({ as: 'viewer', path: '/crons' })
    await chooseScheduler(page, 'Reserve the queue')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Reserve' }).click()
    await dialog.getByText('Say why').waitFor()
    await dialog.getByLabel('Reason').fill('upgrade of the database')
    await dialog.getByLabel('For how long').selectOption({ label: '30 minutes' })
    await dialog.getByRole('button', { name: 'Reserve' }).click()
    for (const one of [page, other]) await one.getByText('Why: upgrade of the database').waitFor()
    expect(await other.getByRole('button', { name: 'Release' }).count()).toBe(0)
    expect((await status()).has_active_reservation).toBe(true)
    await page.getByRole('button', { name: 'Release' }).click()
    await page.getByRole('dialog').getByText('upgrade of the database').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Release' }).click()
    for (const one of [page, other])
      await one.getByText('Why: upgrade of the database').waitFor({ state: 'detached' })
    expect((await status()).has_active_reservation).toBe(false)
    await Promise.all([page.context().close(), other.context().close()])
  })

  test('a viewer sees what runs and what failed, and nothing to change it with', async () => {
    await gatedJob('watched')
    const page = await stack.open({ as: 'viewer' })
    await page.getByRole('progressbar', { name: 'Progress of gated' }).waitFor({ state: 'attached' })
    await page.getByText('disk full').waitFor()
    for (const name of [/^Retry all/, /^Cancel/, 'Scheduler'])
      expect(await page.getByRole('button', { name }).count()).toBe(0)
    await stack.moveGate('watched', { outcome: 'SUCCESS' })
    await page.context().close()
  })

  test('none of it broke, was refused by the policy, or asked another host', () => {
    expect(stack.problems).toEqual([])
  })
})
