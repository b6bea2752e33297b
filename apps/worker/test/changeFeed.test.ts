import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { ClaimedExecution, Database, ExecutionStatus } from '@jobu/db'
import { createLogger } from '@jobu/runtime'
import { until } from '../../../test/support/until.ts'
import { ChangeFeed } from '../src/changeFeed.ts'
import { aClaim } from './support/aClaim.ts'
import { WorkerBench } from './support/WorkerBench.ts'

let bench: WorkerBench
beforeAll(async () => {
  bench = await WorkerBench.open()
})
afterAll(() => bench.close())
afterEach(() => bench.clear())

interface Told {
  event: string
  id: number
  status: ExecutionStatus
  [field: string]: unknown
}

/** Everything told from now on, one entry a change. */
async function listen() {
  const { heard } = await bench.bench.listen('jobu_events')
  const messages = () => heard.map((text) => JSON.parse(text.slice(text.indexOf(' '))))
  const changes = (): Told[] =>
    messages().flatMap(({ event, changes }) => changes.map((change: object) => ({ event, ...change })))
  return {
    heard,
    messages,
    changes,
    /** What was told of an execution, once `last` of it was. */
    of: (id: number, last: (change: Told) => boolean) =>
      until(`told of ${id}`, () => {
        const own = changes().filter((change) => change.id === id && change.event !== 'worker')
        return own.some(last) && own
      }),
  }
}

const isFinal = ({ event, status }: Told) => event === 'execution' && !['PENDING', 'RUNNING'].includes(status)

describe('a worker tells', () => {
  test('that an execution runs, how far it is, that it logged, and how it ended', async () => {
    const told = await listen()
    const gate = bench.aGate()
    const folder = bench.handlersFolder({
      'telling.mjs': `import { existsSync } from 'node:fs'
        export const telling = { name: 'telling', async run({ gate }, ctx) {
          ctx.logger.info('one'); ctx.logger.info('two'); ctx.progress(30, 'half')
          while (!existsSync(gate)) await new Promise((done) => setTimeout(done, 5))
        } }`,
    })
    await bench.start({ handlers_path: [folder] })
    const [id] = await bench.enqueue({ handlerName: 'telling', params: { gate }, queue: 'q' })
    await told.of(id!, (change) => change.progress_percentage === 30)
    await told.of(id!, ({ event }) => event === 'log')
    bench.openGate(gate)
    const all = await told.of(id!, isFinal)
    const about = { id, job_id: null, handler_name: 'telling' }
    const execution = { event: 'execution', ...about, queue: 'q' }
    expect(all.filter(({ event }) => event === 'execution')).toEqual([
      { ...execution, status: 'PENDING', attempt: 0 },
      { ...execution, status: 'RUNNING', attempt: 1 },
      { ...execution, status: 'RUNNING', attempt: 1, progress_percentage: 30, current_step: 'half' },
      { ...execution, status: 'SUCCESS', attempt: 1 },
    ])
    expect(all.filter(({ event }) => event === 'log')).toEqual([
      { event: 'log', ...about, attempt: 1, line: 2 },
    ])
  })

  test('a retry as PENDING and the last failure as FAILED', async () => {
    const told = await listen()
    const folder = bench.handlersFolder({
      'bad.mjs': `export const bad = { name: 'bad', async run() { throw new Error('no') } }`,
    })
    await bench.start({ handlers_path: [folder] })
    const [id] = await bench.enqueue({ handlerName: 'bad', maxRetry: 1, retryDelaySeconds: 3_600 })
    const isRetry = ({ status, attempt }: Told) => status === 'PENDING' && attempt === 1
    await told.of(id!, isRetry)
    await bench.db.query(`UPDATE job_executions SET ready_at = now(), waiting_for = NULL WHERE id = $1`, [id])
    await bench.db.query(`NOTIFY jobu_work, 'default'`)
    expect((await told.of(id!, isFinal)).at(-1)).toMatchObject({ status: 'FAILED', attempt: 2 })
  })

  test('a SUCCESS that the handler committed itself after the lines it logged before', async () => {
    const told = await listen()
    const folder = bench.handlersFolder({
      'own.mjs': `export const own = { name: 'own', async run(_, ctx) {
        ctx.logger.info('one'); return ctx.transaction(async () => { ctx.logger.info('two'); return 1 }) } }`,
    })
    await bench.start({ handlers_path: [folder] })
    const [id] = await bench.enqueue({ handlerName: 'own' })
    await told.of(id!, isFinal)
    expect(await bench.logs(id!)).toHaveLength(2)
  })

  test('two thousand executions in a few messages, each under 8000 bytes: some by name, the others by number', async () => {
    const told = await listen()
    await bench.enqueue(...Array.from({ length: 2_000 }, () => ({})))
    const { length } = told.messages()
    const startedAt = performance.now()
    await bench.start({ pool_size: 500, claim_batch_size: 200 })
    await bench.untilAll('SUCCESS', 2_000)
    const count = (status: string) =>
      told
        .messages()
        .filter(({ event }) => event === 'execution')
        .reduce((sum, { changes, more }) => {
          const named = changes.filter((change: Told) => change.status === status).length
          return sum + named + (more?.[status] ?? 0)
        }, 0)
    await until('every SUCCESS', () => count('SUCCESS') === 2_000)
    for (const text of told.heard) expect(Buffer.byteLength(text)).toBeLessThan(8_000)
    // At most four for a window of two hundred, however many windows a machine needs; one for each change were 4,000.
    const windows = Math.ceil((performance.now() - startedAt) / 100)
    expect(told.messages().length - length).toBeLessThan(Math.min(4 * windows, 3_000))
  })

  test('nothing while nothing happens', async () => {
    const told = await listen()
    await bench.start()
    await bench.run({})
    await until('the end', () => told.changes().some(isFinal))
    const { length } = told.heard
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(told.heard).toHaveLength(length)
  })

  test('what cannot be told hinders no execution', async () => {
    await bench.start()
    await bench.db.query('ALTER FUNCTION jobu_tell RENAME TO jobu_tell_away')
    try {
      await bench.db.query(`INSERT INTO job_executions (scheduled_time, run_at, ready_at, param_source, handler_name)
        SELECT now(), now(), now(), 'api', 'echo' FROM generate_series(1, 10)`)
      await bench.db.query(`NOTIFY jobu_work, 'default'`)
      await bench.untilAll('SUCCESS', 10)
      await until('a warning', () => bench.logged.some(({ message }) => message === 'changes not told'))
    } finally {
      await bench.db.query('ALTER FUNCTION jobu_tell_away RENAME TO jobu_tell')
    }
  })
})

