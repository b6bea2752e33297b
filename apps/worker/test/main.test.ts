import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { workerSchema } from '@jobu/worker'
import { until } from '../../../test/support/until.ts'
import { HANDLERS, WorkerBench } from './support/WorkerBench.ts'

let bench: WorkerBench
beforeAll(async () => {
  bench = await WorkerBench.open()
})
afterAll(() => bench.close())
afterEach(() => bench.clear())

/** What a worker that cannot start says; it must exit with 1 and say it in one line. */
async function refusal(env: Record<string, string>): Promise<string> {
  const worker = bench.spawn(env)
  expect(await worker.exited).toEqual({ code: 1, signal: null })
  const lines = worker.output().trim().split('\n')
  expect(lines).toHaveLength(1)
  return lines[0]!
}

describe('a worker refuses to start, with a clear line,', () => {
  test('when three heartbeats do not fit into a lease', async () => {
    expect(await refusal({ JOBU_WORKER_LEASE_SECONDS: '10', JOBU_WORKER_HEARTBEAT_SECONDS: '4' })).toMatch(
      /^worker cannot start: .*heartbeat_seconds: three heartbeats must fit into one lease/,
    )
    expect(workerSchema.safeParse({ lease_seconds: 10, heartbeat_seconds: 4 }).success).toBe(false)
    expect(workerSchema.safeParse({ lease_seconds: 12, heartbeat_seconds: 4 }).success).toBe(true)
  })

  test('when its database is not configured', async () => {
    expect(await refusal({ JOBU_WORKER_DATABASE: 'elsewhere' })).toBe(
      'worker cannot start: Database "elsewhere" is not configured; config/database.yaml has: default',
    )
  })

  test('when one of the databases for handlers is not configured', async () => {
    expect(await refusal({ JOBU_WORKER_DATABASES: 'default,business' })).toBe(
      'worker cannot start: Database "business" is not configured; config/database.yaml has: default',
    )
  })

  test('when the handlers folder is missing', async () => {
    expect(await refusal({ JOBU_WORKER_HANDLERS_PATH: '/nowhere/handlers' })).toBe(
      'worker cannot start: handlers folder /nowhere/handlers does not exist',
    )
  })

  test('when nothing listens at the database', async () => {
    expect(await refusal({ DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' })).toBe(
      'worker cannot start: nothing listens on 127.0.0.1:1; is the database running there?',
    )
  })

  test('when a key is unknown', async () => {
    expect(await refusal({ JOBU_WORKER_POOLSIZE: '3' })).toMatch(
      /^worker cannot start: .*JOBU_WORKER_POOLSIZE/,
    )
  })

  test('when its port is in use, before it has claimed anything', async () => {
    const server = createServer().listen(0, '0.0.0.0')
    await once(server, 'listening')
    const [id] = await bench.enqueue({ handlerName: 'noting' })
    try {
      const { port } = server.address() as AddressInfo
      expect(await refusal({ JOBU_WORKER_HTTP_PORT: String(port) })).toContain(`127.0.0.1:${port} is in use`)
    } finally {
      server.close()
    }
    expect(await bench.execution(id!)).toMatchObject({ status: 'PENDING', attempt: 0 })
    expect((await bench.db.query('SELECT FROM workers')).rows).toEqual([])
  })
})

describe('a worker', () => {
  test('says which handler file throws on import, and serves the others', async () => {
    const folder = bench.handlersFolder({
      'broken.mjs': `throw new Error('cannot be imported')`,
      'good.mjs': `export const good = { name: 'good', run: () => 'served' }`,
    })
    await bench.start({ handlers_path: [folder] })
    expect(bench.logged).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'handler file not loaded',
        file: expect.stringContaining('broken.mjs'),
        error: 'cannot be imported',
      }),
    )
    expect((await bench.run({ handlerName: 'good' })).result).toBe('served')
  })

  test('registers itself and publishes its handlers with their schemas', async () => {
    const worker = await bench.start({ queues: ['a', 'b'], pool_size: 7 })
    const { rows } = await bench.db.query('SELECT * FROM workers')
    expect(rows).toMatchObject([
      {
        id: worker.id,
        status: 'ACTIVE',
        queues: ['a', 'b'],
        pool_size: 7,
        pid: process.pid,
        stopped_at: null,
      },
    ])
    expect(rows[0]!.handlers).toEqual(expect.arrayContaining(['echo', 'http', 'sql', 'noting']))
    expect(rows[0]!.handlers).not.toContain('shell')
    const published = await bench.db.query(
      `SELECT params_schema, isolation, source FROM handlers WHERE name = $1`,
      ['spinning-process'],
    )
    expect(published.rows).toMatchObject([
      { isolation: 'process', source: expect.stringContaining(HANDLERS) },
    ])
  })

  test('answers /health, /ready and /metrics on its port', async () => {
    const { httpPort } = await bench.start({ http_port: 0 })
    // A check that a machine lets wait for seconds has failed, and is made anew.
    const ask = (path: string) =>
      until(`a good ${path}`, async () => {
        const answer = await fetch(`http://127.0.0.1:${httpPort}${path}`)
        return answer.ok && answer.json()
      })
    expect(await ask('/health')).toMatchObject({
      status: 'healthy',
      database: 'connected',
      service: 'worker',
    })
    expect(await ask('/ready')).toMatchObject({ status: 'ready' })
  })

  test('that serves the shell runs a command', async () => {
    await bench.start({ shell: { enabled: true } })
    const row = await bench.run({ handlerName: 'shell', params: { command: 'echo out; echo err >&2' } })
    expect(row).toMatchObject({ status: 'SUCCESS', result: { exit_code: 0, stdout_tail: 'out\n' } })
  })
})

