import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { CHANNELS, Database, type Query, schema } from '@jobu/db'
import { Bench, secondsAgo, secondsAhead } from '../../../test/support/builders.ts'
import { type Dispatcher, DispatchLoop, startDispatcher } from '../src/index.ts'
import { aConfig, aLogger, YEARLY } from './support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterEach(() => bench.clear())
afterAll(() => bench.close())

const aDueCron = () => bench.aCron({ cronExpression: YEARLY, nextRunAt: secondsAgo(1) })

describe('DispatchLoop.pass', () => {
  const aLoop = (isListening = true) => {
    const { logger, logged } = aLogger()
    const config = aConfig({ batch_size: 10, max_sleep_seconds: 300, poll_interval_seconds: 60 })
    return { loop: new DispatchLoop(bench.db, config, logger, () => isListening), logged }
  }

  test('fires all that is due, however many batches, and promotes what is due', async () => {
    for (let i = 0; i < 25; i++) await aDueCron()
    const deferred = await bench.anExecution({ waitingFor: 'time', runAt: secondsAgo(1) })
    await aLoop().loop.pass()
    expect((await bench.executions()).filter((row) => row.jobId !== null)).toHaveLength(25)
    expect((await bench.execution(deferred)).readyAt).not.toBeNull()
  })

  test('sleeps until the next due time, at most the longest sleep, shorter while it cannot hear', async () => {
    expect(await aLoop().loop.pass()).toBe(300_000)
    expect(await aLoop(false).loop.pass()).toBe(60_000)
    await bench.aCron({ nextRunAt: secondsAhead(250) })
    const sleepMs = await aLoop().loop.pass()
    expect(sleepMs).toBeGreaterThan(70_000)
    expect(sleepMs).toBeLessThanOrEqual(250_000)
  })

  test('does not spin while somebody holds the lock of a due cron', async () => {
    const cron = await aDueCron()
    const editor = await bench.client()
    await editor.query('BEGIN')
    await editor.query('SELECT FROM cron_jobs WHERE id = $1 FOR UPDATE', [cron.id])
    const { loop } = aLoop()
    const sleepMs = await loop.pass()
    expect(sleepMs).toBeGreaterThanOrEqual(50)
    expect(sleepMs).toBeLessThanOrEqual(1_000)
    await editor.query('ROLLBACK')
    await loop.pass()
    expect(await bench.executions()).toHaveLength(1)
  })
})

describe('DispatchLoop', () => {
  test('stop ends a long sleep, and so does a wake', async () => {
    const { logger } = aLogger()
    const loop = new DispatchLoop(bench.db, aConfig(), logger, () => true)
    const hearing = await bench.listen(CHANNELS.work)
    loop.start()
    await aDueCron()
    loop.wake()
    await hearing.until(1)
    await loop.stop()
    await aDueCron()
    loop.wake()
    expect((await bench.executions()).length).toBe(1)
  })

  test('a database that is away does not end it, is reported once, and so is its return', async () => {
    const way = await aWayTo(bench.url)
    const db = new Database({ url: way.url }, { engine: true, maxConnections: 2 })
    const { logger, logged } = aLogger()
    const loop = new DispatchLoop(db, aConfig(), logger, () => true)
    const hearing = await bench.listen(CHANNELS.work)
    await aDueCron()
    loop.start()
    await hearing.until(1)
    await way.close()
    loop.wake()
    await until(() => logged.some((line) => line.startsWith('error')))
    loop.wake()
    await aDueCron()
    await way.open()
    await hearing.until(2)
    await until(() => logged.includes('info database is back'))
    expect(logged.filter((line) => !line.includes('crons dispatched'))).toEqual([
      'error database is away',
      'info database is back',
    ])
    await loop.stop()
    await db.close()
    await way.close()
  })
})

describe('startDispatcher', () => {
  let dispatcher: Dispatcher | undefined
  afterEach(() => dispatcher?.stop())

  test('a cron that SQL inserts fires at once, woken by NOTIFY, also after its connections were cut', async () => {
    const { logger, logged } = aLogger()
    let isAsleep = false
    const query = Database.prototype.query
    const spy = jest.spyOn(Database.prototype, 'query').mockImplementation(async function (
      this: Database,
      ...args: Parameters<Database['query']>
    ) {
      const result = await query.apply(this, args)
      // The last thing a pass does.
      if ((args[0] as Query).name === 'nextWakeUp')
        isAsleep = (result.rows[0] as { delayMs: number }).delayMs > 1_000
      return result
    } as Database['query'])
    // The loop sleeps for as long as it may, so that nothing but a NOTIFY wakes it.
    await bench.aCron()
    dispatcher = await startDispatcher(aConfig(), { url: bench.url }, logger)
    const hearing = await bench.listen(CHANNELS.work)
    const insert = (name: string) =>
      bench.db.query(
        `INSERT INTO cron_jobs (name, cron_expression, timezone, handler_name, next_run_at) VALUES ($1, $2, 'UTC', 'echo', now())`,
        [name, YEARLY],
      )
    // The start and the first connection make it look by themselves; whatever comes after them it must hear of.
    for (const count of [1, 2, 3, 4]) {
      await until(() => isAsleep)
      isAsleep = false
      await insert(`before ${count}`)
      await hearing.until(count)
    }
    await until(() => isAsleep)
    const { rowCount } = await bench.db.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
       WHERE application_name LIKE 'dispatcher-%' AND datname = current_database()`,
    )
    expect(rowCount).toBeGreaterThanOrEqual(2)
    await insert('after')
    await hearing.until(5)
    expect(await bench.executions()).toHaveLength(5)
    expect(logged).toContain('warn notifications lost, polling')
    spy.mockRestore()
    const id = dispatcher.id
    await dispatcher.stop()
    dispatcher = undefined
    expect(await bench.db.db.select().from(schema.dispatchers)).toMatchObject([{ id, status: 'STOPPED' }])
  })

  test('refuses a database that is behind, and leaves no connection open', async () => {
    const name = `${new URL(bench.url).pathname.slice(1)}_behind`
    const admin = await bench.client()
    await admin.query(`CREATE DATABASE ${name} TEMPLATE template0`)
    const url = new URL(bench.url)
    url.pathname = `/${name}`
    const failed = startDispatcher(aConfig(), { url: url.href }, aLogger().logger)
    await expect(failed).rejects.toMatchObject({ code: 'MIGRATIONS_BEHIND' })
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
  })
})

/** Waits, turn by turn of the event loop, for something another part of the process does. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve))
}

/** A way to the server that can be cut: while it is closed, connections are refused. */
async function aWayTo(target: string) {
  const url = new URL(target)
  const { hostname: host, port } = url
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(port), host)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
      from.pipe(to)
    }
  })
  const open = async (at: number) => {
    server.listen(at, '127.0.0.1')
    await once(server, 'listening')
  }
  await open(0)
  const own = (server.address() as AddressInfo).port
  url.host = `127.0.0.1:${own}`
  return {
    url: url.href,
    open: () => open(own),
    async close() {
      for (const socket of sockets) socket.destroy()
      sockets.clear()
      server.close()
      await once(server, 'close')
    },
  }
}
