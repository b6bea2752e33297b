import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { COUNTED_AT_MOST, listQueues } from '@jobu/db'
import { Bench, secondsAgo } from '../../../../test/support/builders.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterEach(() => bench.clear())
afterAll(() => bench.close())

const ALL = { limit: 200, offset: 0 }
const NOTHING = { ready: 0, waiting: 0, running: 0, oldestReadyMs: null, workers: 0 }
const aWorker = (id: string, queues: string[], state: { status?: string; silentSeconds?: number } = {}) =>
  bench.db.query(
    `INSERT INTO workers (id, hostname, pid, version, queues, handlers, pool_size, status, heartbeat_at)
     VALUES ($1, 'h', 1, '1', $2, '{echo}', 1, $3, now() - $4 * interval '1 second')`,
    [id, queues, state.status ?? 'ACTIVE', state.silentSeconds ?? 0],
  )

describe('listQueues', () => {
  test('of an empty database knows the default queue, which nobody serves', async () => {
    expect(await listQueues(bench.db, ALL)).toEqual({
      rows: [{ name: 'default', ...NOTHING }],
      total: 1,
      isWaitingExact: true,
      isRunningExact: true,
    })
  })

  test('finds whatever holds something unfinished, is named by a cron, or served; in the order of names', async () => {
    await bench.anExecution({ queue: 'ready', readyAt: secondsAgo(5_000), priority: -1 })
    await bench.anExecution({ queue: 'ready', readyAt: secondsAgo(10), priority: 9 })
    await bench.anExecution({ queue: 'waits', waitingFor: 'time' })
    await bench.anExecution({ queue: 'waits', waitingFor: 'overlap' })
    await bench.anExecution({ queue: 'backfill', waitingFor: 'backfill', backfillLimit: 1 })
    await bench.anExecution({ queue: 'runs', status: 'RUNNING' })
    await bench.anExecution({ queue: 'finished', status: 'SUCCESS' })
    for (const queue of ['named', 'named', 'named too']) await bench.aCron({ queue, isEnabled: false })
    await bench.aCron({ queue: 'deleted', isEnabled: false, deletedAt: new Date() })
    await aWorker('w', ['served', 'ready'])
    const { rows, total } = await listQueues(bench.db, ALL)
    expect(rows).toEqual([
      { name: 'backfill', ...NOTHING, waiting: 1 },
      { name: 'default', ...NOTHING },
      { name: 'named', ...NOTHING },
      { name: 'named too', ...NOTHING },
      { name: 'ready', ...NOTHING, ready: 2, oldestReadyMs: expect.any(Number), workers: 1 },
      { name: 'runs', ...NOTHING, running: 1 },
      { name: 'served', ...NOTHING, workers: 1 },
      { name: 'waits', ...NOTHING, waiting: 2 },
    ])
    expect(Math.floor(rows[4]!.oldestReadyMs! / 1_000_000)).toBe(5)
    expect(total).toBe(8)
    const second = await listQueues(bench.db, { limit: 3, offset: 2 })
    expect([second.rows.map(({ name }) => name), second.total]).toEqual([['named', 'named too', 'ready'], 8])
    expect(await listQueues(bench.db, { limit: 3, offset: 9 })).toMatchObject({ rows: [], total: 8 })
  })

  test('a worker serves what it names, or everything; not while it drains, nor once it is silent', async () => {
    await bench.aCron({ queue: 'mail' })
    await aWorker('everything', ['*'])
    await aWorker('default', ['default'])
    await aWorker('draining', ['mail'], { status: 'DRAINING' })
    await aWorker('silent', ['mail'], { silentSeconds: 61 })
    await aWorker('stopped', ['old'], { status: 'STOPPED' })
    const { rows } = await listQueues(bench.db, ALL)
    expect(rows.map(({ name, workers }) => [name, workers])).toEqual([
      ['default', 2],
      ['mail', 1],
    ])
  })

  test('counts to its bounds, and says where there is more', async () => {
    await bench.db.query(
      `INSERT INTO job_executions (scheduled_time, run_at, ready_at, waiting_for, param_source, handler_name, queue)
       SELECT now(), now(), CASE WHEN kind = 'ready' THEN now() END, CASE WHEN kind = 'waits' THEN 'time' END::execution_wait,
         'api', 'echo', kind FROM generate_series(1, $1), unnest('{ready,waits}'::text[]) AS kind`,
      [COUNTED_AT_MOST + 1],
    )
    expect(await listQueues(bench.db, ALL)).toMatchObject({
      rows: [{ name: 'default' }, { ready: COUNTED_AT_MOST + 1 }, { waiting: COUNTED_AT_MOST + 1 }],
      isWaitingExact: false,
      isRunningExact: true,
    })
    await bench.db.query(
      `DELETE FROM job_executions WHERE id IN (SELECT max(id) FROM job_executions GROUP BY queue)`,
    )
    expect(await listQueues(bench.db, ALL)).toMatchObject({
      rows: [{ name: 'default' }, { ready: COUNTED_AT_MOST }, { waiting: COUNTED_AT_MOST }],
      isWaitingExact: true,
    })
  })
})
