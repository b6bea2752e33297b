import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { until } from '../../../test/support/until.ts'
import { FlakyProxy } from './support/FlakyProxy.ts'
import { WorkerBench } from './support/WorkerBench.ts'

let bench: WorkerBench
beforeAll(async () => {
  bench = await WorkerBench.open()
})
afterAll(() => bench.close())
afterEach(() => bench.clear())

/** A handler whose body is `run`; `effect(tx)` adds its row to the table of effects. */
function handler(run: string, isolation = 'none'): string {
  return bench.handlersFolder({
    'it.mjs': `import { existsSync } from 'node:fs'
      import { setTimeout as pause } from 'node:timers/promises'
      export const it = { name: 'it', isolation: '${isolation}', async run(params, ctx) {
        const effect = (tx) => tx.query('INSERT INTO effects (execution_id, attempt) VALUES ($1, $2)', [ctx.execution.id, ctx.attempt])
        const note = () => ctx.getConnection().query('INSERT INTO notes (execution_id, attempt) VALUES ($1, $2)', [ctx.execution.id, ctx.attempt])
        const opened = async () => { while (!existsSync(params.gate)) await pause(5) }
        ${run}
      } }`,
  })
}

async function effects(): Promise<Array<{ execution_id: number; attempt: number }>> {
  return (
    await bench.db.query<{ execution_id: number; attempt: number }>(
      'SELECT execution_id, attempt FROM effects ORDER BY 1, 2',
    )
  ).rows
}

describe.each(['none', 'process', 'thread'])('ctx.transaction, isolation %s', (isolation) => {
  const start = (run: string) => bench.start({ handlers_path: [handler(run, isolation)] })

  test('commits the effect and SUCCESS with the result at once', async () => {
    await start(`return ctx.transaction(async (tx) => {
      await effect(tx)
      return { by: ctx.attempt }
    })`)
    // One statement sees both or neither, whenever it looks.
    const [id] = await bench.enqueue({ handlerName: 'it' })
    const seen = await until('both', async () => {
      const { rows } = await bench.db.query<{ status: string; effects: number }>(
        'SELECT status, (SELECT count(*) FROM effects) AS effects FROM job_executions WHERE id = $1',
        [id],
      )
      expect((rows[0]!.status === 'SUCCESS') === (rows[0]!.effects === 1)).toBe(true)
      return rows[0]!.status === 'SUCCESS'
    })
    expect(seen).toBe(true)
    expect(await bench.execution(id!)).toMatchObject({ result: { by: 1 }, attempt: 1, leaseExpiresAt: null })
  })

  test('of what throws neither is there: FAILED, and no effect', async () => {
    await start(
      `return ctx.transaction(async (tx) => { await effect(tx); throw new Error('after the effect') })`,
    )
    expect(await bench.run({ handlerName: 'it' })).toMatchObject({
      status: 'FAILED',
      errorMessage: 'after the effect',
    })
    expect(await effects()).toEqual([])
  })

  test('of a result that is not JSON nothing is committed: FAILED and why', async () => {
    await start(`return ctx.transaction(async (tx) => { await effect(tx); return { n: 1n } })`)
    expect(await bench.run({ handlerName: 'it', maxRetry: 3 })).toMatchObject({
      status: 'FAILED',
      reason: 'RESULT_INVALID',
      errorMessage: expect.stringContaining('result.n is a BigInt'),
    })
    expect(await effects()).toEqual([])
  })

  test('of an attempt that lost its lease commits nothing', async () => {
    const gate = bench.aGate()
    await start(`if (ctx.attempt > 1) return ctx.transaction(async (tx) => { await effect(tx); return 'second' })
      await note()
      return ctx.transaction(async (tx) => { await effect(tx); await opened(); return 'first' })`)
    const [id] = await bench.enqueue({
      handlerName: 'it',
      params: { gate },
      maxRetry: 1,
      retryDelaySeconds: 0,
    })
    await bench.notesOnce(1)
    await bench.reapAll()
    expect(await bench.final(id!)).toMatchObject({ status: 'SUCCESS', result: 'second', attempt: 2 })
    bench.openGate(gate)
    // Whichever comes first: the heartbeat that tells it, or the token that is refused.
    await until('the first attempt is over', () =>
      bench.logged.find(({ message }) => /^(outcome refused: )?lease lost$/.test(message)),
    )
    expect(await effects()).toEqual([{ execution_id: id, attempt: 2 }])
    expect(await bench.execution(id!)).toMatchObject({ status: 'SUCCESS', result: 'second' })
  })

  test('whose answer to COMMIT is lost is SUCCESS, once, and the handler goes on with its value', async () => {
    const proxy = await FlakyProxy.open(bench.bench.url)
    try {
      let cuts = 0
      proxy.onRequest = (name, message) => {
        const isMeant = !/heartbeat|listen/.test(name) && message.includes('COMMIT') && cuts === 0
        if (isMeant) cuts++
        return isMeant ? 'cut' : 'pass'
      }
      await bench.start(
        {
          handlers_path: [
            handler(
              `const value = await ctx.transaction(async (tx) => { await effect(tx); return { n: 7 } })
               ctx.logger.info('went on', value)`,
              isolation,
            ),
          ],
        },
        { url: proxy.url },
      )
      const row = await bench.run({ handlerName: 'it', maxRetry: 3, retryDelaySeconds: 0 })
      expect(cuts).toBe(1)
      expect(row).toMatchObject({ status: 'SUCCESS', result: { n: 7 }, attempt: 1 })
      expect(await effects()).toHaveLength(1)
      await until('the line after it', async () => (await bench.logs(row.id)).length === 1)
      expect(await bench.logs(row.id)).toMatchObject([{ message: 'went on', fields: { n: 7 } }])
    } finally {
      await bench.clear()
      await proxy.close()
    }
  })
})

