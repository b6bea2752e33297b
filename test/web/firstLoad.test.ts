import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { browserTests } from './support/browserTest.ts'
import { populate } from './support/populate.ts'
import { WebStack } from './support/WebStack.ts'

jest.setTimeout(300_000)

const MOST_BYTES = 300_000

let stack: WebStack

browserTests('the first visit', () => {
  beforeAll(async () => {
    stack = await WebStack.start()
  })
  afterAll(() => stack?.stop())

  test('loads less than 300 kB over the wire, charts and texts with it', async () => {
    await populate(stack)
    // Two minutes of which something is known, so that there are charts.
    await stack.db.query(
      `INSERT INTO minute_samples (at, success, failed, timeout, cancelled, skipped, ready, running, lateness_histogram)
       SELECT date_trunc('minute', now()) - n * interval '1 minute', 9 - n, 0, 0, 0, 0, 0, 0, 0 FROM generate_series(1, 3) AS n
       ON CONFLICT DO NOTHING`,
    )
    const page = await stack.open()
    await page.locator('canvas').first().waitFor()
    const files = (await page.evaluate(
      `[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
        .filter(({ name }) => !name.includes('/api/'))
        .map(({ name, encodedBodySize, decodedBodySize }) => ({ name, encodedBodySize, decodedBodySize }))`,
    )) as Array<{ name: string; encodedBodySize: number; decodedBodySize: number }>
    expect(files).toContainEqual(
      expect.objectContaining({ name: expect.stringMatching(/\/assets\/TimeChart-.*\.js/) }),
    )
    const sum = (field: 'encodedBodySize' | 'decodedBodySize') =>
      files.reduce((bytes, file) => bytes + file[field], 0)
    expect(sum('encodedBodySize')).toBeLessThan(MOST_BYTES)
    // Nothing came from what the browser had kept, and what came was compressed.
    expect(sum('decodedBodySize')).toBeGreaterThan(MOST_BYTES)
    await page.context().close()
  })
})
