import { afterEach, describe, expect, test } from '@jest/globals'
import { type Check, type HealthServer, ServiceMetrics, startHealthServer } from '../src/index.ts'

let server: HealthServer | null = null
afterEach(() => server?.close())

const options = () => ({
  port: 0,
  service: 'worker',
  version: '1.0.0',
  readiness: { required: {} },
  metrics: new ServiceMetrics('worker', '1.0.0'),
})

async function serve(required: Record<string, Check>, optional: Record<string, Check> = {}) {
  server = await startHealthServer({ ...options(), readiness: { required, optional } })
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

  test('what a service can do without for a while makes it degraded, and leaves it ready', async () => {
    const get = await serve({ database: works }, { notifications: fails })
    const ready = await get('/ready')
    expect(ready.status).toBe(200)
    expect(JSON.parse(ready.body)).toEqual({
      status: 'degraded',
      checks: { database: 'ok', notifications: 'connection lost' },
    })
  })

  test('a reason is one line without credentials, also of an error that holds several', async () => {
    const get = await serve({
      url: () => {
        throw new Error('cannot reach postgresql://jobu:hunter22@db/jobu\n  at once')
      },
      several: () => {
        throw new AggregateError([new Error('connect ECONNREFUSED ::1:1'), new Error('and 127.0.0.1:1')])
      },
    })
    expect(JSON.parse((await get('/ready')).body).checks).toEqual({
      url: 'cannot reach postgresql://jobu:***@db/jobu at once',
      several: 'connect ECONNREFUSED ::1:1, and 127.0.0.1:1',
    })
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
    expect(await startHealthServer({ ...options(), port: null })).toBeNull()
    await expect(startHealthServer({ ...options(), port: server!.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
  })
})
