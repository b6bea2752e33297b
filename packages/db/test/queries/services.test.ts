import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench, secondsAgo } from '../../../../test/support/builders.ts'
import {
  failOrphanedHandlers,
  heartbeatDispatcher,
  heartbeatWorker,
  markLostServices,
  publishHandlers,
  readSetting,
  registerDispatcher,
  registerWorker,
  schema,
  stopDispatcher,
  stopWorker,
  writeSetting,
} from '../../src/index.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterEach(() => bench.clear())
afterAll(() => bench.close())

const worker = (id: string, handlers = ['echo']) =>
  registerWorker(bench.db, {
    id,
    hostname: 'h',
    pid: 1,
    version: '1.0.0',
    queues: ['default'],
    handlers,
    poolSize: 4,
  })
const age = (table: 'workers' | 'dispatchers', id: string, seconds: number) =>
  bench.db.query(
    `UPDATE ${table} SET started_at = now() - $2 * interval '1 second', heartbeat_at = now() - $2 * interval '1 second',
       stopped_at = stopped_at - $2 * interval '1 second' WHERE id = $1`,
    [id, seconds],
  )
const statuses = async (table: 'workers' | 'dispatchers') =>
  Object.fromEntries(
    (await bench.db.query<{ id: string; status: string }>(`SELECT id, status FROM ${table}`)).rows.map(
      (row) => [row.id, row.status],
    ),
  )

describe('services', () => {
  test('a silent worker is LOST, one that only was slow comes back, one gone for a week is forgotten', async () => {
    for (const id of ['fine', 'silent', 'stopped', 'gone']) await worker(id)
    await stopWorker(bench.db, 'stopped')
    await stopWorker(bench.db, 'gone')
    await age('workers', 'silent', 100)
    await age('workers', 'gone', 8 * 86_400)
    await markLostServices(bench.db, 60)
    expect(await statuses('workers')).toEqual({ fine: 'ACTIVE', silent: 'LOST', stopped: 'STOPPED' })
    await heartbeatWorker(bench.db, { id: 'silent', running: 2, status: 'DRAINING' })
    await markLostServices(bench.db, 60)
    expect(await statuses('workers')).toMatchObject({ silent: 'DRAINING' })
  })

  test('a worker that announces itself again serves what it says now', async () => {
    await worker('w')
    await stopWorker(bench.db, 'w')
    await worker('w', ['http'])
    expect(await bench.db.db.select().from(schema.workers)).toMatchObject([
      { id: 'w', status: 'ACTIVE', handlers: ['http'], stoppedAt: null },
    ])
  })

  test('a dispatcher registers, is lost, beats again and signs off', async () => {
    await registerDispatcher(bench.db, { id: 'd', hostname: 'h', pid: 1, version: '1.0.0' })
    await age('dispatchers', 'd', 100)
    await markLostServices(bench.db, 60)
    expect(await statuses('dispatchers')).toEqual({ d: 'LOST' })
    await heartbeatDispatcher(bench.db, 'd')
    expect(await statuses('dispatchers')).toEqual({ d: 'ACTIVE' })
    await stopDispatcher(bench.db, 'd')
    expect(await statuses('dispatchers')).toEqual({ d: 'STOPPED' })
  })

  test('a setting reads as it was last written', async () => {
    expect(await readSetting(bench.db, 'x')).toBeUndefined()
    await writeSetting(bench.db, 'x', 'first')
    await writeSetting(bench.db, 'x', { second: [2] })
    expect(await readSetting(bench.db, 'x')).toEqual({ second: [2] })
  })

  test('publishing handlers again replaces them, from ten workers at once too', async () => {
    const handlers = ['b', 'a', 'c'].map((name) => ({
      name,
      description: null,
      paramsSchema: { type: 'object' },
      isolation: 'none',
      source: 'built in',
    }))
    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        publishHandlers(bench.db, index % 2 ? handlers : [...handlers].reverse()),
      ),
    )
    await publishHandlers(bench.db, [{ ...handlers[0]!, source: 'mine.ts' }])
    const rows = await bench.db.db.select().from(schema.handlers).orderBy(schema.handlers.name)
    expect(rows.map((row) => [row.name, row.source])).toEqual([
      ['a', 'built in'],
      ['b', 'mine.ts'],
      ['c', 'built in'],
    ])
  })
})

describe('failOrphanedHandlers', () => {
  const orphan = () => bench.anExecution({ handlerName: 'gone', readyAt: secondsAgo(100) })

  test('fails what has waited for a handler that no live worker has, and counts it', async () => {
    await worker('w')
    await age('workers', 'w', 100)
    const row = await orphan()
    const served = await bench.anExecution({ readyAt: secondsAgo(100) })
    expect(await failOrphanedHandlers(bench.db, 60)).toEqual([row.id])
    const after = await bench.execution(row)
    expect(after).toMatchObject({ status: 'FAILED', reason: 'HANDLER_NOT_FOUND', readyAt: null })
    expect(after.errorMessage).toBe('handler "gone" not found: no live worker serves it')
    expect((await bench.execution(served)).status).toBe('PENDING')
    expect(await bench.db.db.select().from(schema.executionStatDeltas)).toMatchObject([
      { status: 'FAILED', count: 1, handlerName: 'gone' },
    ])
  })

  test('waits while it is patient, while no worker lives, and while workers only just started', async () => {
    await orphan()
    expect(await failOrphanedHandlers(bench.db, 60)).toEqual([])
    await worker('new')
    expect(await failOrphanedHandlers(bench.db, 60)).toEqual([])
    await age('workers', 'new', 1_000)
    expect(await failOrphanedHandlers(bench.db, 600)).toEqual([])
    await stopWorker(bench.db, 'new')
    expect(await failOrphanedHandlers(bench.db, 60)).toEqual([])
  })

  test('leaves what is not claimable', async () => {
    await worker('w')
    await age('workers', 'w', 100)
    await bench.anExecution({ handlerName: 'gone', waitingFor: 'time', runAt: secondsAgo(100) })
    await bench.anExecution({ handlerName: 'gone', status: 'RUNNING' })
    expect(await failOrphanedHandlers(bench.db, 60)).toEqual([])
  })
})
