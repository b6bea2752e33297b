import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '@jobu/db'
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

export function healthEndpoints(database: Database, version: string): Endpoint[] {
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
