import { Database, publishHandlers } from '@jobu/db'
import { createLogger, type Logger } from '@jobu/runtime'
import supertest from 'supertest'
import { z } from 'zod'
import { createTestDatabase } from '../../../../test/support/testDatabase.ts'
import { adminSchema, buildApp } from '../../src/index.ts'

export const TOKEN = 'a-token-of-at-least-thirty-two-characters'
export const PASSWORD = 'correct horse'
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

/** Params of the handlers that the test's database knows. */
const HANDLERS = {
  echo: z.looseObject({ message: z.string().optional() }),
  mail: z.strictObject({
    to: z.email(),
    copies: z.int().min(1).max(9).default(1),
    headers: z.record(z.string(), z.string()).optional(),
    attachments: z.array(z.object({ name: z.string() })).optional(),
  }),
}

export interface Options {
  config?: Record<string, unknown>
  minCronIntervalSeconds?: number
  withoutHandlers?: boolean
  logger?: Logger
}

/** The app on a database of its own; `api` sends requests with the bearer token, `anonymous` without. */
export async function startTestApp(options: Options = {}) {
  const testDatabase = await createTestDatabase()
  const database = new Database({ url: testDatabase.url }, { engine: true })
  if (!options.withoutHandlers) await publishTestHandlers(database)
  const app = buildApp({
    database,
    config: adminSchema.parse({ token: TOKEN, password: PASSWORD, ...options.config }),
    scheduling: {
      minCronIntervalSeconds: options.minCronIntervalSeconds ?? 60,
      timezone: 'Asia/Seoul',
    },
    logger: options.logger ?? createLogger('admin', { JOBU_LOG_LEVEL: 'silent' }),
    version: '1.0.0',
  })
  const server = app.listen(0)
  const anonymous = supertest(server)
  const api = Object.fromEntries(
    METHODS.map((method) => [
      method,
      (path: string) => anonymous[method](`/api/v1${path}`).set('Authorization', `Bearer ${TOKEN}`),
    ]),
  ) as Record<(typeof METHODS)[number], (path: string) => supertest.Test>
  return {
    database,
    url: testDatabase.url,
    api,
    anonymous,
    server,
    async stop() {
      await new Promise((resolve) => server.close(resolve))
      await database.close()
      await testDatabase.drop()
    },
  }
}
export type TestApp = Awaited<ReturnType<typeof startTestApp>>

export async function publishTestHandlers(database: Database): Promise<void> {
  const published = Object.entries(HANDLERS).map(([name, params]) => ({
    name,
    description: null,
    paramsSchema: z.toJSONSchema(params, { io: 'input' }) as Record<string, unknown>,
    isolation: 'none',
    source: 'test',
  }))
  await publishHandlers(database, published)
}
