import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { aCron, anExecution, secondsAgo } from '../../../test/support/builders.ts'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const EMPTY = {
  ready: 0,
  ready_is_exact: true,
  waiting: 0,
  waiting_is_exact: true,
  running: 0,
  running_is_exact: true,
  oldest_ready_ms: null,
  workers: 0,
  is_served: false,
}

describe('GET /queues', () => {
  test('lists what the queues hold and who serves them, a page at a time', async () => {
    await aCron(app.database, { queue: 'reports' })
    await anExecution(app.database, { queue: 'mail', readyAt: secondsAgo(5_000) })
    await anExecution(app.database, { queue: 'mail', status: 'RUNNING' })
    await anExecution(app.database, { queue: 'mail', waitingFor: 'time' })
    await app.database.query(
      `INSERT INTO workers (id, hostname, pid, version, queues, handlers, pool_size) VALUES ('w', 'h', 1, '1', '{mail}', '{echo}', 1)`,
    )
    const first = await app.api.get('/queues')
    expect(first.body).toEqual({
      items: [
        { name: 'default', ...EMPTY },
        {
          name: 'mail',
          ...EMPTY,
          ready: 1,
          waiting: 1,
          running: 1,
          oldest_ready_ms: expect.any(Number),
          workers: 1,
          is_served: true,
        },
        { name: 'reports', ...EMPTY },
      ],
      total: 3,
      total_is_exact: true,
      next_cursor: null,
      page: 1,
      size: 20,
      pages: 1,
    })
    const second = await app.api.get('/queues').query({ page: 2, size: 2 })
    expect(second.body).toMatchObject({ items: [{ name: 'reports' }], total: 3, page: 2, pages: 2 })
  })

  test('says where it has stopped counting', async () => {
    await app.database.query(
      `INSERT INTO job_executions (scheduled_time, run_at, ready_at, param_source, handler_name, queue)
       SELECT now(), now(), now(), 'api', 'echo', 'crowded' FROM generate_series(1, 10001)`,
    )
    const { body } = await app.api.get('/queues')
    expect(body.items[0]).toMatchObject({ name: 'crowded', ready: 10_000, ready_is_exact: false })
  })

  test('refuses two ways of paging', async () => {
    expect((await app.api.get('/queues').query({ page: 1, limit: 5 })).status).toBe(400)
  })
})
