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

/** A handler of one's own, as `run`'s source. */
const handler = (name: string, run: string) =>
  bench.handlersFolder({
    [`${name}.mjs`]: `export const it = { name: '${name}', async run(params, ctx) { ${run} } }`,
  })

const messages = async (id: number) => (await bench.logs(id)).map(({ message }) => message)

describe('progress', () => {
  test('is stored while the handler runs; a percentage without a step keeps the step', async () => {
    const gate = bench.aGate()
    const folder = handler(
      'going',
      `ctx.progress(10, 'first'); ctx.progress(30); ctx.progress(41.4)
       const { existsSync } = await import('node:fs')
       while (!existsSync(params.gate)) await new Promise((done) => setTimeout(done, 10))
       ctx.progress(250, 'last'); ctx.progress(NaN); ctx.progress(-3); ctx.progress(150)`,
    )
    await bench.start({ handlers_path: [folder] })
    const [id] = await bench.enqueue({ handlerName: 'going', params: { gate } })
    const running = await bench.executionOnce(id!, (row) => row.progressPercentage !== null)
    expect(running).toMatchObject({ status: 'RUNNING', progressPercentage: 41, currentStep: 'first' })
    bench.openGate(gate)
    expect(await bench.final(id!)).toMatchObject({ progressPercentage: 100, currentStep: 'last' })
  })

  test('a thousand calls are a few writes', async () => {
    const proxy = await FlakyProxy.open(bench.bench.url)
    try {
      let writes = 0
      proxy.onRequest = (_, message) => {
        if (message.includes('recordProgress')) writes++
        return 'pass'
      }
      const folder = handler(
        'busy',
        `for (let n = 1; n <= 1000; n++) { ctx.progress(n / 10, 'step ' + n); if (n % 100 === 0) await new Promise((done) => setTimeout(done, 10)) }`,
      )
      await bench.start({ handlers_path: [folder] }, { url: proxy.url })
      const row = await bench.run({ handlerName: 'busy' })
      expect(row).toMatchObject({ progressPercentage: 100, currentStep: 'step 1000' })
      expect(writes).toBeGreaterThan(0)
      // One for each of its ten pauses at most, be they long.
      expect(writes).toBeLessThanOrEqual(11)
    } finally {
      await bench.clear()
      await proxy.close()
    }
  })
})

