import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Database, ensurePartitions, isConnectionFailure, putArtifact, schema } from '@jobu/db'
import { Bench, secondsAgo } from '../../../test/support/builders.ts'
import { Maintenance } from '../src/index.ts'
import { aConfig, aLogger } from './support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterEach(() => bench.clear())
afterAll(() => bench.close())

function aMaintenance(db = bench.db) {
  const { logger, logged } = aLogger()
  return { maintenance: new Maintenance(db, aConfig({ retention_days: 90 }), logger, 'dispatcher-1'), logged }
}

const expire = () => bench.anExecution({ status: 'RUNNING', leaseExpiresAt: secondsAgo(5) })
const statusOf = async (row: { id: number }) => (await bench.execution(row)).status

describe('Maintenance.reap', () => {
  test('after a start it first gives workers the time to renew their leases', async () => {
    const { maintenance } = aMaintenance()
    const row = await expire()
    for (const ms of [0, 4_000, 8_000, 11_999]) {
      await maintenance.reap(ms)
      expect(await statusOf(row)).toBe('RUNNING')
    }
    await maintenance.reap(12_000)
    expect(await statusOf(row)).toBe('FAILED')
  })

  test('after a gap in its own passes it gives them that time again', async () => {
    const { maintenance } = aMaintenance()
    for (const ms of [0, 6_000, 12_000, 18_000]) await maintenance.reap(ms)
    const row = await expire()
    for (const ms of [24_001, 30_000, 36_000]) {
      await maintenance.reap(ms)
      expect(await statusOf(row)).toBe('RUNNING')
    }
    await maintenance.reap(36_001)
    expect(await statusOf(row)).toBe('FAILED')
  })

  test('a pass that did not reach the database is part of the gap', async () => {
    const away = new Database({ host: '127.0.0.1', port: 1, user: 'x', database: 'x' })
    let db: Database = away
    const switching = new Proxy(bench.db, {
      get: (_, key) => {
        const value = Reflect.get(db, key)
        return typeof value === 'function' ? value.bind(db) : value
      },
    })
    const { maintenance } = aMaintenance(switching)
    db = bench.db
    for (const ms of [0, 6_000, 12_000]) await maintenance.reap(ms)
    const row = await expire()
    db = away
    for (const ms of [18_000, 20_000]) {
      expect(isConnectionFailure(await maintenance.reap(ms).catch((error) => error))).toBe(true)
    }
    db = bench.db
    await maintenance.reap(22_000)
    expect(await statusOf(row)).toBe('RUNNING')
    await away.close()
  })
})

