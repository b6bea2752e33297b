import { afterEach, describe, expect, test } from '@jest/globals'
import { type HealthServer, startHealthServer } from '../src/startHealthServer.ts'

let server: HealthServer | null = null
afterEach(() => server?.close())

async function serve(checks: Record<string, () => Promise<void>>) {
  server = await startHealthServer({
    port: 0,
    host: '127.0.0.1',
    service: 'worker',
    version: '1.0.0',
    checks,
  })
  return async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server!.port}${path}`)
    return { status: response.status, body: await response.text() }
  }
}

const works = async () => {}
const fails = async () => {
  throw new Error('connection lost')
}

describe('startHealthServer', () => {
  test('everything works: health and ready answer 200', async () => {
    const get = await serve({ database: works, claims: works })
    const health = await get('/health')
    expect(health.status).toBe(200)
    expect(JSON.parse(health.body)).toEqual({
      status: 'healthy',
      service: 'worker',
      version: '1.0.0',
      database: 'connected',
    })
    const ready = await get('/ready?verbose')
    expect(ready.status).toBe(200)
    expect(JSON.parse(ready.body)).toEqual({ status: 'ready', checks: { database: 'ok', claims: 'ok' } })
  })

  test('a failing check makes ready answer 503 with its name and reason, and leaves health alone', async () => {
    const get = await serve({ database: works, claims: fails })
    const ready = await get('/ready')
    expect(ready.status).toBe(503)
    expect(JSON.parse(ready.body).checks).toEqual({ database: 'ok', claims: 'connection lost' })
    expect((await get('/health')).status).toBe(200)
  })

  test('without its database a service is unhealthy', async () => {
    const get = await serve({ database: fails })
    const health = await get('/health')
    expect(health.status).toBe(503)
    expect(JSON.parse(health.body)).toMatchObject({ status: 'unhealthy', database: 'disconnected' })
  })

  test('metrics are in the Prometheus format; what is not served is 404', async () => {
    const get = await serve({})
    expect((await get('/metrics')).body).toContain('# TYPE process_cpu_user_seconds_total counter')
    expect((await get('/')).status).toBe(404)
    expect((await get('//')).status).toBe(404)
  })

  test('port null starts nothing, a port in use rejects', async () => {
    await serve({})
    const options = { host: '127.0.0.1', service: 'worker', version: '1.0.0', checks: {} }
    expect(await startHealthServer({ ...options, port: null })).toBeNull()
    await expect(startHealthServer({ ...options, port: server!.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
  })
})
