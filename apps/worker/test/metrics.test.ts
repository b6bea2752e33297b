import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { drainWorker } from '@jobu/db'
import { VERSION } from '@jobu/runtime'
import { WorkerMetrics } from '@jobu/worker'
import { type Scrape, scrape } from '../../../test/support/promText.ts'
import { until } from '../../../test/support/until.ts'
import { FlakyProxy } from './support/FlakyProxy.ts'
import { WorkerBench } from './support/WorkerBench.ts'

let bench: WorkerBench
beforeAll(async () => {
  bench = await WorkerBench.open()
})
afterAll(() => bench.close())
afterEach(() => bench.clear())

/** A scrape of the worker, once it shows what is meant: what is counted is in the database before. */
const scrapeOnce = (port: number | null, isMeant: (found: Scrape) => boolean) =>
  until(`metrics ${isMeant}`, async () => {
    const found = await scrape(port)
    return isMeant(found) && found
  })

/** What `/ready` says; not where a check was given up because the machine stood still. */
const ready = (port: number | null) =>
  until('checks in time', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/ready`)
    const body = (await response.json()) as { status: string; checks: object }
    return !JSON.stringify(body).includes('no answer within') && { code: response.status, ...body }
  })

describe("a worker's metrics", () => {
  test('count executions by how they ended and by handler, and attempts that failed by why', async () => {
    const { httpPort } = await bench.start({ http_port: 0, pool_size: 7 })
    await bench.run({ handlerName: 'echo' })
    await bench.run({ handlerName: 'echo' })
    await bench.run({ handlerName: 'effective' })
    await bench.run({ handlerName: 'sleep', params: { seconds: 'no number' } })
    await bench.run({ handlerName: 'cooperative', timeoutSeconds: 1, maxRetry: 1, retryDelaySeconds: 0 })
    const found = await scrapeOnce(
      httpPort,
      (one) => one.value('jobu_executions_total', { handler: 'cooperative', status: 'TIMEOUT' }) === 1,
    )
    const ended = (handler: string, status: string) =>
      found.value('jobu_executions_total', { handler, status })
    expect(ended('echo', 'SUCCESS')).toBe(2)
    expect(ended('echo', 'FAILED')).toBe(0)
    expect(ended('effective', 'SUCCESS')).toBe(1)
    expect(ended('sleep', 'FAILED')).toBe(1)
    expect(found.value('jobu_execution_retries_total', { handler: 'cooperative' })).toBe(1)
    expect(found.value('jobu_failed_attempts_total', { handler: 'cooperative', reason: 'TIMEOUT' })).toBe(2)
    expect(found.value('jobu_failed_attempts_total', { handler: 'sleep', reason: 'PARAMS_INVALID' })).toBe(1)
    expect(found.value('jobu_execution_duration_seconds_count', { handler: 'cooperative' })).toBe(2)
    expect(found.value('jobu_execution_duration_seconds_sum', { handler: 'cooperative' })).toBeGreaterThan(2)
    expect(found.value('jobu_slot_lateness_seconds_count')).toBe(6)
    expect(found.value('jobu_claim_batch_size_sum')).toBe(6)
    expect(found.value('jobu_claim_duration_seconds_count')).toBe(found.value('jobu_claim_batch_size_count'))
    // The one that ended in its own transaction was not written by a batch.
    expect(found.value('jobu_completion_batch_size_sum')).toBe(5)
    expect(found.value('jobu_worker_pool_size')).toBe(7)
    expect(found.value('jobu_worker_pool_in_use')).toBe(0)
    expect(found.value('jobu_build_info', { service: 'worker', version: VERSION })).toBe(1)
    expect(found.value('jobu_database_connections', { pool: 'claim' })).toBe(1)
    expect(found.value('jobu_database_connections_max', { pool: 'handlers default' })).toBe(10)
    expect(found.value('process_resident_memory_bytes')).toBeGreaterThan(1e6)
  })

  test('lateness is from the instant it was due, by the clock of the database', async () => {
    const [id] = await bench.enqueue({ handlerName: 'echo' })
    await bench.db.query(`UPDATE job_executions SET run_at = run_at - interval '10 hours' WHERE id = $1`, [
      id,
    ])
    const { httpPort } = await bench.start({ http_port: 0 })
    await bench.final(id!)
    const lateness = (await scrape(httpPort)).value('jobu_slot_lateness_seconds_sum')
    expect(lateness).toBeGreaterThanOrEqual(36_000)
    expect(lateness).toBeLessThan(37_000)
  })

  test('while a handler runs it is in use, and held', async () => {
    const { httpPort } = await bench.start({ http_port: 0 })
    const gate = bench.aGate()
    const [id] = await bench.enqueue({ handlerName: 'gated', params: { gate } })
    await bench.notesOnce(1)
    const found = await scrape(httpPort)
    expect(found.value('jobu_worker_pool_in_use')).toBe(1)
    expect(found.value('jobu_worker_executions_held')).toBe(1)
    bench.openGate(gate)
    await bench.final(id!)
    await scrapeOnce(httpPort, (one) => one.value('jobu_worker_pool_in_use') === 0)
  })

  test('a lease that another attempt took over counts as lost, and its outcome as none', async () => {
    const { httpPort } = await bench.start({ http_port: 0 })
    const gate = bench.aGate()
    const [id] = await bench.enqueue({ handlerName: 'gated', params: { gate } })
    await bench.notesOnce(1)
    await bench.db.query('UPDATE job_executions SET attempt = attempt + 1 WHERE id = $1', [id])
    bench.openGate(gate)
    const found = await scrapeOnce(httpPort, (one) => one.value('jobu_leases_lost_total') > 0)
    expect(found.value('jobu_leases_lost_total')).toBe(1)
    expect(found.value('jobu_executions_total', { handler: 'gated', status: 'SUCCESS' })).toBe(0)
  })

  test('count log lines that could not be stored', async () => {
    const { httpPort } = await bench.start({ http_port: 0 })
    await bench.db.query('ALTER TABLE execution_logs RENAME TO execution_logs_away')
    try {
      await bench.run({ handlerName: 'talking-none' })
      const found = await scrapeOnce(httpPort, (one) => one.value('jobu_log_lines_lost_total') > 0)
      expect(found.value('jobu_log_lines_lost_total')).toBe(1)
      expect(found.value('jobu_database_errors_total', { pool: 'other', kind: 'other' })).toBe(1)
    } finally {
      await bench.db.query('ALTER TABLE execution_logs_away RENAME TO execution_logs')
    }
  })

  test('count what went wrong with the connection to the database', async () => {
    const proxy = await FlakyProxy.open(bench.bench.url)
    const { httpPort } = await bench.start({ http_port: 0, poll_interval_seconds: 0.1 }, { url: proxy.url })
    expect(await ready(httpPort)).toMatchObject({ code: 200, status: 'ready' })
    proxy.refuse(true)
    const found = await scrapeOnce(httpPort, (one) => one.value('jobu_claim_failures_total') > 0)
    expect(found.value('jobu_database_errors_total', { pool: 'claim', kind: 'connection' })).toBeGreaterThan(
      0,
    )
    expect(found.value('jobu_database_errors_total', { pool: 'claim', kind: 'other' })).toBe(0)
    proxy.refuse(false)
    await until('the claims to work again', async () => (await ready(httpPort)).code === 200)
    await bench.clear()
    await proxy.close()
  })

  test('a handler that this worker does not have is unknown', async () => {
    const metrics = new WorkerMetrics(['echo'])
    const held = (handlerName: string) =>
      ({ claim: { handlerName }, heldSince: 0, settledAt: 5 }) as Parameters<typeof metrics.ended>[0]
    for (let i = 0; i < 100; i++) {
      metrics.failed(held(`from-outside-${i}`), 'FAILED', 'HANDLER_NOT_FOUND')
    }
    const text = await metrics.registry.metrics()
    expect(text).toContain('jobu_executions_total{status="FAILED",handler="unknown"} 100')
    expect(text).toContain('jobu_failed_attempts_total{handler="unknown",reason="HANDLER_NOT_FOUND"} 100')
    expect(text).not.toContain('from-outside')
  })
})

describe("a worker's /ready", () => {
  test('says each thing it looks at, and which of the handler files it could not load', async () => {
    const folder = bench.handlersFolder({ 'broken.mjs': `throw new Error('cannot be imported')` })
    const { httpPort } = await bench.start({ http_port: 0, handlers_path: [folder] })
    const found = await until('listening', async () => {
      const one = await ready(httpPort)
      return JSON.stringify(one).includes('"notifications":"ok"') && one
    })
    expect(found).toEqual({
      code: 200,
      status: 'degraded',
      checks: {
        database: 'ok',
        migrations: 'ok',
        work: 'ok',
        heartbeat: 'ok',
        notifications: 'ok',
        handler_files: expect.stringMatching(/^not loaded: .*broken\.mjs$/),
      },
    })
  })

  test('while the database is away it says so, and while its migrations are behind', async () => {
    const proxy = await FlakyProxy.open(bench.bench.url)
    const { httpPort } = await bench.start({ http_port: 0 }, { url: proxy.url })
    await bench.db.query(
      `INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('of the future', 4102444800000)`,
    )
    const ahead = await ready(httpPort)
    await bench.db.query(`DELETE FROM drizzle.__drizzle_migrations WHERE hash = 'of the future'`)
    // A newer build is being rolled out: this one goes on.
    expect(ahead).toMatchObject({ code: 200, checks: { migrations: 'ok' } })
    const { rows } = await bench.db.query<{ hash: string; created_at: number }>(
      'DELETE FROM drizzle.__drizzle_migrations WHERE created_at = (SELECT max(created_at) FROM drizzle.__drizzle_migrations) RETURNING hash, created_at',
    )
    const behind = await ready(httpPort)
    await bench.db.query('INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ($1, $2)', [
      rows[0]!.hash,
      rows[0]!.created_at,
    ])
    expect(behind).toMatchObject({
      code: 503,
      status: 'not ready',
      checks: { database: 'ok', migrations: expect.stringContaining('behind this build by 1 migration') },
    })
    proxy.refuse(true)
    expect(await ready(httpPort)).toMatchObject({
      code: 503,
      checks: { database: expect.stringMatching(/ECONNRESET|ECONNREFUSED|Connection terminated/) },
    })
    await bench.clear()
    await proxy.close()
  })
})

describe('a worker that is asked to drain', () => {
  test('claims nothing more, finishes what it holds, and says so', async () => {
    const { id, httpPort } = await bench.start({ http_port: 0 })
    const gate = bench.aGate()
    const [held] = await bench.enqueue({ handlerName: 'gated', params: { gate } })
    await bench.notesOnce(1)
    await drainWorker(bench.db, id)
    await until('draining', async () => (await ready(httpPort)).code === 503)
    expect(await ready(httpPort)).toMatchObject({ checks: { work: 'draining, claims nothing' } })
    const [later] = await bench.enqueue({ handlerName: 'echo' })
    bench.openGate(gate)
    expect(await bench.final(held!)).toMatchObject({ status: 'SUCCESS' })
    const other = await bench.start()
    expect(await bench.final(later!)).toMatchObject({ status: 'SUCCESS', workerId: other.id })
    expect((await scrape(httpPort)).value('jobu_worker_draining')).toBe(1)
  })

  test('sees it at its heartbeat where the notification was not heard, and stays draining', async () => {
    const { id, httpPort } = await bench.start({ http_port: 0, heartbeat_seconds: 0.2, lease_seconds: 1 })
    await bench.db.query(`UPDATE workers SET status = 'DRAINING'`)
    await until('draining', async () => (await ready(httpPort)).code === 503)
    const beats = async () =>
      (
        await bench.db.query<{ status: string; at: Date }>(
          'SELECT status, heartbeat_at AS at FROM workers WHERE id = $1',
          [id],
        )
      ).rows[0]!
    const first = await beats()
    const next = await until('the next beat', async () => {
      const found = await beats()
      return found.at > first.at && found
    })
    expect(next.status).toBe('DRAINING')
  })
})
