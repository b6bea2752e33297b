import { drainWorker, heartbeatWorker, registerDispatcher, registerWorker, stopWorker } from '@jobu/db'
import { aCron, anExecution, secondsAgo } from '../../../test/support/builders.ts'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())
beforeEach(async () => {
  for (const table of ['workers', 'dispatchers', 'job_executions', 'cron_jobs', 'audit_log'])
    await app.database.query(`DELETE FROM ${table}`)
})

async function aWorker(id: string, { queues = ['*'], handlers = ['echo'], startedAt = secondsAgo(60) } = {}) {
  await registerWorker(app.database, {
    id,
    hostname: 'host-1',
    pid: 7,
    version: '1.0.0',
    queues,
    handlers,
    poolSize: 20,
  })
  await app.database.query('UPDATE workers SET started_at = $2 WHERE id = $1', [id, startedAt])
}

const isLost = (id: string) =>
  app.database.query(`UPDATE workers SET status = 'LOST', heartbeat_at = $2, stopped_at = $2 WHERE id = $1`, [
    id,
    secondsAgo(90),
  ])

describe('GET /workers', () => {
  test('says what a worker is, serves, and holds now', async () => {
    await aWorker('w1', { queues: ['mail'], handlers: ['echo', 'mail'] })
    await heartbeatWorker(app.database, { id: 'w1', running: 2, status: 'ACTIVE' })
    const held = [
      await anExecution(app.database, { status: 'RUNNING', workerId: 'w1' }),
      await anExecution(app.database, { status: 'RUNNING', workerId: 'w1' }),
    ]
    await anExecution(app.database, { status: 'SUCCESS', workerId: 'w1' })
    await anExecution(app.database, { status: 'RUNNING', workerId: 'another' })
    const { body } = await app.api.get('/workers').expect(200)
    const worker = {
      id: 'w1',
      hostname: 'host-1',
      pid: 7,
      version: '1.0.0',
      status: 'ACTIVE',
      is_alive: true,
      queues: ['mail'],
      handlers: ['echo', 'mail'],
      pool_size: 20,
      running: 2,
      execution_ids: held.map(({ id }) => id),
      started_at: expect.stringMatching(/Z$/),
      heartbeat_at: expect.stringMatching(/Z$/),
      stopped_at: null,
    }
    expect(body).toMatchObject({ items: [worker], total: 1, page: 1, size: 20, pages: 1 })
    expect(body.items[0]).toEqual(worker)
    expect((await app.api.get('/workers/w1').expect(200)).body).toEqual(worker)
  })

  test('lists live workers first, of those the newest first', async () => {
    await aWorker('stopped')
    await stopWorker(app.database, 'stopped')
    await aWorker('old', { startedAt: secondsAgo(500) })
    await aWorker('lost')
    await isLost('lost')
    await aWorker('draining')
    await drainWorker(app.database, 'draining')
    await aWorker('new', { startedAt: secondsAgo(5) })
    const ids = async (query: string) => {
      const { body } = await app.api.get(`/workers${query}`).expect(200)
      return body.items.map(({ id }: { id: string }) => id)
    }
    expect(await ids('')).toEqual(['new', 'old', 'draining', 'lost', 'stopped'])
    expect(await ids('?size=2&page=2')).toEqual(['draining', 'lost'])
    expect(await ids('?status=LOST,STOPPED')).toEqual(['lost', 'stopped'])
    expect(await ids('?status=ACTIVE&status=LOST')).toEqual(['new', 'old', 'lost'])
  })

  test('a worker that was killed and is not marked yet is not alive', async () => {
    await aWorker('killed')
    await app.database.query(`UPDATE workers SET heartbeat_at = now() - interval '61 seconds'`)
    expect((await app.api.get('/workers/killed')).body).toMatchObject({ status: 'ACTIVE', is_alive: false })
  })

  test('is narrowed to the fields that are asked for', async () => {
    await aWorker('w1')
    const { body } = await app.api.get('/workers?fields=id,running').expect(200)
    expect(body.items).toEqual([{ id: 'w1', running: 0 }])
    const refused = await app.api.get('/workers?fields=password').expect(400)
    expect(refused.body.error.details[0].field).toBe('fields')
    expect((await app.api.get('/handlers?fields=name')).body.items).toEqual([
      { name: 'echo' },
      { name: 'mail' },
    ])
    expect((await app.api.get('/dispatchers?fields=id')).body.items).toEqual([])
  })

  test('refuses a status that workers do not have, and names it', async () => {
    const { body } = await app.api.get('/workers?status=DEAD').expect(400)
    expect(body.error).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ field: 'status[0]' }] })
  })

  test('one that does not exist is 404', async () => {
    const { body } = await app.api.get('/workers/nobody').expect(404)
    expect(body.error.code).toBe('WORKER_NOT_FOUND')
  })
})