describe('ChangeFeed', () => {
  const claims = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ ...aClaim(), id: n + 1 }) as ClaimedExecution)

  /** A feed whose statements the test answers. */
  function aFeed() {
    const sent: Array<{ executions: Told[]; more: Record<string, number> | null; logs: Told[] }> = []
    let answer = () => {}
    const db = {
      query: ({ values }: { values: Array<string | null> }) => {
        const [executions, more, logs] = values.map((value) => value && JSON.parse(value))
        sent.push({ executions, more, logs })
        return new Promise<void>((resolve) => {
          answer = resolve
        })
      },
    }
    const feed = new ChangeFeed(
      db as unknown as Database,
      createLogger('worker', { JOBU_LOG_LEVEL: 'silent' }),
    )
    return { feed, sent, answer: () => answer() }
  }

  test('of an execution claimed and settled in one window tells the end only', async () => {
    const { feed, sent, answer } = aFeed()
    const [claim] = claims(1)
    feed.changed(claim!, 'RUNNING')
    feed.changed(claim!, 'SUCCESS')
    const flushed = feed.flush()
    await until('sent', () => sent.length === 1)
    answer()
    await flushed
    expect(sent[0]!.executions.map(({ status }) => status)).toEqual(['SUCCESS'])
    expect(sent[0]!.more).toBeNull()
    await feed.flush()
    expect(sent).toHaveLength(1)
  })

  test('beyond two hundred counts, and what it has named it keeps up to date', async () => {
    const { feed, sent, answer } = aFeed()
    const all = claims(300)
    for (const claim of all) feed.changed(claim, 'RUNNING')
    for (const claim of all) feed.changed(claim, 'SUCCESS')
    for (const claim of all) feed.progressed(claim, 1, null)
    for (const claim of all) feed.logged(claim, 1)
    const flushed = feed.flush()
    await until('sent', () => sent.length === 1)
    answer()
    await flushed
    expect(sent[0]!.executions).toHaveLength(200)
    expect(new Set(sent[0]!.executions.map(({ status }) => status))).toEqual(new Set(['SUCCESS']))
    expect(sent[0]!.more).toEqual({ RUNNING: 100, SUCCESS: 100 })
    expect(sent[0]!.logs).toHaveLength(200)
  })

  test('while a statement is under way everything else gathers in the next one', async () => {
    const { feed, sent, answer } = aFeed()
    const [first, ...others] = claims(5)
    feed.changed(first!, 'RUNNING')
    const flushed = feed.flush()
    await until('sent', () => sent.length === 1)
    for (const claim of others) feed.changed(claim, 'RUNNING')
    const again = feed.flush()
    expect(sent).toHaveLength(1)
    answer()
    await flushed
    await until('sent again', () => sent.length === 2)
    answer()
    await again
    expect(sent[1]!.executions).toHaveLength(4)
  })
})
