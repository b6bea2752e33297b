import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '@jobu/db'
import { checkReadiness, type Readiness, type ReadinessReport } from '@jobu/runtime'
import { z } from 'zod'
import { type Endpoint, endpoint, Reply } from '../http/endpoint.ts'

/** How long the database may take to answer, in milliseconds. */
const TIMEOUT_MS = 2_000

const healthAnswer = z
  .object({
    status: z.enum(['healthy', 'unhealthy']),
    database: z.enum(['connected', 'disconnected']),
    version: z.string(),
  })
  .meta({ id: 'Health' })

const readyAnswer = z
  .object({
    status: z.enum(['ready', 'degraded', 'not ready']),
    checks: z.record(z.string(), z.string()).meta({
      description: '`ok`, or what is wrong, by name',
      example: { database: 'ok', migrations: 'ok' },
    }),
  })
  .meta({
    id: 'Ready',
    description:
      'Degraded: something is wrong that the service can do without for a while; it takes requests',
  })

export function healthEndpoints(database: Database, version: string, readiness: Readiness): Endpoint[] {
  // Anybody may ask, as often as they like: those who ask at the same time share one look at the database.
  let checking: Promise<ReadinessReport> | undefined
  const report = () => {
    checking ??= checkReadiness(readiness).finally(() => {
      checking = undefined
    })
    return checking
  }
  return [
    endpoint({
      method: 'get',
      path: '/health',
      tag: 'service',
      role: null,
      summary: 'Whether the service and its database work',
      answer: healthAnswer,
      otherStatuses: { 503: 'The database is away' },
      async run() {
        const isConnected = await isReachable(database)
        return new Reply(
          {
            status: isConnected ? 'healthy' : 'unhealthy',
            database: isConnected ? 'connected' : 'disconnected',
            version,
          } as const,
          { status: isConnected ? 200 : 503 },
        )
      },
    }),
    endpoint({
      method: 'get',
      path: '/ready',
      tag: 'service',
      role: null,
      summary: 'Whether the service can take requests, and if not, why',
      answer: readyAnswer,
      otherStatuses: { 503: 'It cannot' },
      async run() {
        const found = await report()
        return new Reply(found, { status: found.status === 'not ready' ? 503 : 200 })
      },
    }),
  ]
}

async function isReachable(database: Database): Promise<boolean> {
  const timer = new AbortController()
  const isConnected = await Promise.race([
    database.query('SELECT 1').then(
      () => true,
      () => false,
    ),
    delay(TIMEOUT_MS, false, { signal: timer.signal }).catch(() => false),
  ])
  timer.abort()
  return isConnected
}