describe('POST /workers/{id}/drain', () => {
  test('marks the worker, tells it, and is in the audit log once however often it is asked', async () => {
    await aWorker('w1')
    for (let time = 1; time <= 2; time++) {
      const { body } = await app.api.post('/workers/w1/drain').expect(200)
      expect(body).toMatchObject({ id: 'w1', status: 'DRAINING' })
    }
    const { rows } = await app.database.query('SELECT action, target_id, before, after FROM audit_log')
    expect(rows).toEqual([
      {
        action: 'worker.drain',
        target_id: 'w1',
        before: { status: 'ACTIVE' },
        after: { status: 'DRAINING' },
      },
    ])
  })

  test('a worker that has stopped cannot drain, one that does not exist is 404', async () => {
    await aWorker('w1')
    await stopWorker(app.database, 'w1')
    const { body } = await app.api.post('/workers/w1/drain').expect(409)
    expect(body.error).toMatchObject({ code: 'WORKER_NOT_ACTIVE', details: [{ received: 'STOPPED' }] })
    expect((await app.api.post('/workers/w2/drain').expect(404)).body.error.code).toBe('WORKER_NOT_FOUND')
  })
})

describe('GET /dispatchers', () => {
  test('lists them as it does workers', async () => {
    for (const id of ['d1', 'd2'])
      await registerDispatcher(app.database, { id, hostname: 'host-1', pid: 8, version: '1.0.0' })
    await app.database.query(`UPDATE dispatchers SET status = 'STOPPED', stopped_at = now() WHERE id = 'd1'`)
    const { body } = await app.api.get('/dispatchers').expect(200)
    expect(body.items.map(({ id, is_alive }: { id: string; is_alive: boolean }) => [id, is_alive])).toEqual([
      ['d2', true],
      ['d1', false],
    ])
    expect((await app.api.get('/dispatchers?status=STOPPED')).body.total).toBe(1)
    expect((await app.api.get('/dispatchers/d1').expect(200)).body).toMatchObject({
      id: 'd1',
      hostname: 'host-1',
      pid: 8,
      status: 'STOPPED',
    })
    expect((await app.api.get('/dispatchers/d3').expect(404)).body.error.code).toBe('DISPATCHER_NOT_FOUND')
    await app.api.get('/dispatchers?status=DRAINING').expect(400)
  })
})

describe('GET /handlers', () => {
  test('says of each who serves it and how many crons use it', async () => {
    await aWorker('w1', { queues: ['mail', 'default'], handlers: ['echo'] })
    await aWorker('w2', { queues: ['mail'], handlers: ['echo', 'mail'] })
    await aWorker('w3', { handlers: ['echo', 'mail'] })
    await isLost('w3')
    await aCron(app.database, { handlerName: 'echo' })
    await aCron(app.database, { handlerName: 'echo' })
    await aCron(app.database, {
      handlerName: 'echo',
      isEnabled: false,
      nextRunAt: null,
      deletedAt: new Date(),
    })
    const { body } = await app.api.get('/handlers').expect(200)
    expect(body).toMatchObject({ total: 2, page: 1, size: 20, pages: 1 })
    expect(body.items).toEqual([
      {
        name: 'echo',
        description: null,
        params_schema: expect.objectContaining({ type: 'object' }),
        isolation: 'none',
        source: 'test',
        published_at: expect.stringMatching(/Z$/),
        is_served: true,
        worker_ids: ['w1', 'w2'],
        queues: ['default', 'mail'],
        cron_count: 2,
      },
      expect.objectContaining({ name: 'mail', worker_ids: ['w2'], queues: ['mail'], cron_count: 0 }),
    ])
    expect((await app.api.get('/handlers/echo').expect(200)).body).toEqual(body.items[0])
  })

  test('one that no live worker has is not served; a draining worker serves nothing new', async () => {
    await aWorker('w1')
    await drainWorker(app.database, 'w1')
    expect((await app.api.get('/handlers/echo')).body).toMatchObject({
      is_served: false,
      worker_ids: [],
      queues: [],
    })
  })

  test('is searched by a part of the name, and paged', async () => {
    expect((await app.api.get('/handlers?q=AI')).body.items).toMatchObject([{ name: 'mail' }])
    expect((await app.api.get('/handlers?limit=1&offset=1')).body).toMatchObject({
      items: [{ name: 'mail' }],
      total: 2,
      page: 2,
    })
    expect((await app.api.get('/handlers/none').expect(404)).body.error.code).toBe('HANDLER_NOT_FOUND')
  })
})
