import { once } from 'node:events'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { listArtifactsOfExecution, readArtifact } from '@jobu/db'
import exceljs from 'exceljs'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { aRun, executionOfTask, type TaskOfRun } from '../../../test/support/aRun.ts'
import { until } from './support/until.ts'
import { isAlive, WorkerBench } from './support/WorkerBench.ts'

let bench: WorkerBench
beforeAll(async () => {
  bench = await WorkerBench.open()
})
afterAll(() => bench.close())
afterEach(async () => {
  await bench.clear()
  await bench.db.query('DELETE FROM artifacts')
})

let roots = 0
/** A worker with a root for working folders that nobody else has, and a handler whose body is `run`. */
async function start(run: string, isolation = 'none', config: Record<string, unknown> = {}) {
  const root = join(bench.folder, `work-${++roots}`)
  const folder = bench.handlersFolder({
    'it.mjs': `import { existsSync, readdirSync, writeFileSync, mkdirSync, chmodSync, statSync } from 'node:fs'
      import { Readable } from 'node:stream'
      import { setTimeout as pause } from 'node:timers/promises'
      const text = async (stream) => { let all = ''; for await (const chunk of stream) all += chunk; return all }
      export const it = { name: 'it', isolation: '${isolation}', async run(params, ctx) { ${run} } }`,
  })
  await bench.start({ handlers_path: [folder], work_path: root, ...config })
  /** The folders of attempts that are there. */
  const folders = () => {
    try {
      return readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isDirectory() && /^\d+-\d+$/.test(entry.name))
        .map((entry) => entry.name)
    } catch {
      return []
    }
  }
  return { root, folders }
}

const SCRIPT = { enabled: true, allow_text: true }

async function runOf(tasks: TaskOfRun[]) {
  const { runId } = await aRun(bench.db, tasks)
  const { rows } = await until('the end of the run', async () => {
    const found = await bench.db.query<{ status: string }>(
      'SELECT status FROM schedule_runs WHERE id = $1 AND finished_at IS NOT NULL',
      [runId],
    )
    return found.rows.length === 1 && found
  })
  const of = async (key: string) => bench.execution((await executionOfTask(bench.db, runId, key)).id)
  return { runId, status: rows[0]!.status, of }
}