describe('logs', () => {
  test('all lines are there in their order by the time the status is final', async () => {
    const folder = handler(
      'logging',
      `ctx.logger.debug('a'); ctx.logger.info('b', { n: 1 }); ctx.logger.warn('c\\0d'); ctx.logger.error('e')`,
    )
    await bench.start({ handlers_path: [folder] })
    for (let round = 0; round < 20; round++) {
      const row = await bench.run({ handlerName: 'logging' })
      expect(await bench.logs(row.id)).toMatchObject([
        { level: 'debug', message: 'a', fields: null, line: 1 },
        { level: 'info', message: 'b', fields: { n: 1 }, line: 2 },
        { level: 'warn', message: 'c\\0d', line: 3 },
        { level: 'error', message: 'e', line: 4 },
      ])
    }
  })

  test('of a failed attempt are kept beside those of the next', async () => {
    const folder = handler(
      'retrying',
      `ctx.logger.info('attempt ' + ctx.attempt); if (ctx.attempt === 1) throw new Error('once')`,
    )
    await bench.start({ handlers_path: [folder] })
    const row = await bench.run({ handlerName: 'retrying', maxRetry: 1, retryDelaySeconds: 0 })
    expect(await messages(row.id)).toEqual(['attempt 1', 'attempt 2'])
  })

  test('2 MB of lines are cut, and the last line says so', async () => {
    const folder = handler('flooding', `for (let n = 0; n < 2048; n++) ctx.logger.info('x'.repeat(1024))`)
    await bench.start({ handlers_path: [folder] })
    const row = await bench.run({ handlerName: 'flooding' })
    expect(row.status).toBe('SUCCESS')
    const logs = await bench.logs(row.id)
    expect(logs).toHaveLength(1_025)
    expect(logs.at(-1)).toMatchObject({
      level: 'warn',
      message: 'log cut: more than 10000 lines or 1048576 bytes in one attempt',
    })
  })

  test('2 MB of fields are cut as well', async () => {
    const folder = handler(
      'fielding',
      `for (let n = 0; n < 2048; n++) ctx.logger.info('line', { text: 'x'.repeat(1024) })`,
    )
    await bench.start({ handlers_path: [folder] })
    const row = await bench.run({ handlerName: 'fielding' })
    const logs = await bench.logs(row.id)
    expect(logs.length).toBeLessThanOrEqual(1_025)
    expect(logs.at(-1)!.message).toMatch(/^log cut: /)
  })

  test('more lines than max_lines are cut, one long line is shortened', async () => {
    const folder = handler(
      'lining',
      `ctx.logger.info('y'.repeat(100_000)); for (let n = 0; n < 50; n++) ctx.logger.info('line ' + n)`,
    )
    await bench.start({ handlers_path: [folder], log: { max_lines: 10 } })
    const row = await bench.run({ handlerName: 'lining' })
    const logs = await messages(row.id)
    expect(logs).toHaveLength(11)
    expect(logs[0]).toBe(`${'y'.repeat(16_384)} [cut]`)
    expect(logs.at(-1)).toMatch(/^log cut: more than 10 lines/)
  })

  test('fields that jsonb refuses cost neither their line nor those of others', async () => {
    const folder = bench.handlersFolder({
      'odd.mjs': `export const odd = { name: 'odd', run(params, ctx) {
        const ring = {}; ring.self = ring
        const fields = { ring, big: { n: 1n }, nul: { text: 'a\\0b' }, nulKey: { ['a\\0b']: 1 }, half: { text: '\\ud800' }, halfKey: { ['\\udfff']: 1 },
          escaped: { text: '\\\\u0000' }, func: () => 1, nothing: undefined, nul2: null, long: { text: 'z'.repeat(40_000) },
          getter: { get x() { throw new Error('unreadable') } } }
        for (const [name, value] of Object.entries(fields)) ctx.logger.info(name, value)
      } }
      export const plain = { name: 'plain', run(params, ctx) { ctx.logger.info('mine') } }`,
    })
    await bench.start({ handlers_path: [folder] })
    const [odd, plain] = await bench.enqueue({ handlerName: 'odd' }, { handlerName: 'plain' })
    await bench.final(odd!)
    await bench.final(plain!)
    expect(await messages(plain!)).toEqual(['mine'])
    expect(await messages(odd!)).toEqual([
      'ring',
      'big',
      'nul',
      'nulKey',
      'half',
      'halfKey',
      'escaped',
      'func',
      'nothing',
      'nul2',
      'long',
      'getter',
    ])
    const fields = Object.fromEntries((await bench.logs(odd!)).map((line) => [line.message, line.fields]))
    expect(fields.nul).toEqual({ text: 'a\\u0000b' })
    expect(fields.half).toEqual({ text: '\\ud800' })
    expect(fields.escaped).toEqual({ text: '\\u0000' })
    expect(fields.ring).toEqual({ unserializable: expect.stringContaining('circular') })
    expect(bench.logged.filter((line) => line.message === 'log lines lost')).toEqual([])
  })

  test('what a handler logs after ctx.transaction is told as well', async () => {
    const folder = handler(
      'after',
      `ctx.logger.info('before'); await ctx.transaction(async () => {}); ctx.logger.info('after')`,
    )
    await bench.start({ handlers_path: [folder] })
    const row = await bench.run({ handlerName: 'after' })
    expect(row.status).toBe('SUCCESS')
    await until('both lines', async () => (await messages(row.id)).length === 2)
    expect(await messages(row.id)).toEqual(['before', 'after'])
  })

  test.each(['none', 'process', 'thread'])(
    'and progress of a handler in isolation %s are whole by the time the status is final, with its output lines',
    async (isolation) => {
      await bench.start()
      const row = await bench.run({
        handlerName: `talking-${isolation}`,
        params: { lines: isolation === 'none' ? 0 : 200 },
      })
      expect(row).toMatchObject({ status: 'SUCCESS', progressPercentage: 70, currentStep: 'last' })
      const logs = await bench.logs(row.id)
      expect(logs.filter(({ message }) => message === 'by the logger')).toMatchObject([
        { fields: { isolation } },
      ])
      if (isolation === 'none') return
      expect(
        logs.filter(({ message }) => message.startsWith('to stdout')).map(({ message }) => message),
      ).toEqual(Array.from({ length: 200 }, (_, n) => `to stdout ${n + 1}`))
      expect(logs.filter(({ message }) => message === 'to stderr')).toMatchObject([{ level: 'warn' }])
    },
  )

  test('lines logged while the database is away are there when it is back', async () => {
    const gate = bench.aGate()
    const proxy = await FlakyProxy.open(bench.bench.url)
    try {
      const folder = handler(
        'outlasting',
        `const { existsSync } = await import('node:fs')
         ctx.logger.info('during')
         while (!existsSync(params.gate)) await new Promise((done) => setTimeout(done, 10))
         return 'kept'`,
      )
      await bench.start({ handlers_path: [folder] }, { url: proxy.url })
      const [id] = await bench.enqueue({ handlerName: 'outlasting', params: { gate } })
      await bench.executionOnce(id!, (row) => row.status === 'RUNNING')
      proxy.refuse(true)
      bench.openGate(gate)
      await new Promise((done) => setTimeout(done, 1_500))
      proxy.refuse(false)
      expect(await bench.final(id!)).toMatchObject({ status: 'SUCCESS', result: 'kept' })
      expect(await messages(id!)).toEqual(['during'])
    } finally {
      await bench.clear()
      await proxy.close()
    }
  })
})
