import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Execution } from '../../../test/support/builders.ts'
import { WorkerBench } from './support/WorkerBench.ts'

const ISOLATIONS = ['none', 'process', 'thread']

/** Handlers whose outcome is the point, each in every isolation: `<name>-<isolation>`. */
const SOURCE = `
import { z } from 'zod'
const outcomes = {
  fine: () => ({ text: 'fine', list: [1, null] }),
  nothing: () => undefined,
  falsy: () => 0,
  bigint: () => ({ deep: [{ big: 10n }] }),
  cycle: () => { const ring = {}; ring.self = ring; return ring },
  huge: () => 'x'.repeat(50 * 1024 * 1024),
  nul: () => ({ text: 'a\\0b' }),
  func: () => () => 1,
  error: () => { throw new Error('boom') },
  caused: () => { throw new Error('outer', { cause: new TypeError('middle', { cause: new Error('innermost') }) }) },
  circular: () => { const error = new Error('round'); error.cause = error; throw error },
  string: () => { throw 'only text' },
  undef: () => { throw undefined },
  nullproto: () => { throw Object.create(null) },
  frozen: () => { throw Object.freeze(new Error('frozen')) },
  getter: () => { const error = new Error('x'); Object.defineProperty(error, 'message', { get() { throw new Error('no') } }); throw error },
  stackless: () => { throw Object.assign(new Error('odd'), { stack: { not: 'text' }, name: 7n }) },
  nulerror: () => { throw new Error('a\\0b') },
  rejected: () => Promise.reject(new Error('later')),
  thenable: () => ({ then: (resolve) => resolve('then') }),
}
const handlers = {}
for (const isolation of ['none', 'process', 'thread']) {
  for (const [name, run] of Object.entries(outcomes)) handlers[name + isolation] = { name: name + '-' + isolation, isolation, run }
  handlers['strict' + isolation] = {
    name: 'strict-' + isolation, isolation, params: z.object({ count: z.int() }), run: ({ count }) => count + 1,
  }
}
module.exports = handlers
`

let bench: WorkerBench
beforeAll(async () => {
  bench = await WorkerBench.open()
})
afterAll(() => bench.close())

const start = () =>
  bench.start({ pool_size: 4, handlers_path: [bench.handlersFolder({ 'outcomes.cjs': SOURCE })] })

const RESULTS: Array<[string, string, unknown]> = [
  ['a result is stored', 'fine', { text: 'fine', list: [1, null] }],
  ['undefined is stored as null', 'nothing', null],
  ['a falsy result is stored as it is', 'falsy', 0],
  ['a thenable is awaited', 'thenable', 'then'],
]
const UNFIT_RESULTS = [
  ['a BigInt', 'bigint', 'result.deep[0].big is a BigInt'],
  ['a cycle', 'cycle', 'result.self refers back to result, a cycle'],
  ['50 MB', 'huge', '1048576 are allowed'],
  ['NUL', 'nul', 'NUL character'],
  ['a function', 'func', 'a function without a JSON form'],
] as const
const THROWN = [
  ['an error', 'error', 'boom'],
  ['an error with causes', 'caused', 'outer: middle: innermost'],
  ['an error that causes itself', 'circular', 'round'],
  ['a string', 'string', 'thrown: only text'],
  ['undefined', 'undef', 'thrown: undefined'],
  ['an object without a prototype', 'nullproto', 'thrown: [Object: null prototype] {}'],
  ['a frozen error', 'frozen', 'frozen'],
  ['an error that cannot be read', 'getter', 'thrown: something that cannot be read'],
  ['an error whose stack and name are no text', 'stackless', 'odd'],
  ['an error with NUL', 'nulerror', 'a\\0b'],
  ['a rejection', 'rejected', 'later'],
] as const

describe.each(ISOLATIONS)('an outcome, isolation %s', (isolation) => {
  let workerId: string
  const rows = new Map<string, Execution>()
  beforeAll(async () => {
    workerId = (await start()).id
    const names = [...RESULTS, ...UNFIT_RESULTS, ...THROWN].map(([, name]) => name)
    const jobs: Array<[string, Record<string, unknown>]> = [
      ...names.map((name): [string, Record<string, unknown>] => [name, {}]),
      ['strict', { count: 'many' }],
      ['strict', { count: 1, more: 2 }],
    ]
    const ids = await bench.enqueue(
      ...jobs.map(([name, params]) => ({
        handlerName: `${name}-${isolation}`,
        params,
        // Only what cannot end otherwise must not be tried again.
        maxRetry: THROWN.some(([, thrown]) => thrown === name) ? 0 : 3,
        retryDelaySeconds: 0,
      })),
    )
    for (const [index, id] of ids.entries()) {
      const [name, params] = jobs[index]!
      rows.set(name + (params.more ?? ''), await bench.final(id))
    }
  }, 300_000)
  afterAll(() => bench.clear())

  test.each(RESULTS)('%s', (_, name, result) => {
    expect(rows.get(name)).toMatchObject({
      status: 'SUCCESS',
      result,
      errorMessage: null,
      reason: null,
      attempt: 1,
      leaseExpiresAt: null,
      workerId,
    })
  })

  test.each(UNFIT_RESULTS)('a result with %s is FAILED and says why, without a retry', (_, name, message) => {
    const row = rows.get(name)!
    expect(row).toMatchObject({ status: 'FAILED', reason: 'RESULT_INVALID', result: null, attempt: 1 })
    expect(row.errorMessage).toContain(message)
  })

  test.each(THROWN)('%s thrown is FAILED with its message', async (_, name, message) => {
    const row = rows.get(name)!
    expect(row).toMatchObject({ status: 'FAILED', reason: 'HANDLER_ERROR', errorMessage: message })
    expect(await bench.attempts(row.id)).toMatchObject([
      { attempt: 1, outcome: 'FAILED', reason: 'HANDLER_ERROR', error_message: message, worker_id: workerId },
    ])
  })

  test('params that do not fit the schema are FAILED and name the field, without a retry', () => {
    const row = rows.get('strict')!
    expect(row).toMatchObject({ status: 'FAILED', reason: 'PARAMS_INVALID', attempt: 1 })
    expect(row.errorMessage).toContain('count')
  })

  test('params that fit reach the handler parsed', () => {
    expect(rows.get('strict2')).toMatchObject({ status: 'SUCCESS', result: 2 })
  })
})

