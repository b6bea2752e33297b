import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { until } from '../../../test/support/until.ts'
import { WorkerBench } from './support/WorkerBench.ts'

const VALUE = 'hunter2-of-the-north'
const ENCODED = Buffer.from(`user:${VALUE}`).toString('base64')

let bench: WorkerBench
let dir: string
beforeAll(async () => {
  bench = await WorkerBench.open()
  dir = join(bench.folder, 'secrets')
  mkdirSync(dir)
  process.env.JOBU_SECRET_API_KEY = VALUE
})
afterAll(async () => {
  delete process.env.JOBU_SECRET_API_KEY
  await bench.close()
})
afterEach(() => bench.clear())

/** Leaks its params in every way a handler can. */
const leaking = (name: string, isolation: string) => `
  import { writeSync } from 'node:fs'
  const leak = (value) => value + ' ' + Buffer.from('user:' + value).toString('base64') + ' ' + encodeURIComponent(value)
  export const handler = { name: '${name}', isolation: '${isolation}', async run({ key, how }, ctx) {
    ctx.logger.info('with ' + leak(key), { key, [key]: [key], n: 1 })
    ctx.progress(50, 'step ' + key)
    ctx.logger.info('stored params ' + JSON.stringify(ctx.execution.params))
    if ('${isolation}' !== 'none') console.log('stdout ' + key)
    if (how === 'throw') throw new Error('could not sign in as ' + leak(key), { cause: new Error('because of ' + key) })
    const result = { key, length: key.length, leaked: [leak(key)] }
    if (how === 'commit') return ctx.transaction(async () => result)
    if (how === 'stray') { setTimeout(() => { throw new Error('stray ' + key) }); await new Promise((r) => setTimeout(r, 50)) }
    return result
  } }`

const run = (handlerName: string, params: Record<string, unknown>) => bench.run({ handlerName, params })

/** Everything that is kept of an execution, as one text. Of `ctx.transaction` the log follows the result. */
async function keptOf(id: number): Promise<string> {
  await until('its log', async () => (await bench.logs(id)).length >= 2)
  return JSON.stringify([await bench.execution(id), await bench.attempts(id), await bench.logs(id)])
}

describe.each(['none', 'process', 'thread'])(
  'a secret in params of a handler with isolation %s',
  (isolation) => {
    const name = `leaking-${isolation}`
    const params = (how: string) => ({ key: { $secret: 'API_KEY' }, how })
    beforeEach(async () => {
      await bench.start({
        handlers_path: [bench.handlersFolder({ 'leaking.mjs': leaking(name, isolation) })],
      })
    })

    test.each(['return', 'commit'])(
      'reaches the handler, and is hidden in its result, log and steps: %s',
      async (how) => {
        const row = await run(name, params(how))
        expect(row).toMatchObject({
          status: 'SUCCESS',
          // As it was stored: the reference.
          params: params(how),
          result: { key: '***', length: VALUE.length, leaked: [expect.stringMatching(/^\*\*\* /)] },
        })
        const kept = await keptOf(row.id)
        expect(kept).toContain('with ***')
        expect(kept).toContain('stored params {\\"how\\":')
        if (isolation !== 'none') expect(kept).toContain('stdout ***')
        expect(kept).not.toContain(VALUE)
        expect(kept).not.toContain(ENCODED)
      },
    )

    test('is hidden in the error and its stack', async () => {
      const row = await run(name, params('throw'))
      expect(row).toMatchObject({ status: 'FAILED', reason: 'HANDLER_ERROR' })
      expect(row.errorMessage).toMatch(/^could not sign in as \*\*\* /)
      const kept = await keptOf(row.id)
      expect(kept).not.toContain(VALUE)
      expect(kept).not.toContain(ENCODED)
      expect((await bench.attempts(row.id))[0]!.error_stack).toContain('could not sign in as ***')
      expect(JSON.stringify(bench.logged)).not.toContain(VALUE)
    })
  },
)

describe('the http handler', () => {
  test('signs in with a secret, and an answer that echoes it is kept without it', async () => {
    const seen: Array<string | undefined> = []
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization)
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ headers: request.headers }))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    await bench.start()
    const row = await run('http', {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      headers: { authorization: { $secret: 'API_KEY' } },
    })
    server.close()
    expect(seen).toEqual([VALUE])
    expect(row).toMatchObject({ status: 'SUCCESS', result: { body: { headers: { authorization: '***' } } } })
    expect(JSON.stringify(row)).not.toContain(VALUE)
  })
})

