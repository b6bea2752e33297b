import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { AxeResults } from 'axe-core'
import type { Locator, Page } from 'playwright-core'
import { until } from '../support/until.ts'
import { browserTests } from './support/browserTest.ts'
import { type Populated, populate } from './support/populate.ts'
import { type PageOptions, WebStack } from './support/WebStack.ts'

jest.setTimeout(300_000)

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What sticks out furthest on a page that is wider than the screen; null where none is. */
const TOO_WIDE = `(() => {
  if (document.documentElement.scrollWidth <= innerWidth) return null
  const rights = [...document.body.querySelectorAll('*')].map((one) => [one.getBoundingClientRect().right, one])
  const [right, widest] = rights.reduce((most, one) => (one[0] > most[0] ? one : most))
  return widest.tagName + '.' + widest.className + ' to ' + right + ' of ' + innerWidth
})()`

let stack: WebStack
let seen: Populated

/** Every page there is, and what has to be on it before it is looked at. */
const PAGES: Array<[path: (populated: Populated) => string, heading: string]> = [
  [() => '/', 'Overview'],
  [() => '/crons', 'Crons'],
  [() => '/crons/new', 'New cron'],
  [({ cronId }) => `/crons/${cronId}`, 'nightly warehouse load'],
  [({ cronId }) => `/crons/${cronId}/edit`, 'nightly warehouse load'],
  [() => '/schedules', 'Schedules'],
  [() => '/schedules/new', 'New schedule'],
  [({ scheduleId }) => `/schedules/${scheduleId}`, 'nightly report'],
  [({ scheduleId }) => `/schedules/${scheduleId}?tab=runs`, 'nightly report'],
  [({ scheduleId }) => `/schedules/${scheduleId}?tab=versions`, 'nightly report'],
  [({ scheduleId }) => `/schedules/${scheduleId}?tab=definition`, 'nightly report'],
  [({ scheduleId }) => `/schedules/${scheduleId}/edit`, 'nightly report'],
  [({ scheduleId }) => `/schedules/${scheduleId}?tab=grid`, 'nightly report'],
  [({ scheduleId, runId }) => `/schedules/${scheduleId}/runs/${runId}?task=sign_off`, 'Run #'],
  [({ scheduleId, runId }) => `/schedules/${scheduleId}/runs/${runId}?tab=tasks&task=extract`, 'Run #'],
  [({ scheduleId, runId }) => `/schedules/${scheduleId}/runs/${runId}?tab=gantt`, 'Run #'],
  [({ scheduleId, runId }) => `/schedules/${scheduleId}/runs/${runId}?tab=data`, 'Run #'],
  [() => '/schedules/calendar', 'Calendar of schedules'],
  [() => '/jobs', 'Jobs'],
  [({ failedId }) => `/jobs/${failedId}`, 'Job #'],
  [({ runningId }) => `/jobs/${runningId}`, 'Job #'],
  [() => '/calendar', 'Calendar'],
  [() => '/forecast', 'Forecast'],
  [() => '/workers', 'Workers'],
  [() => '/handlers', 'Handlers'],
  [() => '/audit', 'Audit'],
  [() => '/access', 'Users and tokens'],
  [() => '/settings', 'Settings'],
]

browserTests('every page', () => {
  beforeAll(async () => {
    stack = await WebStack.start()
    seen = await populate(stack)
  })
  afterAll(() => stack?.stop())

  test.each<Required<Pick<PageOptions, 'scheme' | 'size'>>>([
    { scheme: 'light', size: 'wide' },
    { scheme: 'dark', size: 'wide' },
    { scheme: 'light', size: 'phone' },
  ])('has no serious finding of axe, $scheme and $size', async ({ scheme, size }) => {
    const page = await stack.open({ scheme, size, path: '/settings' })
    const found: string[] = []
    for (const [path, heading] of PAGES) {
      await page.goto(`${stack.origin}${path(seen)}`)
      await settled(page, heading)
      found.push(...(await findings(page)).map((finding) => `${path(seen)} ${finding}`))
      // A page that is wider than the screen has to be pushed to and fro to be read.
      const tooWide = await page.evaluate(TOO_WIDE)
      if (tooWide !== null) found.push(`${path(seen)} is too wide: ${tooWide}`)
    }
    expect(found).toEqual([])
    await page.context().close()
  })

  test('shows who has not signed in a page without a finding', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      const page = await stack.open({ as: null, scheme })
      await settled(page, 'Sign in to jobu')
      expect(await findings(page)).toEqual([])
      await page.context().close()
    }
  })

  test('opens in Korean', async () => {
    const page = await stack.open({ language: 'ko', path: '/settings' })
    for (const [path] of PAGES) {
      await page.goto(`${stack.origin}${path(seen)}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await expectNone(page.locator('.mantine-Skeleton-root, .mantine-Loader-root'))
    }
    await page.context().close()
  })

  test('runs without an error, a missing text, a violation of the policy, or a request to another host', () => {
    expect(stack.problems).toEqual([])
  })
})

/** Once its heading is there and nothing loads any more. */
async function settled(page: Page, heading: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name: heading }).waitFor()
  // Not page.waitForFunction: it evaluates a text in the page, which the content security policy forbids.
  await expectNone(page.locator('.mantine-Skeleton-root, .mantine-Loader-root'))
}

/** Until nothing matches any more. */
async function expectNone(locator: Locator): Promise<void> {
  await until('nothing loads any more', async () => (await locator.count()) === 0)
}

/** What axe calls serious or critical, each with where it is. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const { violations } = (await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] })`,
  )) as AxeResults
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ target }) => target.join(' '))}`)
}
