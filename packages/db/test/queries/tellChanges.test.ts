import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench, type Hearing, secondsAgo, secondsAhead } from '../../../../test/support/builders.ts'
import {
  cancelExecutions,
  deleteExecutions,
  type ExecutionChange,
  failOrphanedHandlers,
  insertExecutions,
  promoteDueExecutions,
  registerWorker,
  releaseOverlapWaiters,
  releaseUnheld,
  replaceExecutions,
  retryExecutions,
  tellChanges,
  tellExecutions,
  tellMark,
} from '../../src/index.ts'

let bench: Bench
let hearing: Hearing
beforeAll(async () => {
  bench = await Bench.open()
})
afterEach(() => bench.clear())
afterAll(() => bench.close())

const listen = async () => {
  hearing = await bench.listen('jobu_events')
}
/** The messages told so far, which a message of its own has overtaken. */
async function told() {
  await bench.db.query(`SELECT pg_notify('jobu_events', '"end"')`)
  for (let count = 1; !hearing.heard.includes('jobu_events "end"'); count++) await hearing.until(count)
  const texts = hearing.heard.filter((text) => text !== 'jobu_events "end"')
  return texts.map((text) => JSON.parse(text.slice('jobu_events '.length)))
}
const changesOf = async () =>
  (await told()).flatMap(({ event, changes }) => changes.map((one: object) => ({ event, ...one })))

const aChange = (change: Partial<ExecutionChange> = {}): ExecutionChange => ({
  id: 1,
  status: 'SUCCESS',
  job_id: null,
  handler_name: 'echo',
  queue: 'default',
  attempt: 1,
  ...change,
})

describe('tellChanges', () => {
  test('splits what does not fit into one message, in order, without losing any', async () => {
    await listen()
    const executions = Array.from({ length: 500 }, (_, id) =>
      aChange({ id, handler_name: '\u{1f600}'.repeat(20), current_step: '"\u0001'.repeat(20) }),
    )
    await tellChanges(bench.db, { executions, more: { FAILED: 3 }, logs: [] })
    const messages = await told()
    expect(messages.flatMap(({ changes }) => changes)).toEqual(executions)
    expect(messages.map(({ more }) => more)).toEqual([
      ...messages.slice(1).map(() => undefined),
      { FAILED: 3 },
    ])
    expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length)
    for (const text of hearing.heard) expect(Buffer.byteLength(text)).toBeLessThan(8_000)
  })

  test('the largest change there can be fits', async () => {
    await listen()
    const change = aChange({
      handler_name: '\u0001'.repeat(255),
      queue: '\u0001'.repeat(100),
      current_step: '\u0001'.repeat(500),
    })
    await tellChanges(bench.db, { executions: [change, change], more: null, logs: [] })
    expect(await changesOf()).toHaveLength(2)
  })

  test('sends nothing where there is nothing, and counts alone where there are only counts', async () => {
    await listen()
    await tellChanges(bench.db, { executions: [], more: null, logs: [] })
    await tellChanges(bench.db, { executions: [], more: { SUCCESS: 2 }, logs: [] })
    expect(await told()).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{16}$/),
        at: expect.any(String),
        event: 'execution',
        changes: [],
        more: { SUCCESS: 2 },
      },
    ])
  })

  test('does not wait for the disk, and leaves the setting as it was', async () => {
    await tellChanges(bench.db, { executions: [aChange()], more: null, logs: [] })
    const { rows } = await bench.db.query('SHOW synchronous_commit')
    expect(rows).toEqual([{ synchronous_commit: 'on' }])
  })
})

test('tellMark sends a message of no change', async () => {
  await listen()
  await tellMark(bench.db)
  expect(await told()).toMatchObject([{ event: 'mark', changes: [{}] }])
})

test('tellExecutions tells rows as the transaction leaves them, once it commits', async () => {
  const row = await bench.anExecution({ status: 'RUNNING', queue: 'q' })
  await listen()
  await bench.db.transactional({ label: 'test' }, async (tx) => {
    await tx.query(
      `UPDATE job_executions SET status = 'FAILED', finished_at = now(), lease_expires_at = NULL`,
    )
    await tellExecutions(tx, [row])
  })
  await expect(
    bench.db.transactional({ label: 'test' }, async (tx) => {
      await tellExecutions(tx, [row])
      throw new Error('rolled back')
    }),
  ).rejects.toThrow('rolled back')
  expect(await changesOf()).toEqual([
    { event: 'execution', ...aChange({ id: row.id, status: 'FAILED', queue: 'q' }) },
  ])
})