describe('a secret', () => {
  test('is in nothing that a worker prints, also of an error that its handler leaves uncaught', async () => {
    const worker = bench.spawn({
      JOBU_SECRET_API_KEY: VALUE,
      JOBU_LOG_LEVEL: 'debug',
      JOBU_WORKER_HANDLERS_PATH: bench.handlersFolder({ 'leaking.mjs': leaking('leaking', 'none') }),
    })
    const [id] = await bench.enqueue({
      handlerName: 'leaking',
      params: { key: { $secret: 'API_KEY' }, how: 'stray' },
    })
    expect((await bench.final(id!)).status).toBe('SUCCESS')
    await until('the stray error', () => worker.output().includes('stray ***'))
    expect(worker.output()).not.toContain(VALUE)
    expect(await keptOf(id!)).toContain('not caught by the handler: stray ***')
    expect(await keptOf(id!)).not.toContain(VALUE)
  })

  test('comes from a file where the environment has none, without the line end, and is read anew', async () => {
    writeFileSync(join(dir, 'DB_PASSWORD'), 'first-of-two\n')
    await bench.start({ secrets: { dir } })
    const params = { message: { $secret: 'DB_PASSWORD' } }
    const lengthOf = async () => {
      const folder = bench.handlersFolder({
        'length.mjs': `export const length = { name: 'length', run: ({ message }) => message.length }`,
      })
      await bench.clear()
      await bench.start({ secrets: { dir }, handlers_path: [folder] })
      return (await run('length', params)).result
    }
    expect((await run('echo', params)).result).toEqual({ message: '***' })
    expect(await lengthOf()).toBe('first-of-two'.length)
    writeFileSync(join(dir, 'DB_PASSWORD'), 'second\r\n')
    expect(await lengthOf()).toBe('second'.length)
  })

  test('that the worker does not have fails the execution at once, with its name and where it was looked for', async () => {
    await bench.start({ secrets: { dir } })
    const [id] = await bench.enqueue({
      handlerName: 'echo',
      params: { a: { $secret: 'API_KEY' }, b: { $secret: 'NOT_THERE' } },
      maxRetry: 3,
    })
    expect(await bench.final(id!)).toMatchObject({
      status: 'FAILED',
      reason: 'SECRET_NOT_FOUND',
      retryCount: 0,
      errorMessage: `secret "NOT_THERE" not found: this worker has no environment variable JOBU_SECRET_NOT_THERE and no file ${join(dir, 'NOT_THERE')}`,
    })
  })

  test('that is a folder or too large is told as such', async () => {
    mkdirSync(join(dir, 'FOLDER'))
    writeFileSync(join(dir, 'LARGE'), 'x'.repeat(65_537))
    await bench.start({ secrets: { dir, env_prefix: null } })
    for (const [name, why] of [
      ['FOLDER', 'it is not a file'],
      ['LARGE', 'it is larger than 65536 bytes'],
    ]) {
      expect(await run('echo', { a: { $secret: name } })).toMatchObject({
        status: 'FAILED',
        reason: 'SECRET_NOT_FOUND',
        errorMessage: expect.stringMatching(new RegExp(`^secret "${name}" cannot be read from .*: ${why}$`)),
      })
    }
    // The environment is not asked.
    expect((await run('echo', { a: { $secret: 'API_KEY' } })).reason).toBe('SECRET_NOT_FOUND')
  })

  test('what looks like one and is none fails as params do, without what came', async () => {
    await bench.start()
    const row = await run('echo', { list: [{ $secret: 'API_KEY', or: 'my password' }] })
    expect(row).toMatchObject({ status: 'FAILED', reason: 'PARAMS_INVALID' })
    expect(row.errorMessage).toContain('list.0: a secret reference is')
    expect(row.errorMessage).not.toContain('my password')
  })

  test('is a text: where the schema wants a number the params are invalid, told without the value', async () => {
    await bench.start()
    const row = await run('sleep', { seconds: { $secret: 'API_KEY' } })
    expect(row).toMatchObject({ status: 'FAILED', reason: 'PARAMS_INVALID' })
    expect(row.errorMessage).not.toContain(VALUE)
  })

  test('too short to be hidden is warned of once', async () => {
    writeFileSync(join(dir, 'PIN'), '1234')
    await bench.start({ secrets: { dir } })
    for (let time = 1; time <= 2; time++) await run('echo', { a: { $secret: 'PIN' } })
    const warnings = bench.logged.filter(({ message }) => message === 'secret is too short to be masked')
    expect(warnings).toMatchObject([{ level: 'warn', name: 'PIN' }])
  })
})
