import { setTimeout as delay } from 'node:timers/promises'
import { openBrowser } from '../../scripts/lib/openBrowser.mjs'
import { startAdmin } from '../lib/admin.mjs'
import { fillExecutions } from '../lib/fillExecutions.mjs'
import { quantile } from '../lib/statistics.mjs'

const DATABASE = 'bench_web'
const LOADS = 9
const CHANGES_PER_SECOND = 1_000
const TICK_MS = 50
/** Longer, and a click feels late. */
const SLOW_FRAME_MS = 100

/**
 * The web UI in Chromium: until its jobs page shows rows beside ten million executions, how much a first visit loads, and
 * how evenly the page draws while 1,000 executions change a second.
 *
 * @param {import('../lib/bench.mjs').Bench} bench
 * @returns {Promise<import('../lib/bench.mjs').Measure[]>}
 */
export async function run(bench) {
  const { server, options, say } = bench
  const url = await bench.freshDatabase('jobu', DATABASE)
  const sql = await server.connect(DATABASE)
  await fillExecutions(sql, options.listRows, say)
  await server.settle()
  const admin = await startAdmin(bench, url)
  const browser = await openBrowser()
  try {
    const cold = []
    const warm = []
    let bytes
    for (let load = 0; load < LOADS; load++) {
      const page = await signedIn(browser, admin)
      cold.push(await rowsShownAfter(page, admin))
      warm.push(await rowsShownAfter(page, admin))
      bytes ??= await firstLoad(browser, admin)
      await page.context().close()
    }
    const flood = await underLoad(bench, sql, browser, admin)
    const beside = `${options.listRows.toLocaleString('en-US')} executions`
    const measure = (what, unit, values, most) => ({
      what,
      unit,
      better: 'less',
      values: { jobu: values },
      ...(most ? { goal: { most } } : {}),
      isDetail: true,
    })
    return [
      measure(`jobs page of ${beside}: first rows, first visit`, 'ms', cold, 1_000),
      measure('the same, files kept by the browser', 'ms', warm, 1_000),
      measure('first visit of the overview loads, compressed', 'kB', [bytes / 1_000], 300),
      measure('jobs page at 1,000 changes/s: frame, median', 'ms', [flood.median]),
      measure('the same, p99', 'ms', [flood.p99], SLOW_FRAME_MS),
      measure('the same, longest', 'ms', [flood.longest]),
    ]
  } finally {
    await browser.close()
    await admin.stop()
    await server.disconnect(sql)
    await server.drop(DATABASE)
  }
}

async function signedIn(browser, { target }) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const response = await context.request.post(`${target.adminUrl}/api/v1/auth/sign-in`, {
    data: { name: 'admin', password: target.token },
    headers: { Origin: target.adminUrl },
  })
  if (!response.ok()) throw new Error(`sign-in: ${response.status()} ${await response.text()}`)
  return context.newPage()
}

/** @returns {Promise<number>} milliseconds from the navigation until a row is drawn */
async function rowsShownAfter(page, { target }) {
  await page.goto(`${target.adminUrl}/jobs`)
  const row = page.locator('tbody tr[aria-rowindex]').first()
  await row.waitFor()
  return page.evaluate(() => performance.now())
}

/** @returns {Promise<number>} bytes, as they come over the wire */
async function firstLoad(browser, admin) {
  const page = await signedIn(browser, admin)
  await page.goto(admin.target.adminUrl)
  await page.locator('canvas').first().waitFor()
  const bytes = await page.evaluate(() =>
    [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .filter(({ name }) => !name.includes('/api/'))
      .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
  )
  await page.context().close()
  return bytes
}

/** The time between two frames of the jobs page while executions change. */
async function underLoad(bench, sql, browser, admin) {
  const page = await signedIn(browser, admin)
  await rowsShownAfter(page, admin)
  await page.evaluate(() => {
    window.frames_ = []
    let last = performance.now()
    const note = (now) => {
      window.frames_.push(now - last)
      last = now
      requestAnimationFrame(note)
    }
    requestAnimationFrame(note)
  })
  const { rows } = await sql.query('SELECT id FROM job_executions ORDER BY scheduled_time DESC LIMIT 5000')
  const startedAt = performance.now()
  let sent = 0
  while (performance.now() - startedAt < bench.options.floodSeconds * 1000) {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * CHANGES_PER_SECOND) - sent
    const ids = Array.from({ length: due }, (_, index) => rows[(sent + index) % rows.length].id)
    await sql.query(
      `SELECT jobu_tell('execution', json_agg(json_build_object('id', id, 'status', 'RUNNING', 'job_id', NULL, 'handler_name', 'bench',
         'queue', 'default', 'attempt', 1))) FROM unnest($1::bigint[]) AS id`,
      [ids],
    )
    sent += due
    await delay(TICK_MS)
  }
  const frames = await page.evaluate(() => window.frames_)
  await page.context().close()
  const [median, p99, longest] = [quantile(frames, 0.5), quantile(frames, 0.99), Math.max(...frames)]
  bench.say(
    `${sent} changes, ${frames.length} frames: median ${median.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, longest ${longest.toFixed(0)} ms, ` +
      `${frames.filter((frame) => frame > SLOW_FRAME_MS).length} over ${SLOW_FRAME_MS} ms`,
  )
  return { median, p99, longest }
}
