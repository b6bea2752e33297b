import type { AirflowConfig } from '@jobu/airflow'
import { Database, publishHandlers } from '@jobu/db'
import { createLogger, type Logger } from '@jobu/runtime'
import supertest from 'supertest'
import { z } from 'zod'
import { createTestDatabase } from '../../../../test/support/testDatabase.ts'
import { adminSchema, buildApp, EventHub, type EventHubOptions, prepareAccess } from '../../src/index.ts'
import { DocumentCheck } from './documentCheck.ts'

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
  /** Left out: schedules run in jobu only. */
  airflow?: AirflowConfig
  withoutHandlers?: boolean
  /** Another one for the app than its own. */
  database?: Database
  logger?: Logger
  events?: Partial<EventHubOptions>
  /** Another app on the database of this one, which must outlive it. */
  beside?: { url: string }
}

/**
 * The app on a database of its own; `api` sends requests with the bearer token, `anonymous` without. Whatever it answers
 * is held against its OpenAPI document, and `stop` throws where it differs.
 */
export async function startTestApp(options: Options = {}) {
  const testDatabase = options.beside
    ? { ...options.beside, drop: async () => {} }
    : await createTestDatabase()
  const database = new Database({ url: testDatabase.url }, { engine: true })
  if (!options.withoutHandlers) await publishTestHandlers(database)
  const config = adminSchema.parse({ token: TOKEN, password: PASSWORD, ...options.config })
  const logger = options.logger ?? createLogger('admin', { JOBU_LOG_LEVEL: 'silent' })
  await prepareAccess(database, config, logger)
  const events = new EventHub(database, { url: testDatabase.url }, logger, {
    maxStreams: 500,
    heartbeatMs: 15_000,
    ...options.events,
  })
  const app = buildApp({
    database: options.database ?? database,
    events,
    config,
    scheduling: {
      minCronIntervalSeconds: options.minCronIntervalSeconds ?? 60,
      timezone: 'Asia/Seoul',
      ...(options.airflow && { airflow: options.airflow }),
    },
    logger,
    version: '1.0.0',
  })
  const server = app.listen(0)
  const check = DocumentCheck.watch(server, app)
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
      await events.close()
      await new Promise((resolve) => server.close(resolve))
      await database.close()
      await testDatabase.drop()
      check.throwViolations()
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