describe('Maintenance', () => {
  test('folds the statistics and pauses the crons whose failures it folded', async () => {
    const { maintenance, logged } = aMaintenance()
    const cron = await bench.aCron({ pauseAfterFailures: 1, enabledAt: secondsAgo(100) })
    await bench.anExecution({ jobId: cron.id, status: 'FAILED' })
    await bench.db.query(
      `INSERT INTO execution_stat_deltas (job_id, count, status, handler_name)
       SELECT $1, 1, CASE WHEN n = 6000 THEN 'FAILED' ELSE 'SUCCESS' END::execution_status, 'echo' FROM generate_series(1, 6000) n`,
      [cron.id],
    )
    await maintenance.foldStatistics()
    expect((await bench.cron(cron)).isEnabled).toBe(false)
    expect(await bench.db.db.select().from(schema.executionStatDeltas)).toEqual([])
    const stats = await bench.db.db.select().from(schema.executionStats)
    expect(stats.reduce((sum, row) => sum + row.count, 0)).toBe(6_000)
    expect(logged).toEqual(['warn crons paused after failures'])
  })

  test('drops months past retention, keeps those still needed, and leaves one in use for later', async () => {
    const { maintenance, logged } = aMaintenance()
    const month = (year: number) => new Date(Date.UTC(year, 4, 15))
    for (const year of [2010, 2011, 2012]) await ensurePartitions(bench.db, month(year), month(year))
    await bench.anExecution({ scheduledTime: month(2010), status: 'SUCCESS', finishedAt: month(2010) })
    await bench.anExecution({ scheduledTime: month(2011) })
    const reader = await bench.client()
    await reader.query('BEGIN')
    await reader.query('SELECT FROM job_executions_p2012_05')
    await maintenance.retain()
    expect((await bench.executions()).map((row) => row.scheduledTime)).toEqual([month(2011)])
    expect(logged).toEqual(['info partition dropped', 'info partition is in use, dropped later'])
    await reader.query('COMMIT')
    await maintenance.retain()
    expect(logged.slice(2)).toEqual(['info partition dropped'])
  })

  test('deletes artifacts whose executions are past retention, all of them, and keeps the others', async () => {
    const { maintenance } = aMaintenance()
    const old = new Date(Date.UTC(2010, 4, 15))
    for (let id = 1_000_001; id <= 1_000_045; id++) {
      const artifact = {
        id,
        scheduledTime: old,
        attempt: 1,
        taskRunId: null,
        name: 'a',
        contentType: 'text/plain',
      }
      await putArtifact(bench.db, artifact, ['x'], { maxBytes: 1 })
    }
    const kept = await bench.anExecution({ status: 'SUCCESS' })
    await putArtifact(bench.db, { ...kept, taskRunId: null, name: 'a', contentType: 'text/plain' }, ['x'], {
      maxBytes: 1,
    })
    await maintenance.retain()
    const { rows } = await bench.db.query('SELECT execution_id FROM artifacts')
    expect(rows).toEqual([{ execution_id: kept.id }])
    expect((await bench.db.query('SELECT FROM artifact_chunks')).rowCount).toBe(1)
  })

  test('deletes statistics past their own retention, step by step', async () => {
    const { maintenance } = aMaintenance()
    await bench.db.query(
      `INSERT INTO execution_stat_deltas (settled_at, job_id, count, status, handler_name)
       SELECT now() - days * interval '1 day', 7, 1, 'FAILED', 'echo' FROM unnest(ARRAY[1, 89, 91, 700, 800]) AS days`,
    )
    await maintenance.foldStatistics()
    await maintenance.retain()
    const left = async (table: string) => (await bench.db.query(`SELECT FROM ${table}`)).rowCount
    expect([await left('execution_stats'), await left('execution_failures_hourly')]).toEqual([2, 2])
    // A row of the handler and one of all.
    expect(await left('execution_stats_hourly')).toBe(8)
  })

  test('two that recount totals at once correct them once, and once a day', async () => {
    for (let i = 0; i < 5; i++) await bench.anExecution({ status: 'SUCCESS' })
    const both = [aMaintenance(), aMaintenance()]
    await Promise.all(both.map(({ maintenance }) => maintenance.recountTotals()))
    await both[0]!.maintenance.recountTotals()
    await both[0]!.maintenance.foldStatistics()
    const { rows } = await bench.db.query('SELECT status, count FROM execution_totals')
    expect(rows).toEqual([{ status: 'SUCCESS', count: 5 }])
    await bench.anExecution({ status: 'SUCCESS' })
    await both[0]!.maintenance.recountTotals()
    expect((await bench.db.query('SELECT FROM execution_stat_deltas')).rowCount).toBe(0)
  })

  test('two at once drop each month once, and neither stumbles over what the other has dropped', async () => {
    // What the tests before have left.
    await aMaintenance().maintenance.retain()
    for (let round = 0; round < 3; round++) {
      await ensurePartitions(bench.db, new Date(Date.UTC(2000, 0)), new Date(Date.UTC(2000, 7)))
      const both = [aMaintenance(), aMaintenance()]
      await Promise.all(both.map(({ maintenance }) => maintenance.retain()))
      await both[0]!.maintenance.retain()
      const logged = both.flatMap((one) => one.logged)
      expect(logged.filter((line) => line === 'info partition dropped')).toHaveLength(8)
    }
  })

  test('makes the partitions of the coming year and of the month before, once', async () => {
    const { maintenance, logged } = aMaintenance()
    const ahead = new Date(Date.now() + 390 * 86_400_000).toISOString().slice(0, 7).replace('-', '_')
    for (const parent of ['job_executions', 'execution_attempts', 'execution_logs']) {
      await bench.db.query(`DROP TABLE ${parent}_p${ahead}`)
    }
    await maintenance.ensurePartitions()
    await maintenance.ensurePartitions()
    expect(logged).toEqual(['info partitions made'])
    await bench.anExecution({ scheduledTime: secondsAgo(-389 * 86_400), waitingFor: 'time' })
  })

  test('releases what waits for an overlap that is over, and fails what nobody serves', async () => {
    const { maintenance } = aMaintenance()
    const cron = await bench.aCron()
    const waiter = await bench.anExecution({ jobId: cron.id, waitingFor: 'overlap' })
    const orphan = await bench.anExecution({ handlerName: 'gone', readyAt: secondsAgo(100) })
    await bench.db.query(
      `INSERT INTO workers (id, hostname, pid, version, queues, handlers, pool_size, started_at)
       VALUES ('w', 'h', 1, '1', '{default}', '{echo}', 1, now() - interval '5 minutes')`,
    )
    await maintenance.releaseOverlap()
    await maintenance.failOrphans()
    expect((await bench.execution(waiter)).readyAt).not.toBeNull()
    expect(await statusOf(orphan)).toBe('FAILED')
  })

  test('two that run all their tasks at once do each thing once, and stop when told', async () => {
    const rows = []
    for (let i = 0; i < 20; i++) rows.push(await bench.anExecution({ jobId: null, status: 'RUNNING' }))
    for (let i = 0; i < 50; i++) {
      await bench.db.query(
        `INSERT INTO execution_stat_deltas (count, status, handler_name, durations_ms, lateness_ms) VALUES (1, 'SUCCESS', 'echo', '{1}', '{1}')`,
      )
    }
    const both = [aMaintenance(), aMaintenance()]
    for (const { maintenance } of both) maintenance.start()
    for (let left = 1; left > 0; ) {
      left = (await bench.db.query('SELECT FROM execution_stat_deltas')).rowCount!
    }
    await Promise.all(both.map(({ maintenance }) => maintenance.stop()))
    const stats = await bench.db.db.select().from(schema.executionStats)
    expect(stats.reduce((sum, row) => sum + row.count, 0)).toBe(50)
    expect(both.flatMap(({ logged }) => logged.filter((line) => !line.startsWith('info')))).toEqual([])
  })
})