describe('ctx.transaction', () => {
  const start = (run: string) => bench.start({ handlers_path: [handler(run)] })

  test('whose connection is killed before COMMIT has no effect, and the next attempt has one', async () => {
    await start(`return ctx.transaction(async (tx) => {
      await effect(tx)
      if (ctx.attempt === 1) await tx.query('SELECT pg_terminate_backend(pg_backend_pid())')
      return ctx.attempt
    })`)
    const row = await bench.run({ handlerName: 'it', maxRetry: 1, retryDelaySeconds: 0 })
    expect(row).toMatchObject({ status: 'SUCCESS', result: 2 })
    expect(await effects()).toEqual([{ execution_id: row.id, attempt: 2 }])
  })

  test('called a second time throws and rolls the second one back; the first stands', async () => {
    await start(`await ctx.transaction(async (tx) => { await effect(tx); return 'first' })
      await ctx.transaction(async (tx) => { await effect(tx); return 'second' })`)
    const row = await bench.run({ handlerName: 'it' })
    expect(row).toMatchObject({ status: 'SUCCESS', result: 'first' })
    await bench.run({ handlerName: 'echo' })
    expect(await effects()).toHaveLength(1)
  })

  test('what is returned, or thrown, after it changes nothing', async () => {
    await start(`await ctx.transaction(async () => 'committed')
      if (params.fails) throw new Error('afterwards')
      return 'returned'`)
    for (const fails of [false, true]) {
      const row = await bench.run({ handlerName: 'it', params: { fails } })
      await bench.run({ handlerName: 'echo' })
      expect(await bench.execution(row.id)).toMatchObject({ status: 'SUCCESS', result: 'committed' })
      expect(await bench.attempts(row.id)).toEqual([])
    }
  })

  test('joins with the ctx.transactional inside it: all or nothing', async () => {
    await start(`return ctx.transaction(async (tx) => {
      await effect(tx)
      await ctx.transactional(async (inner) => {
        await effect(inner)
        if (params.fails) throw new Error('inside')
      }).catch((error) => { if (!params.swallows) throw error })
      return 'both'
    })`)
    const failed = await bench.run({ handlerName: 'it', params: { fails: true } })
    expect(failed).toMatchObject({ status: 'FAILED', errorMessage: 'inside' })
    const swallowed = await bench.run({ handlerName: 'it', params: { fails: true, swallows: true } })
    expect(swallowed).toMatchObject({ status: 'FAILED' })
    expect(swallowed.errorMessage).toContain('rolled back: a call that joined it failed: inside')
    expect(await effects()).toEqual([])
    expect((await bench.run({ handlerName: 'it' })).status).toBe('SUCCESS')
    expect(await effects()).toHaveLength(2)
  })

  test('inside a ctx.transactional that rolls back did not happen: the attempt is FAILED, not lost', async () => {
    await start(`await ctx.transactional(async () => {
      await ctx.transaction(async (tx) => { await effect(tx); return 'inner' })
      if (params.fails) throw new Error('outer')
    })`)
    expect(await bench.run({ handlerName: 'it', params: { fails: true } })).toMatchObject({
      status: 'FAILED',
      errorMessage: 'outer',
    })
    expect(await effects()).toEqual([])
    expect(await bench.run({ handlerName: 'it' })).toMatchObject({ status: 'SUCCESS', result: 'inner' })
    expect(await effects()).toHaveLength(1)
  })

  test('in conflict with another transaction is tried again by itself, and has its effect once', async () => {
    await bench.db.query('CREATE TABLE counters (n integer)')
    await bench.db.query('INSERT INTO counters VALUES (0)')
    await start(`return ctx.transaction(async (tx) => {
      await tx.query('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE')
      const { rows } = await tx.query('SELECT n FROM counters')
      await pause(20)
      await tx.query('UPDATE counters SET n = $1', [rows[0].n + 1])
      await effect(tx)
      return rows[0].n
    })`)
    await bench.enqueue({ handlerName: 'it' }, { handlerName: 'it' }, { handlerName: 'it' })
    await bench.untilAll('SUCCESS', 3)
    expect((await bench.db.query('SELECT n FROM counters')).rows).toEqual([{ n: 3 }])
    expect(await effects()).toHaveLength(3)
  })

  test('a database that worker.databases leaves out is refused by name', async () => {
    await bench.start({
      handlers_path: [handler(`await ctx.getConnection('secret').query('SELECT 1')`)],
      databases: ['default'],
    })
    expect((await bench.run({ handlerName: 'it' })).errorMessage).toBe(
      'database "secret" is not among worker.databases (default)',
    )
  })

  test('transactionalReadonly refuses a write', async () => {
    await start(`await ctx.transactionalReadonly((tx) => effect(tx))`)
    expect((await bench.run({ handlerName: 'it' })).errorMessage).toContain('read-only transaction')
  })
})
