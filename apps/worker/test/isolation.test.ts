import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { until } from '../../../test/support/until.ts'
import { isAlive, WorkerBench } from './support/WorkerBench.ts'

let bench: WorkerBench
beforeAll(async () => {
  bench = await WorkerBench.open()
})
afterAll(() => bench.close())
afterEach(() => bench.clear())

/** A time limit within which a process is up and has run a statement, also on a machine that is busy. */
const PROCESS_UP_SECONDS = 8

const pidsNoted = async () =>
  (await bench.notes()).flatMap(({ pid, child_pid }) => (child_pid === null ? [pid!] : [pid!, child_pid]))

describe('an isolated handler', () => {
  test('that spins in a process is killed at its timeout, and what it started with it', async () => {
    await bench.start()
    const [id] = await bench.enqueue({
      handlerName: 'spinning-process',
      params: { ms: 600_000 },
      timeoutSeconds: PROCESS_UP_SECONDS,
    })
    await bench.notesOnce(1)
    const pids = await pidsNoted()
    expect(pids).toHaveLength(2)
    expect(pids.map(isAlive)).toEqual([true, true])
    expect(await bench.final(id!)).toMatchObject({
      status: 'TIMEOUT',
      errorMessage: `timed out after ${PROCESS_UP_SECONDS} s`,
    })
    await until('no process is left', () => !pids.some(isAlive))
  })

  test('that spins in a thread is killed at its timeout, and the worker goes on', async () => {
    await bench.start({ pool_size: 1 })
    const row = await bench.run({
      handlerName: 'spinning-thread',
      params: { ms: 600_000 },
      timeoutSeconds: 2,
    })
    expect(row.status).toBe('TIMEOUT')
    expect((await bench.run({ handlerName: 'noting' })).status).toBe('SUCCESS')
  })

  test.each(['process', 'thread'])('in a %s that heeds its signal tells the reason', async (isolation) => {
    const folder = bench.handlersFolder({
      'heeding.mjs': `import { setTimeout as pause } from 'node:timers/promises'
        export const heeding = { name: 'heeding', isolation: '${isolation}', async run(_, ctx) {
          try { await pause(60_000, null, { signal: ctx.signal }) }
          finally { ctx.logger.info('told', { code: ctx.signal.reason.code, message: ctx.signal.reason.message }) }
        } }`,
    })
    await bench.start({ handlers_path: [folder], abort_grace_ms: 60_000 })
    const row = await bench.run({ handlerName: 'heeding', timeoutSeconds: 2 })
    expect(row.status).toBe('TIMEOUT')
    expect(await bench.logs(row.id)).toMatchObject([
      { message: 'told', fields: { code: 'TIMEOUT', message: 'timed out after 2 s' } },
    ])
  })

  test('whose process ends by itself without an answer is FAILED and says how', async () => {
    const folder = bench.handlersFolder({
      'ending.mjs': `
        export const exits = { name: 'exits', isolation: 'process', run() { process.exit(3) } }
        export const dies = { name: 'dies', isolation: 'process', run() { process.kill(process.pid, 'SIGSEGV') ; return new Promise(() => {}) } }
        export const threadExits = { name: 'thread-exits', isolation: 'thread', run() { process.exit(4) } }
        export const crashes = { name: 'crashes', isolation: 'process', run() { setTimeout(() => { throw new Error('stray') }); return new Promise(() => {}) } }
        export const threadCrashes = { name: 'thread-crashes', isolation: 'thread', run() { setTimeout(() => { throw new Error('stray') }); return new Promise(() => {}) } }`,
    })
    await bench.start({ handlers_path: [folder] })
    const names = ['exits', 'dies', 'thread-exits', 'crashes', 'thread-crashes']
    const ids = await bench.enqueue(...names.map((handlerName) => ({ handlerName })))
    const messages: Array<string | null> = []
    for (const id of ids) {
      const row = await bench.final(id)
      expect(row).toMatchObject({ status: 'FAILED', reason: 'HANDLER_ERROR' })
      messages.push(row.errorMessage)
    }
    expect(messages).toEqual([
      'isolated process ended with code 3 without an answer',
      'isolated process was ended by SIGSEGV without an answer',
      'isolated thread ended with code 4 without an answer',
      'isolated process ended with code 1 without an answer',
      'isolated thread failed: stray without an answer',
    ])
    expect((await bench.logs(ids[3]!)).map(({ message }) => message).join()).toContain('Error: stray')
  })

  test('is over with its answer, also when something that left its group holds its output open', async () => {
    const folder = bench.handlersFolder({
      'leaving.mjs': `import { spawn } from 'node:child_process'
        export const leaving = { name: 'leaving', isolation: 'process', async run(_, ctx) {
          const child = spawn('sleep', ['30'], { detached: true, stdio: 'inherit' })
          await ctx.getConnection().query('INSERT INTO notes (pid) VALUES ($1)', [child.pid])
          return 'left'
        } }`,
    })
    await bench.start({ handlers_path: [folder] })
    try {
      const row = await bench.run({ handlerName: 'leaving' })
      expect(row).toMatchObject({ status: 'SUCCESS', result: 'left' })
    } finally {
      for (const pid of await pidsNoted()) process.kill(pid)
    }
  })

  test('that spins on after ctx.transaction is killed at its timeout as well', async () => {
    const folder = bench.handlersFolder({
      'spinning-on.mjs': `export const spinningOn = { name: 'spinning-on', isolation: 'process', async run(_, ctx) {
          await ctx.transaction((tx) => tx.query('INSERT INTO notes (pid) VALUES ($1)', [process.pid]))
          for (;;);
        } }`,
    })
    await bench.start({ handlers_path: [folder], pool_size: 1 })
    const row = await bench.run({ handlerName: 'spinning-on', timeoutSeconds: PROCESS_UP_SECONDS })
    expect(row.status).toBe('SUCCESS')
    const [pid] = await pidsNoted()
    await until('its process is gone', () => !isAlive(pid!))
    expect((await bench.run({ handlerName: 'echo' })).status).toBe('SUCCESS')
  })

  test('of a worker that is killed while it spins is gone with it, and so is what it started', async () => {
    const worker = bench.spawn()
    await bench.enqueue({ handlerName: 'spinning-process', params: { ms: 600_000 } })
    await bench.notesOnce(1)
    const pids = await pidsNoted()
    expect(pids.map(isAlive)).toEqual([true, true])
    worker.child.kill('SIGKILL')
    await until('no process is left', () => !pids.some(isAlive))
  })

  test('does not get an abort for what came before it: each attempt has a process of its own', async () => {
    await bench.start()
    const [first, second] = await bench.enqueue(
      { handlerName: 'spinning-process', params: { ms: 10 } },
      { handlerName: 'spinning-process', params: { ms: 10 } },
    )
    expect((await bench.final(first!)).result).toEqual({ spun: 10 })
    expect((await bench.final(second!)).result).toEqual({ spun: 10 })
    const notes = await bench.notes()
    expect(new Set(notes.map(({ pid }) => pid)).size).toBe(2)
    expect(notes.map(({ pid }) => pid)).not.toContain(process.pid)
    await until('nothing of them is left', async () => !(await pidsNoted()).some(isAlive))
  })
})
