import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '@jobu/db'
import type { RequestHandler } from 'express'

/** How long the database may take to answer, in milliseconds. */
const TIMEOUT_MS = 2_000

/** Whether the service and its database work; 503 when they do not. Needs no credentials. */
export function health(database: Database, version: string): RequestHandler {
  return async (_request, response) => {
    const timer = new AbortController()
    const isConnected = await Promise.race([
      database.query('SELECT 1').then(
        () => true,
        () => false,
      ),
      delay(TIMEOUT_MS, false, { signal: timer.signal }).catch(() => false),
    ])
    timer.abort()
    response
      .status(isConnected ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json({
        status: isConnected ? 'healthy' : 'unhealthy',
        database: isConnected ? 'connected' : 'disconnected',
        version,
      })
  }
}