describe('each statement that notifies tells what it changed', () => {
  const statuses = async () =>
    (await changesOf()).map(({ id, status, is_deleted }) => [id, status, ...(is_deleted ? ['deleted'] : [])])

  test('insertExecutions, of ten thousand two hundred by name', async () => {
    await listen()
    await insertExecutions(
      bench.db,
      Array.from({ length: 10_000 }, () => ({ handlerName: 'echo', paramSource: 'api' as const })),
    )
    const messages = await told()
    expect(messages.flatMap(({ changes }) => changes)).toHaveLength(200)
    expect(messages.at(-1).more).toEqual({ PENDING: 9_800 })
    expect(messages.length).toBeLessThan(5)
  })

  test('cancel, retry, delete', async () => {
    const pending = await bench.anExecution()
    const running = await bench.anExecution({ status: 'RUNNING' })
    await listen()
    await cancelExecutions(bench.db, [pending, running], 'test')
    await retryExecutions(bench.db, [pending])
    await deleteExecutions(bench.db, [pending, running])
    expect(await statuses()).toEqual([
      [pending.id, 'CANCELLED'],
      [running.id, 'RUNNING'],
      [pending.id, 'PENDING'],
      [pending.id, 'PENDING', 'deleted'],
    ])
  })

  test('promote, release of waiters, release of what is not held', async () => {
    const deferred = await bench.anExecution({ waitingFor: 'time', runAt: secondsAgo(1) })
    await bench.anExecution({ waitingFor: 'time', runAt: secondsAhead(60) })
    const cron = await bench.aCron()
    const waiter = await bench.anExecution({ jobId: cron.id, waitingFor: 'overlap' })
    const lost = await bench.anExecution({ status: 'RUNNING', workerId: 'w', scheduledTime: secondsAgo(9) })
    await listen()
    await promoteDueExecutions(bench.db, 10)
    await releaseOverlapWaiters(bench.db, null)
    await releaseUnheld(bench.db, 'w', [])
    expect(await statuses()).toEqual([deferred, waiter, lost].map(({ id }) => [id, 'PENDING']))
  })

  test('replace, and what no worker has a handler for', async () => {
    const cron = await bench.aCron()
    const replaced = await bench.anExecution({ jobId: cron.id })
    const orphan = await bench.anExecution({ handlerName: 'unknown', readyAt: secondsAgo(100) })
    const worker = {
      id: 'w',
      hostname: 'h',
      pid: 1,
      version: '1',
      queues: [],
      handlers: ['echo'],
      poolSize: 1,
    }
    await registerWorker(bench.db, worker)
    await bench.db.query(`UPDATE workers SET started_at = now() - interval '1 hour'`)
    await listen()
    await replaceExecutions(bench.db, [{ jobId: cron.id, slot: new Date() }])
    await failOrphanedHandlers(bench.db, 60)
    expect(await statuses()).toEqual([
      [replaced.id, 'CANCELLED'],
      [orphan.id, 'FAILED'],
    ])
  })
})

describe('triggers tell of', () => {
  const actions = async () => (await changesOf()).map(({ event, id, action }) => [event, id, action])

  test('every change to a cron, by what it was', async () => {
    await listen()
    const cron = await bench.aCron({ nextRunAt: secondsAgo(1) })
    const set = (change: string) => bench.db.query(`UPDATE cron_jobs SET ${change} WHERE id = $1`, [cron.id])
    await set(`next_run_at = now() + interval '1 hour'`)
    await set(`owner = 'x'`)
    await set(`is_enabled = false, disabled_reason = repeat('x', 20000)`)
    await set('is_enabled = true, next_run_at = now()')
    await set('next_run_at = NULL, completed_at = now()')
    await set('is_enabled = false, deleted_at = now()')
    await set(`owner = 'of a deleted one'`)
    await bench.db.query('DELETE FROM cron_jobs')
    const what = ['created', 'fired', 'updated', 'disabled', 'enabled', 'completed', 'deleted']
    expect(await actions()).toEqual(what.map((action) => ['cron', cron.id, action]))
  })

  test('a thousand crons in one statement: a hundred by name, the others by number', async () => {
    await bench.db.query(`INSERT INTO cron_jobs (name, cron_expression, timezone, handler_name)
      SELECT 'c' || n, '* * * * *', 'UTC', 'echo' FROM generate_series(1, 1000) AS n`)
    await listen()
    await bench.db.query(`UPDATE cron_jobs SET owner = 'all'`)
    const messages = await told()
    expect(messages.flatMap(({ changes }) => changes)).toHaveLength(100)
    expect(messages.at(-1).more).toEqual({ changed: 900 })
  })

  test('what a session with another search_path does', async () => {
    const cron = await bench.aCron()
    const client = await bench.client()
    await listen()
    await client.query(`SET search_path = ''`)
    await client.query(`UPDATE public.cron_jobs SET owner = 'x'`)
    await client.query(`UPDATE public.scheduler_state SET changed_by = 'x'`)
    await client.query(
      `INSERT INTO public.dispatchers (id, hostname, pid, version) VALUES ('d', 'h', 1, '1')`,
    )
    expect((await changesOf()).map(({ event, id }) => [event, id])).toEqual([
      ['cron', cron.id],
      ['scheduler', undefined],
      ['dispatcher', 'd'],
    ])
  })

  test('a deleted cron that SQL removes for good nothing more; a cron that SQL removes, its end', async () => {
    const [gone, other] = [
      await bench.aCron({ isEnabled: false, deletedAt: new Date() }),
      await bench.aCron(),
    ]
    await listen()
    await bench.db.query('DELETE FROM cron_jobs')
    expect(await actions()).toEqual([['cron', other.id, 'deleted']])
    expect(gone.id).not.toBe(other.id)
  })
})