describe.each(['none', 'process', 'thread'])('ctx.artifacts, isolation %s', (isolation) => {
  test('keeps what a handler writes in any form, with the type of its name', async () => {
    await start(
      `await ctx.artifacts.write('a.csv', 'x;y')
       await ctx.artifacts.write('b', Buffer.from([1, 255]), { contentType: 'application/x-b' })
       await ctx.artifacts.write('c.xlsx', Readable.from(['one ', Buffer.from('two')]))
       await ctx.artifacts.write('d.json', (async function* () { yield '{'; yield '}' })())
       const path = await ctx.workDir() + '/file'
       writeFileSync(path, 'from a file')
       await ctx.artifacts.writeFile('sub/e.txt', path)
       const all = await ctx.artifacts.list()
       return Promise.all(all.map(async (one) => [one.name, one.contentType, await text(ctx.artifacts.read(one))]))`,
      isolation,
    )
    const row = await bench.run({ handlerName: 'it' })
    expect(row).toMatchObject({
      status: 'SUCCESS',
      result: [
        ['a.csv', 'text/csv; charset=utf-8', 'x;y'],
        ['b', 'application/x-b', expect.any(String)],
        ['c.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'one two'],
        ['d.json', 'application/json; charset=utf-8', '{}'],
        ['sub/e.txt', 'text/plain; charset=utf-8', 'from a file'],
      ],
    })
  })

  test('gives a task what those before it left, and where in the run it is', async () => {
    await start(
      `if (params.write) return void await ctx.artifacts.write(params.write, 'of ' + params.write)
       const path = await ctx.workDir() + '/copy'
       await ctx.artifacts.toFile({ task: 'first', name: 'a.txt' }, path)
       return {
         all: (await ctx.artifacts.of()).map((one) => one.taskKey + ' ' + one.name),
         read: await text(ctx.artifacts.read({ task: 'second', name: 'b.txt' })),
         size: statSync(path).size,
         missing: await text(ctx.artifacts.read({ task: 'second', name: 'c' })).catch((error) => error.code),
         task: await ctx.task(),
         taskRunId: ctx.execution.taskRunId,
       }`,
      isolation,
    )
    const { runId, status, of } = await runOf([
      { key: 'first', handlerName: 'it', params: { write: 'a.txt' } },
      { key: 'second', handlerName: 'it', params: { write: 'b.txt' }, dependsOn: ['first'] },
      { key: 'third', handlerName: 'it', dependsOn: ['second'] },
    ])
    expect(status).toBe('SUCCESS')
    const third = await of('third')
    expect(third.result).toEqual({
      all: ['first a.txt', 'second b.txt'],
      read: 'of b.txt',
      size: 8,
      missing: 'ARTIFACT_NOT_FOUND',
      task: { scheduleId: expect.any(Number), runId, taskKey: 'third', item: null },
      taskRunId: third.taskRunId,
    })
  })
})

describe('ctx.artifacts', () => {
  test('over its limits fails, says so, and leaves nothing of the one that was too large', async () => {
    await start(
      `if (params.bytes) await ctx.artifacts.write('big', Buffer.alloc(params.bytes))
       else for (let n = 0; n < 3; n++) await ctx.artifacts.write('n' + n, 'x')`,
      'none',
      { max_artifact_bytes: 1_000, max_artifacts: 2 },
    )
    const big = await bench.run({ handlerName: 'it', params: { bytes: 1_001 } })
    expect(big).toMatchObject({
      status: 'FAILED',
      errorMessage: expect.stringContaining('more than 1000 bytes'),
    })
    expect(await listArtifactsOfExecution(bench.db, big.id)).toEqual([])
    const many = await bench.run({ handlerName: 'it' })
    expect(many).toMatchObject({
      status: 'FAILED',
      errorMessage: expect.stringContaining('one more than the 2'),
    })
    expect(await bench.run({ handlerName: 'it', params: { bytes: 1_000 } })).toMatchObject({
      status: 'SUCCESS',
    })
  })

  test('of an attempt that failed stay with it, and the task after it sees those of the next one alone', async () => {
    await start(
      `if (params.read) return (await ctx.artifacts.of('writes')).map((one) => [one.attempt, one.name])
       await ctx.artifacts.write('attempt-' + ctx.attempt, 'x')
       if (ctx.attempt === 1) throw new Error('once')`,
    )
    const { of } = await runOf([
      { key: 'writes', handlerName: 'it', maxRetry: 1 },
      { key: 'reads', handlerName: 'it', params: { read: true }, dependsOn: ['writes'] },
    ])
    expect((await of('reads')).result).toEqual([[2, 'attempt-2']])
    const all = await listArtifactsOfExecution(bench.db, (await of('writes')).id)
    expect(all.map(({ attempt, name }) => [attempt, name])).toEqual([
      [1, 'attempt-1'],
      [2, 'attempt-2'],
    ])
  })

  test('of a source that fails, or a file that is not there, are failures of the attempt and not of the worker', async () => {
    await start(
      `if (params.file) return ctx.artifacts.writeFile('a', '/nowhere/at/all')
       const broken = new Readable({ read() { this.destroy(new Error('source broke')) } })
       await pause(5)
       return ctx.artifacts.write('a', broken)`,
    )
    expect(await bench.run({ handlerName: 'it' })).toMatchObject({ errorMessage: 'source broke' })
    expect(await bench.run({ handlerName: 'it', params: { file: true } })).toMatchObject({
      errorMessage: expect.stringContaining('ENOENT'),
    })
    expect((await bench.db.query('SELECT FROM artifacts')).rowCount).toBe(0)
  })

  test('are written while every connection of the handlers is in a transaction', async () => {
    await start(
      `return ctx.transactional(async (tx) => {
         await tx.query('SELECT 1')
         return (await ctx.artifacts.write('a', 'x')).sizeBytes
       })`,
      'none',
      { pool_size: 30 },
    )
    const ids = await bench.enqueue(...Array.from({ length: 30 }, () => ({ handlerName: 'it' })))
    for (const id of ids) expect(await bench.final(id)).toMatchObject({ status: 'SUCCESS', result: 1 })
  })
})

describe.each(['none', 'process', 'thread'])('ctx.workDir, isolation %s', (isolation) => {
  test('is one folder of the attempt alone, and gone after it, whatever is in it', async () => {
    const { folders } = await start(
      `const path = await ctx.workDir()
       if (path !== await ctx.workDir()) throw new Error('two folders')
       mkdirSync(path + '/deep/er', { recursive: true })
       writeFileSync(path + '/deep/er/file', 'x')
       chmodSync(path + '/deep/er', 0o500)
       if (ctx.attempt === 1) throw new Error('leaves it behind')
       return { path, mode: statSync(path).mode & 0o777, seen: readdirSync(path + '/..').length }`,
      isolation,
    )
    const row = await bench.run({ handlerName: 'it', maxRetry: 1, retryDelaySeconds: 0 })
    expect(row).toMatchObject({ status: 'SUCCESS', result: { mode: 0o700, seen: expect.any(Number) } })
    expect((row.result as { path: string }).path).toContain(`${row.id}-2`)
    await until('no folder is left', () => folders().length === 0)
  })

  test('of an attempt that is cancelled, or killed at its timeout, is removed', async () => {
    // A process of its own takes a while to begin.
    const seconds = isolation === 'none' ? 1 : 6
    const spin = isolation === 'none' ? '' : 'if (params.spin) for (;;);'
    const { folders } = await start(
      `await ctx.workDir()
       await ctx.getConnection().query('INSERT INTO notes (execution_id, attempt) VALUES ($1, $2)', [ctx.execution.id, ctx.attempt])
       ${spin} await pause(60_000, null, { signal: ctx.signal })`,
      isolation,
    )
    for (const spin of [false, true]) {
      const [id] = await bench.enqueue({ handlerName: 'it', params: { spin }, timeoutSeconds: seconds })
      await bench.notesOnce(spin ? 2 : 1)
      expect(folders()).toEqual([`${id}-1`])
      expect(await bench.final(id!)).toMatchObject({ status: 'TIMEOUT' })
      await until('no folder is left', () => folders().length === 0)
    }
  })
})

describe('working folders', () => {
  test('of a worker that was killed are removed by the next one, those of others are not', async () => {
    const root = join(bench.folder, `work-${++roots}`)
    const folder = bench.handlersFolder({
      'holds.mjs': `export const holds = { name: 'holds', async run(_, ctx) {
        await ctx.workDir(); await ctx.getConnection().query('INSERT INTO notes (execution_id) VALUES ($1)', [ctx.execution.id])
        await new Promise((resolve) => setTimeout(resolve, 60_000)) } }`,
    })
    const dead = bench.spawn({ JOBU_WORKER_WORK_PATH: root, JOBU_WORKER_HANDLERS_PATH: folder })
    await bench.enqueue({ handlerName: 'holds' })
    await bench.notesOnce(1)
    const [left] = readdirSync(root)
    expect(left).toContain(`.${dead.child.pid}.`)
    dead.child.kill('SIGKILL')
    await dead.exited
    const kept = [
      `worker-elsewhere-0123abcd.${dead.child.pid}.1`,
      `worker-${hostname()}-0123abcd.${process.ppid}.1`,
      'of-somebody-else',
    ]
    for (const name of kept) mkdirSync(join(root, name))
    await bench.start({ work_path: root, handlers_path: [] })
    await until('the dead worker left nothing', () => !readdirSync(root).includes(left!))
    expect(readdirSync(root).sort()).toEqual(kept.sort())
  })

  test('of a worker that stops are removed, also what a handler holds that does not stop', async () => {
    const { root, folders } = await start(`await ctx.workDir(); await pause(60_000)`)
    const [id] = await bench.enqueue({ handlerName: 'it' })
    await until('its folder', () => folders().includes(`${id}-1`))
    await bench.clear()
    expect(readdirSync(root)).toEqual([])
  })

  test('that cannot be made fail the attempt that asks for one, not those that do not', async () => {
    const path = join(bench.folder, `work-${++roots}`)
    writeFileSync(path, '')
    await start('return ctx.workDir()', 'none', { work_path: path })
    expect(await bench.run({ handlerName: 'it' })).toMatchObject({
      status: 'FAILED',
      errorMessage: expect.stringContaining(path),
    })
    expect(await bench.run({ handlerName: 'echo' })).toMatchObject({ status: 'SUCCESS' })
  })
})

describe('the handler script in a worker', () => {
  test('fails with its trace as the stack of the attempt, and its working folder goes', async () => {
    const { folders } = await start('', 'none', { script: SCRIPT })
    const code = `def parse(row):\n    return int(row)\nprint('reading')\nparse('x')`
    const row = await bench.run({ handlerName: 'script', params: { language: 'python', code } })
    expect(row).toMatchObject({
      status: 'FAILED',
      errorMessage: "ValueError: invalid literal for int() with base 10: 'x'",
    })
    const [attempt] = await bench.attempts(row.id)
    expect(attempt!.error_stack).toMatch(/^Traceback[\s\S]*line 4, in <module>[\s\S]*line 2, in parse/)
    await until('its lines', async () =>
      (await bench.logs(row.id)).some(({ message }) => message === 'reading'),
    )
    await until('no folder is left', () => folders().length === 0)
  })

  test('is killed at its timeout with what it started', async () => {
    await start('', 'none', { script: SCRIPT })
    const code = `const child = require('node:child_process').spawn('sleep', ['600']); console.log(process.pid, child.pid); setInterval(() => {}, 1000)`
    const row = await bench.run({
      handlerName: 'script',
      params: { language: 'javascript', code },
      timeoutSeconds: 2,
    })
    expect(row).toMatchObject({ status: 'TIMEOUT' })
    const line = await until('its line', async () => (await bench.logs(row.id))[0])
    const pids = line.message.split(' ').map(Number)
    expect(pids).toHaveLength(2)
    await until('no process is left', () => !pids.some(isAlive))
  })

  test('is not there unless the configuration has it', async () => {
    await start('')
    const { handlers } = bench.logged.find(({ message }) => message === 'worker started')!
    expect(handlers).toContain('report')
    expect(handlers).not.toContain('script')
  })
})

describe('a nightly report', () => {
  test('goes from the query over scripts to a spreadsheet that arrives by mail', async () => {
    const mails: Email[] = []
    const server = new SMTPServer({
      authOptional: true,
      hideSTARTTLS: true,
      onData(stream, _session, done) {
        const chunks: Buffer[] = []
        stream.on('data', (chunk) => chunks.push(chunk))
        stream.on('end', async () => {
          mails.push(await PostalMime.parse(Buffer.concat(chunks)))
          done()
        })
      },
    })
    server.listen(0, '127.0.0.1')
    await once(server.server, 'listening')
    process.env.JOBU_SMTP_URL = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`
    process.env.JOBU_SMTP_FROM = 'jobu@example.com'
    try {
      await start('', 'none', { script: SCRIPT })
      const { status, of } = await runOf([
        {
          key: 'extract',
          handlerName: 'report',
          params: { sql: `SELECT n, '=' || n AS text FROM generate_series(1, 3) AS n`, name: 'rows.csv' },
        },
        {
          key: 'transform',
          handlerName: 'script',
          dependsOn: ['extract'],
          params: {
            language: 'python',
            artifacts: [{ task: 'extract', name: 'rows.csv' }],
            code: `import csv, json\nrows = list(csv.DictReader(open('inputs/rows.csv', newline='')))\njson.dump(rows, open('artifacts/rows.json', 'w'))\nprint(json.dumps({'rows': len(rows)}))`,
          },
        },
        {
          key: 'report',
          handlerName: 'report',
          dependsOn: ['transform'],
          params: { sql: `SELECT 1 AS id, '=1+1' AS text, date '2026-01-05' AS day`, name: 'report.xlsx' },
        },
        {
          key: 'mail',
          handlerName: 'email',
          dependsOn: ['report'],
          params: {
            to: 'kim@example.com',
            subject: 'Nightly',
            text: 'See the attachment',
            attachments: [{ task: 'report', artifact: '*.xlsx' }, { artifact: 'rows.json' }],
          },
        },
      ])
      expect(status).toBe('SUCCESS')
      expect((await of('transform')).result).toEqual({ rows: 3 })
      expect((await of('mail')).result).toMatchObject({
        sent: true,
        attachments: ['report.xlsx', 'rows.json'],
      })
      const [spreadsheet, rows] = mails[0]!.attachments
      const workbook = new exceljs.Workbook()
      await workbook.xlsx.load(spreadsheet!.content as ArrayBuffer)
      expect(workbook.worksheets[0]!.getRow(2).values).toEqual([undefined, 1, '=1+1', new Date('2026-01-05')])
      expect(JSON.parse(new TextDecoder().decode(rows!.content as ArrayBuffer))).toEqual([
        { n: '1', text: "'=1" },
        { n: '2', text: "'=2" },
        { n: '3', text: "'=3" },
      ])
      const [stored] = await listArtifactsOfExecution(bench.db, (await of('report')).id)
      const chunks: Buffer[] = []
      for await (const chunk of readArtifact(bench.db, stored!)) chunks.push(chunk)
      expect(Buffer.concat(chunks).equals(Buffer.from(spreadsheet!.content as ArrayBuffer))).toBe(true)
    } finally {
      delete process.env.JOBU_SMTP_URL
      delete process.env.JOBU_SMTP_FROM
      await new Promise<void>((resolve) => server.close(resolve))
    }
  })
})
