import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { until } from '../support/until.ts'
import { browserTests } from './support/browserTest.ts'
import { WebStack } from './support/WebStack.ts'

jest.setTimeout(300_000)

interface Job {
  id: number
  status: string
  priority: number
}

let stack: WebStack

const enqueue = async (body: object) =>
  (await stack.api<Job>('POST', '/jobs', { handler_name: 'gated', ...body })).id
const isNow = (id: number, status: string) =>
  until(`execution ${id} is ${status}`, async () => {
    const job = await stack.api<Job>('GET', `/jobs/${id}`)
    return job.status === status && job
  })
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString()
const dialog = (page: Page) => page.getByRole('dialog')
/** The badge beside the heading. */
const status = (page: Page, word: string) =>
  page.locator('h1 + *', { hasText: new RegExp(`^${word}$`) }).waitFor()

browserTests('jobs', () => {
  beforeAll(async () => {
    stack = await WebStack.start()
  })
  afterAll(() => stack?.stop())

  test('a running job moves without a reload, its log grows, and it is cancelled', async () => {
    await stack.moveGate('moving', { progress: 20, step: 'reading' })
    const id = await enqueue({ params: { gate: 'moving', note: 'opened the source' } })
    const page = await stack.open({ path: `/jobs/${id}`, as: 'operator' })
    await status(page, 'Running')
    await page.getByText('reading', { exact: true }).waitFor()
    const log = page.getByRole('region', { name: 'Log', exact: true }).last()
    await log.getByText('opened the source').waitFor()
    await stack.moveGate('moving', { progress: 60, step: 'writing' })
    await page.getByText('60%').waitFor()
    await log.getByText('reached writing').waitFor()

    await page.getByLabel('Search the log').fill('REACHED')
    await page.getByText('1 of 2').waitFor()
    expect(await log.locator('mark').allTextContents()).toEqual(['reached', 'reached'])
    await page.getByRole('combobox', { name: 'Level' }).click()
    await page.getByRole('option', { name: 'Warnings and errors' }).click()
    await log.getByText('opened the source').waitFor({ state: 'detached' })

    await page.getByRole('button', { name: 'Cancel the job' }).click()
    await dialog(page).getByRole('button', { name: 'Cancel the job' }).click()
    await status(page, 'Cancelled')
    await page.getByText(/^It was cancelled by operator at .* KST\. Someone cancelled it\.$/).waitFor()
    await isNow(id, 'CANCELLED')
    await page.context().close()
  })

  test('a failed job says why, and succeeds once it is retried', async () => {
    await stack.moveGate('disk', { outcome: 'disk full on /data/7' })
    const id = await enqueue({ params: { gate: 'disk' } })
    await isNow(id, 'FAILED')
    const page = await stack.open({ path: `/jobs/${id}` })
    await page.getByRole('heading', { name: 'Error: Handler error' }).waitFor()
    await page.getByRole('button', { name: 'Show the stack trace' }).click()
    await page.getByRole('region', { name: 'Stack trace' }).getByText('gated.ts').waitFor()
    await stack.moveGate('disk', { progress: 100, outcome: 'SUCCESS' })
    await page.getByRole('button', { name: 'Retry' }).click()
    await dialog(page).getByRole('button', { name: 'Retry' }).click()
    await status(page, 'Success')
    await page.getByRole('img', { name: /^attempt 1 on .*: Failed/ }).waitFor()
    await page.getByRole('img', { name: /^attempt 2 on .*: Success/ }).waitFor()
    expect((await stack.api<Job>('GET', `/jobs/${id}`)).status).toBe('SUCCESS')
    await page.context().close()
  })

  test('all that match a filter are retried, as many as were counted first, and no others', async () => {
    await stack.moveGate('bulk', { outcome: 'no route to host' })
    const mine = await Promise.all(
      Array.from({ length: 3 }, () => enqueue({ params: { gate: 'bulk' }, queue: 'bulk' })),
    )
    const other = await enqueue({ params: { gate: 'bulk' }, queue: 'other' })
    await Promise.all([...mine, other].map((id) => isNow(id, 'FAILED')))
    await stack.moveGate('bulk', { outcome: 'SUCCESS' })
    const page = await stack.open({ path: '/jobs', as: 'operator' })
    await page.getByRole('group', { name: 'Status' }).getByText('Failed').click()
    const queue = page.getByRole('combobox', { name: 'Queue' })
    await queue.fill('bulk')
    await queue.press('Enter')
    await page.getByText('3 of 3').waitFor()
    await page.reload()
    await page.getByText('3 of 3').waitFor()

    await page.getByRole('button', { name: 'All that match' }).click()
    await page.getByRole('menuitem', { name: 'Retry all that match' }).click()
    await dialog(page).getByText('Status: Failed · Queue: bulk').waitFor()
    await dialog(page).getByRole('button', { name: 'Retry 3' }).click()
    await page.getByText('3 executions go back to the queue.').waitFor()
    await page.getByText('Nothing matches these filters').waitFor()
    await Promise.all(mine.map((id) => isNow(id, 'SUCCESS')))
    expect((await stack.api<Job>('GET', `/jobs/${other}`)).status).toBe('FAILED')
    await page.context().close()
  })

  test('chosen rows are deleted once the word is typed', async () => {
    const ids = await Promise.all(
      Array.from({ length: 2 }, () =>
        enqueue({ params: { gate: 'x' }, queue: 'rows', scheduled_time: inAnHour() }),
      ),
    )
    const page = await stack.open({ path: '/jobs?queue=rows' })
    await page.getByRole('checkbox', { name: `Select #${ids[0]}` }).check()
    await page.getByRole('group', { name: '1 selected' }).getByRole('button', { name: 'Delete' }).click()
    const submit = dialog(page).getByRole('button', { name: 'Delete 1' })
    await submit.waitFor()
    expect(await submit.isDisabled()).toBe(true)
    await dialog(page).getByLabel('Type delete to confirm').fill('delete')
    await submit.click()
    await page.getByText('1 of 1').waitFor()
    await expect(stack.api('GET', `/jobs/${ids[0]}`)).rejects.toThrow('404')
    await isNow(ids[1]!, 'PENDING')
    await page.context().close()
  })

  test('a waiting job says in Korean what it waits for, and gets another priority', async () => {
    const id = await enqueue({ params: { gate: 'x' }, scheduled_time: inAnHour() })
    const page = await stack.open({ path: `/jobs/${id}`, language: 'ko', as: 'operator' })
    await page.getByText(/ KST에 예정되어 있습니다\(.* 후\)\.$/).waitFor()
    await page.getByRole('button', { name: '우선순위 또는 시각 변경' }).click()
    await dialog(page).getByLabel('우선순위').fill('7')
    await dialog(page).getByRole('button', { name: '변경', exact: true }).click()
    await page.getByText(new RegExp(`^#${id}[을를] 변경했습니다\\.$`)).waitFor()
    expect((await stack.api<Job>('GET', `/jobs/${id}`)).priority).toBe(7)
    await page.context().close()
  })

  test('a list that was scrolled far down is not read anew, and offers to show what has changed', async () => {
    const jobs = Array.from({ length: 450 }, () => ({
      handler_name: 'gated',
      params: { gate: 'x' },
      queue: 'long',
      time: inAnHour(),
    }))
    await stack.api('POST', '/jobs/bulk', { jobs })
    const page = await stack.open({ path: '/jobs?queue=long' })
    const rows = page.getByRole('region', { name: 'Jobs' })
    await page.getByText('100 of 450').waitFor()
    for (const count of [200, 300, 400, 450]) {
      await rows.evaluate((element) => element.scrollTo({ top: element.scrollHeight }))
      await page.getByText(new RegExp(`^(${count}|${Math.min(450, count + 100)}) of 450`)).waitFor()
    }
    let reads = 0
    page.on('request', (request) => {
      if (/\/api\/v1\/jobs\?/.test(request.url())) reads++
    })
    await rows.evaluate((element) => element.scrollTo({ top: 5_000 }))
    await enqueue({ params: { gate: 'x' }, queue: 'long', scheduled_time: inAnHour() })
    const newer = page.getByRole('button', { name: 'There are changes; show them' })
    await newer.waitFor()
    expect(reads).toBe(0)
    await newer.click()
    await page.getByText('100 of 451').waitFor()
    expect(await rows.evaluate((element) => element.scrollTop)).toBe(0)
    await page.context().close()
  })

  test('a filter that was given a name is there again, and a viewer can change nothing', async () => {
    const id = await enqueue({ params: { gate: 'x' }, scheduled_time: inAnHour() })
    const page = await stack.open({ path: '/jobs?status=PENDING', as: 'viewer' })
    await page.getByRole('button', { name: 'Save this filter' }).click()
    await page.getByLabel('Name').fill('Waiting')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('button', { name: 'Clear all' }).click()
    await page.waitForURL((url) => url.search === '')
    await page.getByRole('button', { name: 'Waiting', exact: true }).click()
    await page.waitForURL((url) => url.search === '?status=PENDING')
    await page.getByRole('link', { name: 'gated' }).first().waitFor()
    for (const name of ['New job', 'All that match'])
      expect(await page.getByRole('button', { name }).count()).toBe(0)
    expect(await page.getByRole('checkbox', { name: /^Select/ }).count()).toBe(0)
    await page.goto(`${stack.origin}/jobs/${id}`)
    await page.getByRole('heading', { name: `Job #${id}` }).waitFor()
    for (const name of ['Cancel the job', 'Run again', 'Change priority or time', 'More'])
      expect(await page.getByRole('button', { name }).count()).toBe(0)
    await page.context().close()
  })

  test('no page reported anything that it should not', () => {
    expect(stack.problems).toEqual([])
  })
})
