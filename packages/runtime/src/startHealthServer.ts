import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { checkReadiness, faultOf, type Readiness } from './readiness.ts'
import { collectProcessMetrics, type ServiceMetrics } from './serviceMetrics.ts'

export type HealthServer = { port: number; close(): Promise<void> }

export type HealthOptions = {
  /** Where to listen; null: nowhere, 0: any free port. */
  port: number | null
  /** Default: this machine only. */
  host?: string
  service: string
  version: string
  /** Of what is required `database` decides about `/health`. */
  readiness: Readiness
  metrics: Pick<ServiceMetrics, 'contentType' | 'render'>
}

/**
 * Serves what an orchestrator asks a service without an API of its own:
 *
 * - `/health`: `{ status, service, version, database }`; 503 when the check named `database` fails
 * - `/ready`: `{ status, checks: { <name>: 'ok' | <what is wrong> } }`; 503 when a required check fails
 * - `/metrics`: in the text format of Prometheus
 *
 * @returns null when `port` is null
 * @throws what `listen` throws, such as EADDRINUSE
 */
export async function startHealthServer(options: HealthOptions): Promise<HealthServer | null> {
  if (options.port === null) return null
  const { host = '127.0.0.1', service, version, readiness, metrics } = options
  const { database } = readiness.required
  collectProcessMetrics()

  const routes: Record<string, (response: ServerResponse) => Promise<void>> = {
    '/health': async (response) => {
      const fault = database && (await faultOf(database))
      const connection = database && { database: fault ? 'disconnected' : 'connected' }
      sendJson(response, !fault, { status: fault ? 'unhealthy' : 'healthy', service, version, ...connection })
    },
    '/ready': async (response) => {
      const report = await checkReadiness(readiness)
      sendJson(response, report.status !== 'not ready', report)
    },
    '/metrics': async (response) => {
      const text = await metrics.render()
      response.writeHead(200, { 'content-type': metrics.contentType }).end(text)
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

function sendJson(response: ServerResponse, isGood: boolean, body: object) {
  response.writeHead(isGood ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