describe('an error that a handler leaves uncaught', () => {
  const STRAY = `
    import { createConnection } from 'node:net'
    const forever = (ctx) => new Promise((done) => setTimeout(() => done('went on'), 300))
    export const rejecting = { name: 'rejecting', run(_, ctx) { Promise.reject(new Error('nobody awaits me')); return forever() } }
    export const late = { name: 'late', run(_, ctx) { (async () => { await new Promise((done) => setTimeout(done, 50)); throw new Error('later') })(); return forever() } }
    export const timer = { name: 'timer', run(_, ctx) { setTimeout(() => { throw new Error('in a timer') }, 20); return forever() } }
    export const socket = { name: 'socket', run(_, ctx) { createConnection(1, '127.0.0.1'); return forever() } }
    export const odd = { name: 'odd', run(_, ctx) { Promise.reject(undefined); return forever() } }
    export const after = { name: 'after', run(_, ctx) { setTimeout(() => { throw new Error('after the end') }, 200); return 'done' } }`

  test('is told in its log and in that of the worker, and costs no execution anything', async () => {
    const gate = bench.aGate()
    const worker = bench.spawn({
      JOBU_WORKER_HANDLERS_PATH: [HANDLERS, bench.handlersFolder({ 'stray.mjs': STRAY })].join(','),
    })
    const [other] = await bench.enqueue({ handlerName: 'gated', params: { gate } })
    await bench.notesOnce(1)
    const told: Record<string, string> = {
      rejecting: 'nobody awaits me',
      late: 'later',
      timer: 'in a timer',
      socket: 'connect ECONNREFUSED 127.0.0.1:1',
      odd: 'thrown: undefined',
      after: 'after the end',
    }
    const ids = await bench.enqueue(...Object.keys(told).map((handlerName) => ({ handlerName })))
    for (const [index, [name, message]] of Object.entries(told).entries()) {
      const row = await bench.final(ids[index]!)
      expect(row).toMatchObject({
        status: 'SUCCESS',
        attempt: 1,
        result: name === 'after' ? 'done' : 'went on',
      })
      const [line] = await until(`the line of ${name}`, async () => {
        const logs = await bench.logs(row.id)
        return logs.length > 0 && logs
      })
      expect(line).toMatchObject({ level: 'error', message: `not caught by the handler: ${message}` })
    }
    expect(worker.output().match(/handler left an error uncaught/g)).toHaveLength(6)
    bench.openGate(gate)
    expect(await bench.final(other!)).toMatchObject({ status: 'SUCCESS', attempt: 1 })
    expect(worker.child.exitCode).toBe(null)
    worker.child.kill('SIGTERM')
    expect(await worker.exited).toEqual({ code: 0, signal: null })
  })
})
