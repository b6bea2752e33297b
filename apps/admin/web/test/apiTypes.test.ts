import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript'
import { startTestApp } from '../../test/support/startTestApp.ts'

const TYPES = new URL('../src/api/schema.d.ts', import.meta.url)

test('the types of the web UI are those of the OpenAPI document; `npm run types` in apps/admin/web writes them anew', async () => {
  const app = await startTestApp()
  const { body } = await app.api.get('/openapi.json')
  await app.stop()
  const current = `${COMMENT_HEADER}${astToString(await openapiTS(body))}`
  // Not toBe: nobody reads a difference of thousands of lines.
  expect(readFileSync(TYPES, 'utf8') === current).toBe(true)
})
