import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { collectDefaultMetrics, register } from 'prom-client'

export type HealthServer = { port: number; close(): Promise<void> }

export type HealthOptions = {
  /** Where to listen; null: nowhere, 0: any free port. */
  port: number | null
  host?: string
  service: string
  version: string
  /** What must work for the service to be ready, by name; each rejects with what is wrong. */
  checks: Record<string, () => Promise<void>>
}

/** How long one check may take before it counts as failed, in milliseconds. */
const CHECK_TIMEOUT_MS = 3_000

/**
 * Serves what an orchestrator asks a service without an API of its own:
 *
 * - `/health`: `{ status, service, version, database }`; 503 when the check named `database` fails
 * - `/ready`: `{ status, checks: { <name>: 'ok' | <what is wrong> } }`; 503 when any check fails
 * - `/metrics`: prom-client's default registry
 *
 * @returns null when `port` is null
 * @throws what `listen` throws, such as EADDRINUSE
 */
export async function startHealthServer(options: HealthOptions): Promise<HealthServer | null> {
  if (options.port === null) return null
  const { host = '0.0.0.0', service, version, checks } = options
  if (!register.getSingleMetric('process_cpu_user_seconds_total')) collectDefaultMetrics()

  const routes: Record<string, (response: ServerResponse) => Promise<void>> = {
    '/health': async (response) => {
      const { database } = checks
      const fault = database && (await run(database))
      const connection = database && { database: fault ? 'disconnected' : 'connected' }
      sendJson(response, !fault, { status: fault ? 'unhealthy' : 'healthy', service, version, ...connection })
    },
    '/ready': async (response) => {
      const results = await Promise.all(
        Object.entries(checks).map(async ([name, check]) => [name, (await run(check)) ?? 'ok'] as const),
      )
      const isReady = results.every(([, result]) => result === 'ok')
      sendJson(response, isReady, {
        status: isReady ? 'ready' : 'not ready',
        checks: Object.fromEntries(results),
      })
    },
    '/metrics': async (response) => {
      response.setHeader('content-type', register.contentType)
      response.end(await register.metrics())
    },
  }

  const server = createServer(async (request, response) => {
    const route = routes[request.url?.split('?')[0] ?? '/']
    if (!route || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response.writeHead(route ? 405 : 404).end()
      return
    }
    await route(response).catch((error: Error) => response.writeHead(500).end(error.message))
  })
  server.listen(options.port, host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What is wrong, or undefined. */
async function run(check: () => Promise<void>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS)
  })
  try {
    await Promise.race([check(), timeout])
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message || error.name : String(error)
  } finally {
    clearTimeout(timer)
  }
}

function sendJson(response: ServerResponse, isGood: boolean, body: object) {
  response.writeHead(isGood ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
