import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { earlyIn } from '../support/earlyIn.ts'
import { until } from '../support/until.ts'
import { browserTests } from './support/browserTest.ts'
import { WebStack } from './support/WebStack.ts'

jest.setTimeout(300_000)

let stack: WebStack
let cronId: number
let otherId: number

browserTests('the pages of a cron, the calendar and the forecast', () => {
  beforeAll(async () => {
    await earlyIn(86_400_000, 180_000)
    stack = await WebStack.start()
    const create = async (name: string, more: object) =>
      (
        await stack.api<{ id: number }>('POST', '/crons', {
          name,
          handler_name: 'gated',
          cron_expression: '0 0 1 1 *',
          ...more,
        })
      ).id
    cronId = await create('orders', {
      timezone: 'Europe/Berlin',
      handler_params: { gate: 'orders' },
      max_retry: 3,
      retry_delay_seconds: 20,
      overlap_policy: 'replace',
      tags: ['warehouse'],
      owner: 'data team',
    })
    otherId = await create('customers', {
      cron_expression: '0 */2 * * *',
      handler_params: { gate: 'orders' },
    })
    await create('clicks', { cron_expression: '0 */2 * * *', handler_params: { gate: 'orders' } })
    await stack.moveGate('orders', { progress: 100, step: 'done', outcome: 'SUCCESS' })
    const run = await stack.api<{ id: number }>('POST', `/crons/${cronId}/trigger`, {})
    await until('the run is counted', async () => {
      const { items } = await stack.api<{ items: Array<{ success: number }> }>(
        'GET',
        `/stats/daily?cron_id=${cronId}`,
      )
      return items.some(({ success }) => success > 0) && run
    })
  })
  afterAll(() => stack?.stop())

  test('a cron says its schedule, its policies and its next run in words, in both languages', async () => {
    const page = await stack.open({ path: `/crons/${cronId}?tab=plan` })
    await page.getByRole('heading', { level: 1, name: 'orders' }).waitFor()
    await page.getByText('At 00:00, on day 1 of the month, only in January (Europe/Berlin)').waitFor()
    await page.getByText('tried again up to 3 times, after 20s, 40s, 1m 20s (give or take 20%)').waitFor()
    await page.getByText('cancels that run and follows it').waitFor()
    const rows = page.getByRole('table', { name: 'The next 10 runs' }).getByRole('row')
    await rows.nth(10).waitFor()
    expect(await rows.count()).toBe(11)
    await page.context().close()

    const korean = await stack.open({ path: `/crons/${cronId}?tab=plan`, language: 'ko' })
    await korean
      .getByText('실패하면 최대 3회 다시 시도합니다. 대기 시간은 차례로 20초, 40초, 1분 20초')
      .waitFor()
    await korean.context().close()
  })

  test('a day of the heat map leads to its slots, and the address keeps which', async () => {
    const page = await stack.open({ path: `/crons/${cronId}` })
    const day = page.getByRole('button', { name: /: Success 1$/ })
    await day.click()
    await page.getByRole('heading', { name: /^Slots of / }).waitFor()
    await page.getByText('1 run was started by hand in this time:').waitFor()
    expect(new URL(page.url()).searchParams.get('day')).toMatch(/^\d{4}-\d\d-\d\d$/)
    await page.reload()
    expect(await day.getAttribute('aria-pressed')).toBe('true')
    // From one day to the one before it by keyboard.
    await day.focus()
    await page.keyboard.press('ArrowLeft')
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toMatch(/: nothing$/)
    await page.context().close()
  })

  test('a run that starts shows among its runs and ends there without a reload', async () => {
    await stack.moveGate('held', { progress: 40, step: 'copying rows' })
    const page = await stack.open({ path: `/crons/${cronId}?tab=runs` })
    const runs = page.getByRole('region', { name: 'Runs of orders' })
    await runs.getByText('Success').waitFor()
    await stack.api('POST', `/crons/${cronId}/trigger`, { params: { gate: 'held' } })
    await runs.getByText('40% · copying rows').waitFor()
    await stack.moveGate('held', { progress: 40, step: 'copying rows', outcome: 'SUCCESS' })
    await runs.getByText('40% · copying rows').waitFor({ state: 'detached' })
    expect(await runs.getByText('Success').count()).toBe(2)
    await page.context().close()
  })

  test('who may not read the audit log is told why, an admin reads what changed', async () => {
    await stack.api('PUT', `/crons/${otherId}`, { priority: 7 })
    const admin = await stack.open({ path: `/crons/${otherId}?tab=audit` })
    const changes = admin.getByRole('region', { name: 'Changes of customers' })
    await changes.getByText('Edited').waitFor()
    await changes.getByText('Created with 0 */2 * * *').waitFor()
    await admin.context().close()
    const viewer = await stack.open({ as: 'viewer', path: `/crons/${otherId}?tab=audit` })
    await viewer.getByText('Only admins see who changed what').waitFor()
    expect(await viewer.getByRole('button', { name: 'Run now' }).count()).toBe(0)
    await viewer.context().close()
  })

  test('a cron that does not exist says so and leads on', async () => {
    const page = await stack.open({ path: '/crons/999999' })
    await page.getByRole('heading', { level: 1, name: 'There is no such cron' }).waitFor()
    await page.getByRole('link', { name: 'To the crons' }).click()
    await page.getByRole('heading', { level: 1, name: 'Crons' }).waitFor()
    await page.context().close()
  })

  test('the calendar counts the day of a run, filters by cron, and leads to its jobs', async () => {
    const page = await stack.open({ path: '/calendar' })
    await page.getByRole('combobox', { name: 'Cron', exact: true }).click()
    await page.getByRole('option', { name: 'orders' }).click()
    await page.waitForURL(/cron_id=/)
    await page.getByRole('button', { name: /today, 100% success/ }).click()
    await page.getByRole('link', { name: 'Show the jobs of this day' }).click()
    await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor()
    const { pathname, searchParams } = new URL(page.url())
    expect([pathname, searchParams.get('cron')]).toEqual(['/jobs', String(cronId)])
    const hours = Date.parse(searchParams.get('to')!) - Date.parse(searchParams.get('from')!)
    expect(hours).toBe(24 * 3_600_000)
    await page.goBack()
    await page.getByRole('button', { name: 'The month before' }).click()
    await page.getByText('Nothing that matches settled in this month').waitFor()
    await page.context().close()
  })

  test('the forecast counts what fires and names the crons that collide', async () => {
    const page = await stack.open({ path: '/forecast' })
    const together = page.getByRole('table', { name: 'Instants at which several crons fire' })
    await together.getByRole('link', { name: 'customers' }).first().waitFor()
    await together.getByRole('link', { name: 'clicks' }).first().waitFor()
    const figures = page.getByRole('region', { name: 'The forecast in figures' })
    await figures.getByText('of 2 crons').waitFor()
    await page.getByText('7 days').click()
    await page.getByRole('heading', { name: 'The week by hour' }).waitFor()
    await page.getByRole('combobox', { name: 'Cron', exact: true }).click()
    await page.getByRole('option', { name: 'orders' }).click()
    await page.getByText('Nothing is due in this time').waitFor()
    await page.context().close()
  })

  test('none of it broke, was refused by the policy, or asked another host', () => {
    expect(stack.problems).toEqual([])
  })
})