describe('a failed attempt', () => {
  afterEach(() => bench.clear())

  test('is tried again after its backoff until max_retry is used up; every attempt is kept', async () => {
    const worker = await start()
    const [id] = await bench.enqueue({
      handlerName: 'caused-none',
      maxRetry: 2,
      retryDelaySeconds: 30,
      retryBackoff: 'fixed',
    })
    for (const attempt of [1, 2]) {
      const waiting = await bench.executionOnce(
        id!,
        (row) => row.status === 'PENDING' && row.attempt === attempt,
      )
      expect(waiting).toMatchObject({ waitingFor: 'time', retryCount: attempt, workerId: null })
      const failedAt = (await bench.attempts(id!)).at(-1)!.finished_at as Date
      const pauseMs = waiting.runAt.getTime() - failedAt.getTime()
      expect(pauseMs).toBeGreaterThan(25_000)
      expect(pauseMs).toBeLessThanOrEqual(30_000)
      // Its time comes: what promoteDueExecutions does.
      await bench.db.query(`UPDATE job_executions SET ready_at = now(), waiting_for = NULL WHERE id = $1`, [
        id,
      ])
      await bench.db.query(`SELECT pg_notify('jobu_work', 'default')`)
    }
    const row = await bench.final(id!)
    expect(row).toMatchObject({ status: 'FAILED', attempt: 3, retryCount: 2, workerId: worker.id })
    const attempts = await bench.attempts(id!)
    expect(attempts).toHaveLength(3)
    for (const [index, attempt] of attempts.entries()) {
      expect(attempt).toMatchObject({
        attempt: index + 1,
        outcome: 'FAILED',
        error_message: 'outer: middle: innermost',
        worker_id: worker.id,
      })
      expect(attempt.error_stack).toContain('outcomes.cjs')
      expect(attempt.started_at).toBeInstanceOf(Date)
    }
  })

  test('without a delay is tried again at once, and its last result counts', async () => {
    const folder = bench.handlersFolder({
      'third.mjs': `export const third = { name: 'third', run(_, ctx) {
        if (ctx.attempt < 3) throw new Error('attempt ' + ctx.attempt)
        return { attempt: ctx.attempt, retryCount: ctx.execution.retryCount }
      } }`,
    })
    await bench.start({ handlers_path: [folder] })
    const row = await bench.run({ handlerName: 'third', maxRetry: 5, retryDelaySeconds: 0 })
    expect(row).toMatchObject({
      status: 'SUCCESS',
      result: { attempt: 3, retryCount: 2 },
      errorMessage: null,
      reason: null,
    })
    expect((await bench.attempts(row.id)).map((one) => one.error_message)).toEqual(['attempt 1', 'attempt 2'])
  })

  test('many at once fail and succeed each by itself', async () => {
    await start()
    const names = ['fine', 'error', 'bigint', 'nothing', 'getter']
    await bench.enqueue(...Array.from({ length: 100 }, (_, n) => ({ handlerName: `${names[n % 5]}-none` })))
    await bench.untilAll('FAILED', 60)
    await bench.untilAll('SUCCESS', 40)
  })

  test('again and again without a delay, on one worker, costs it none of its slots', async () => {
    await bench.start({
      handlers_path: [bench.handlersFolder({ 'outcomes.cjs': SOURCE })],
      pool_size: 2,
      claim_batch_size: 1,
    })
    // 2 * 2 + 4 * 1 slots: each lost one would show soon.
    const jobs = Array.from({ length: 10 }, () => ({
      handlerName: 'error-none',
      maxRetry: 30,
      retryDelaySeconds: 0,
    }))
    await bench.enqueue(...jobs)
    await bench.untilAll('FAILED', 10)
    const { rows } = await bench.db.query<{ count: number }>('SELECT count(*) FROM execution_attempts')
    expect(rows[0]!.count).toBe(310)
    expect(bench.logged.filter((line) => line.level === 'error')).toEqual([])
  })
})
