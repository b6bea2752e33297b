import type { ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { cliFor } from './support/cli.ts'
import { beginStream, startFakeServer } from './support/fakeServer.ts'

// Against answers as SPEC.md section 7 gives them, where a command's course is what is looked at.
let server: Awaited<ReturnType<typeof startFakeServer>>
let client: ReturnType<typeof cliFor>
beforeAll(async () => {
  server = await startFakeServer()
  client = cliFor(server.url, 'secret')
})
afterAll(async () => {
  client.clean()
  await server.stop()
})
afterEach(() => server.answer({}))

const calls = () => server.seen.map(({ call }) => call)
const aLine = (line: number, message = `line ${line}`, attempt = 1) => ({
  ...{ logged_at: '2026-01-31T00:00:00.000Z', attempt, line, level: 'info', message, fields: null },
})

describe('bulk', () => {
  const answer = { matched: 12, changed: 0, skipped: 0, remaining: 0, is_exact: true }

  test('by filter is counted, asked for, and done until nothing remains', async () => {
    let remaining = 12
    server.answer({
      'POST /jobs/bulk/retry': ({ call }) => {
        if (call.includes('dry_run')) return { ...answer, remaining }
        const changed = Math.min(remaining, 8)
        remaining -= changed
        return { ...answer, changed, remaining, skipped: 1 }
      },
    })
    const questions: string[] = []
    const ask = async (question: string) => {
      questions.push(question)
      return 'y'
    }
    const args = [
      'jobs',
      'retry',
      '--status',
      'failed,timeout',
      '--handler',
      'sync',
      '--from',
      '2026-01-31T09:00',
    ]
    expect(await client.cli(args, { ask })).toEqual({
      code: 0,
      stdout: '12 retried; 1 are in a status that does not allow it\n',
      stderr: '8 retried, 4 to go\n',
    })
    expect(questions).toEqual(['12 jobs will be retried. [y/N] '])
    expect(calls()).toEqual([
      'POST /jobs/bulk/retry?dry_run=true',
      'POST /jobs/bulk/retry',
      'POST /jobs/bulk/retry',
    ])
    const filter = {
      status: ['FAILED', 'TIMEOUT'],
      handler_name: 'sync',
      from_date: '2026-01-31T00:00:00.000Z',
    }
    expect(server.seen.map(({ body }) => body)).toEqual([{ filter }, { filter }, { filter }])
  })

  test('what cannot be reached is told, not tried for ever', async () => {
    server.answer({ 'POST /jobs/bulk/cancel': () => ({ ...answer, remaining: 3 }) })
    const outcome = await client.cli(['jobs', 'cancel', '--status', 'PENDING', '--yes'])
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('3 could not be reached') })
    expect(calls()).toHaveLength(2)
  })

  test('--dry-run only counts, --yes does not ask, nobody to ask is a refusal', async () => {
    server.answer({
      'POST /jobs/bulk/delete': ({ call }) =>
        call.includes('dry_run') ? { ...answer, remaining: 3, is_exact: false } : { ...answer, changed: 3 },
    })
    const args = ['jobs', 'delete', '--status', 'SUCCESS']
    expect((await client.cli([...args, '--dry-run'])).stdout).toBe('at least 3 would be deleted\n')
    expect(calls()).toEqual(['POST /jobs/bulk/delete?dry_run=true'])
    expect(await client.cli(args)).toMatchObject({ code: 2, stderr: expect.stringContaining('give --yes') })
    expect(calls().at(-1)).toBe('POST /jobs/bulk/delete?dry_run=true')
    expect((await client.cli([...args, '--yes'])).stdout).toBe('3 deleted\n')
  })

  test('by several ids is one request', async () => {
    server.answer({ 'POST /jobs/bulk/cancel': () => ({ ...answer, changed: 2 }) })
    expect((await client.cli(['jobs', 'cancel', '5', '7'])).stdout).toBe('2 cancelled\n')
    expect(server.seen).toMatchObject([{ call: 'POST /jobs/bulk/cancel', body: { ids: [5, 7] } }])
  })

  test('where none can be changed nothing is done', async () => {
    server.answer({ 'POST /jobs/bulk/retry': () => ({ ...answer, skipped: 12 }) })
    expect((await client.cli(['jobs', 'retry', '--cron', '0'])).code).toBe(1)
    expect((await client.cli(['jobs', 'retry', '--status', 'SUCCESS'])).stdout).toBe(
      'none can be retried; 12 are in a status that does not allow it\n',
    )
    expect(calls().filter((call) => call.startsWith('POST'))).toHaveLength(1)
  })
})

describe('lists', () => {
  test('with cursors are followed by them, and their totals may be lower bounds', async () => {
    server.answer({
      'GET /crons': ({ call }) =>
        call.includes('cursor=next')
          ? { items: [{ id: 2, name: 'b' }], total: 2, next_cursor: null }
          : { items: [{ id: 1, name: 'a' }], total: 2, next_cursor: 'next' },
      'GET /jobs': () => ({ items: [], total: 5_000, total_is_exact: false, next_cursor: 'c' }),
    })
    expect((await client.json(['crons', 'list', '--all'])).items).toHaveLength(2)
    expect(calls()).toEqual([
      'GET /crons?order_by=id&size=200',
      'GET /crons?order_by=id&cursor=next&size=200',
    ])
    expect((await client.cli(['jobs', 'list'])).stderr).toBe('0 of 5000 or more; --cursor c shows more\n')
  })
})

describe('jobs logs -f', () => {
  test('prints the stream until its end, each line once, also over a lost connection', async () => {
    let opened = 0
    server.answer({
      'GET /jobs/5/logs': (_request, response) => {
        const send = beginStream(response)
        if (++opened === 1) {
          send('execution', { id: 5, status: 'RUNNING' })
          send('log', aLine(1), '1:1')
          send('log', aLine(2), '1:2')
          setImmediate(() => response.destroy())
        } else {
          send('log', aLine(2), '1:2')
          send('log', aLine(1, 'second try', 2), '2:1')
          send('end', { id: 5, status: 'FAILED' }, '2:1:end')
          response.end()
        }
      },
    })
    const { code, stdout, stderr } = await client.cli(['jobs', 'logs', '5', '-f', '--level', 'warn'])
    expect(code).toBe(0)
    expect(stdout.match(/line \d|second try/g)).toEqual(['line 1', 'line 2', 'second try'])
    expect(stderr).toMatch(/opening it again/)
    expect(server.seen.map(({ call, headers }) => [call, headers.accept, headers['last-event-id']])).toEqual([
      ['GET /jobs/5/logs?level=warn', 'text/event-stream', undefined],
      ['GET /jobs/5/logs?level=warn', 'text/event-stream', '1:2'],
    ])
  })

  test('a stream that just ends is followed until the job is final', async () => {
    let opened = 0
    server.answer({
      'GET /jobs/5': () => ({ id: 5, status: opened > 1 ? 'SUCCESS' : 'RUNNING' }),
      'GET /jobs/5/logs': (_request, response) => {
        beginStream(response)('log', aLine(++opened), `1:${opened}`)
        response.end()
      },
    })
    const { stdout } = await client.cli(['jobs', 'logs', '5', '--follow'])
    expect(stdout.match(/line \d/g)).toEqual(['line 1', 'line 2'])
  })

  test('a job whose log was read to its end is answered 204, and that is the end', async () => {
    server.answer({ 'GET /jobs/5/logs': (_request, response) => void response.writeHead(204).end() })
    expect(await client.cli(['jobs', 'logs', '5', '-f'])).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test('asks for pages where the server has no stream', async () => {
    let asked = 0
    server.answer({
      'GET /jobs/5': () => ({ id: 5, status: asked > 0 ? 'SUCCESS' : 'RUNNING' }),
      'GET /jobs/5/logs': ({ call }) => {
        const offset = Number(/offset=(\d+)/.exec(call)?.[1] ?? 0)
        if (call.includes('offset')) asked++
        return { items: [aLine(1), aLine(2)].slice(offset, asked), total: 2 }
      },
    })
    const { code, stdout } = await client.cli(['jobs', 'logs', '5', '-f'])
    expect(code).toBe(0)
    expect(stdout.match(/line \d/g)).toEqual(['line 1', 'line 2'])
  })

  test('a job that does not exist is told as such', async () => {
    expect(await client.cli(['jobs', 'logs', '6', '-f'])).toMatchObject({ code: 1 })
  })
})

describe('jobs tail', () => {
  /** Tails until so many lines are there, then stops as Ctrl+C does. */
  async function tail(args: string[], count: number) {
    const stop = new AbortController()
    let lines = 0
    const outcome = await client.cli(['jobs', 'tail', ...args], {
      signal: stop.signal,
      stdout: () => ++lines === count && stop.abort(new Error('stopped')),
    })
    return { ...outcome, lines: outcome.stdout.trim().split('\n') }
  }

  test('prints changes as they come, and resumes after the last one seen', async () => {
    let opened = 0
    server.answer({
      'GET /crons': () => ({ items: [{ id: 3, name: 'nightly' }], total: 1 }),
      'GET /events': (_request, response) => {
        const send = beginStream(response)
        if (++opened === 1) {
          send(
            'execution',
            {
              id: 7,
              status: 'RUNNING',
              job_id: 3,
              handler_name: 'echo',
              attempt: 2,
              progress_percentage: 40,
              current_step: 'copy',
            },
            'e1',
          )
          send('cron', { id: 3, action: 'updated' }, 'e2')
          send('more', { topic: 'executions', counts: { SUCCESS: 900 } }, 'e3')
          setImmediate(() => response.destroy())
        } else
          send('execution', { id: 7, status: 'SUCCESS', job_id: 3, handler_name: 'echo', attempt: 2 }, 'e4')
      },
    })
    const { code, lines, stderr } = await tail(
      ['--cron', 'nightly', '--handler', 'echo', '--status', 'running,SUCCESS'],
      2,
    )
    expect(code).toBe(130)
    expect(lines[0]).toMatch(/\+09:00 {2}7 {2}RUNNING {4}echo {2}attempt 2 {2}40 % {2}copy$/)
    expect(lines[1]).toMatch(/ {2}7 {2}SUCCESS /)
    expect(stderr).toContain('900 SUCCESS')
    const events = server.seen.filter(({ call }) => call.startsWith('GET /events'))
    expect(new URLSearchParams(events[0]!.call.split('?')[1]).toString()).toBe(
      'topics=executions&cron_id=3&handler_name=echo&status=RUNNING%2CSUCCESS',
    )
    expect(events.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, 'e3'])
  })

  test('asks for the newest jobs where the server has no events, and shows what changed since', async () => {
    let asked = 0
    const job = (id: number, status: string) => ({
      id,
      status,
      job_id: null,
      cron_name: null,
      handler_name: 'echo',
      attempt: 1,
    })
    server.answer({
      'GET /jobs': () =>
        ++asked === 1
          ? { items: [job(1, 'RUNNING')], total: 1 }
          : { items: [job(2, 'PENDING'), job(1, 'FAILED')], total: 2 },
    })
    const { lines, stderr } = await tail(['--json'], 2)
    expect(lines.map((line) => JSON.parse(line)).map(({ id, status }) => [id, status])).toEqual([
      [1, 'FAILED'],
      [2, 'PENDING'],
    ])
    expect(stderr).toContain('has no events')
  })

  test('a refusal is an error, not a reason to ask again', async () => {
    server.answer({
      'GET /events': (_request, response) => {
        response.writeHead(403, { 'content-type': 'application/json' })
        response.end('{"error": {"code": "FORBIDDEN", "message": "no"}}')
      },
    })
    expect(await client.cli(['jobs', 'tail'])).toMatchObject({
      code: 1,
      stderr: 'jobu: no (403 FORBIDDEN)\n',
    })
    expect(calls()).toHaveLength(1)
  })
})

describe('the other commands', () => {
  test.each([
    [['scheduler', 'status'], 'GET /scheduler/status', undefined],
    [['scheduler', 'start', '--dry-run'], 'POST /scheduler/start?dry_run=true', undefined],
    [['scheduler', 'start'], 'POST /scheduler/start', undefined],
    [['scheduler', 'stop'], 'POST /scheduler/stop', undefined],
    [
      ['scheduler', 'reserve', 'upgrade', '--ttl', '30m'],
      'POST /scheduler/reservation',
      { reason: 'upgrade', ttl_seconds: 1_800 },
    ],
    [['scheduler', 'release'], 'DELETE /scheduler/reservation', undefined],
    [['workers', 'list'], 'GET /workers?size=200', undefined],
    [['handlers', 'list'], 'GET /handlers?size=200', undefined],
    [['stats', 'summary'], 'GET /stats/summary?timezone=Asia%2FSeoul', undefined],
    [['jobs', 'why', '5'], 'GET /jobs/5/why', undefined],
    [['crons', 'next', '3', '--count', '2'], 'GET /crons/3/next?count=2', undefined],
    [
      ['crons', 'slots', '3', '--from', '2026-01-31', '--verdict', 'failed'],
      'GET /crons/3/slots?verdict=FAILED&size=200&from=2026-01-30T15%3A00%3A00.000Z',
      undefined,
    ],
    [
      ['crons', 'backfill', '3', '--from', '2026-01-30', '--to', '2026-01-31', '--dry-run'],
      'POST /crons/3/backfill?dry_run=true',
      { from: '2026-01-29T15:00:00.000Z', to: '2026-01-30T15:00:00.000Z' },
    ],
  ])('%j asks %s', async (args, call, body) => {
    const answer = { items: [], next: [], count: 1, total: 0, status: 'PENDING', explanation: 'because' }
    server.answer({ 'GET /crons/3': () => ({ id: 3 }), [call.split('?')[0]!]: () => answer })
    for (const more of [[], ['--json']]) {
      const { code, stderr } = await client.cli([...args, ...more])
      expect([code, stderr]).toEqual([0, ''])
      expect(server.seen.at(-1)).toMatchObject({ call, headers: { authorization: 'Bearer secret' } })
      expect(server.seen.at(-1)!.body).toEqual(body)
    }
  })

  test('show lists as tables', async () => {
    server.answer({
      'GET /workers': () => ({
        items: [
          {
            id: 'worker-a',
            hostname: 'a',
            status: 'ACTIVE',
            running: 2,
            pool_size: 20,
            queues: ['*'],
            handlers: ['echo', 'http'],
            started_at: '2026-01-31T00:00:00.000Z',
            heartbeat_at: '2026-01-31T00:00:00.000Z',
          },
        ],
        total: 1,
      }),
      'GET /crons/3': () => ({ id: 3 }),
      'GET /crons/3/slots': () => ({
        items: [
          {
            scheduled_time: '2026-01-31T00:00:00.000Z',
            verdict: 'SUCCESS',
            job_id: 8,
            late_ms: 12,
            duration_ms: 1_500,
            explanation: 'ran',
          },
        ],
        total: 1,
        summary: { SUCCESS: 1, SKIPPED: 2 },
        next_cursor: '2026-01-31T00:00:00.000Z',
      }),
      'GET /jobs/5/why': () => ({
        id: 5,
        status: 'PENDING',
        verdict: 'NO_WORKER',
        explanation: 'No worker since 2026-01-31T00:00:00.000Z.',
      }),
    })
    expect((await client.cli(['workers', 'list'])).stdout).toMatch(
      /^worker-a +a +ACTIVE +2\/20 +\* .*echo,http$/m,
    )
    const slots = await client.cli(['crons', 'slots', '3'])
    expect(slots.stdout).toMatch(/^2026-01-31 09:00:00 \+09:00 {2}SUCCESS {2}8 +12 ms +1\.5 s +ran$/m)
    expect(slots.stderr).toBe('1 SUCCESS, 2 SKIPPED\n--cursor 2026-01-31T00:00:00.000Z shows more\n')
    expect((await client.cli(['jobs', 'why', '5'])).stdout).toBe(
      'job 5 is PENDING (NO_WORKER)\nNo worker since 2026-01-31 09:00:00 +09:00.\n',
    )
  })
})

describe("answers that are not the API's", () => {
  test.each([
    [
      'a page of a proxy',
      (response: ServerResponse) => response.writeHead(502).end('<html>'),
      1,
      /answered 502/,
    ],
    ['no JSON', (response: ServerResponse) => response.writeHead(200).end('hello'), 1, /without JSON/],
    ['a broken connection', (response: ServerResponse) => response.destroy(), 3, /cannot reach/],
    [
      'half an answer',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-length': '100' })
        response.write('{"items":')
        setImmediate(() => response.destroy())
      },
      3,
      /cannot reach/,
    ],
  ])('%s', async (_name, write, code, message) => {
    server.answer({
      'GET /crons': (_request, response) => {
        write(response)
      },
    })
    const outcome = await client.cli(['crons', 'list'])
    expect(outcome).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) })
  })

  test('a server that does not know dry_run is said to be older, and nothing is applied', async () => {
    server.answer({
      'GET /crons': () => ({ items: [], total: 0 }),
      'POST /crons': (_request, response) => {
        response.writeHead(400)
        response.end(
          JSON.stringify({
            error: {
              code: 'VALIDATION_FAILED',
              message: 'no',
              details: [{ field: 'dry_run', message: 'is not a known field' }],
            },
          }),
        )
      },
    })
    const readStdin = async () => 'crons: [{ name: a, cron_expression: "@daily", handler_name: echo }]'
    const { code, stderr } = await client.cli(['crons', 'apply', '-f', '-'], { readStdin })
    expect([code, stderr]).toEqual([1, expect.stringContaining('older version')])
    expect(calls().filter((call) => call.startsWith('POST'))).toEqual(['POST /crons?dry_run=true'])
  })
})

test('user and token are handed on with their arguments, and exist only where something takes them', async () => {
  const { run } = await import('../src/index.ts')
  const io = {
    env: {},
    root: '/',
    stdout() {},
    stderr() {},
    readStdin: async () => '',
    ask: null,
    width: null,
    signal: new AbortController().signal,
  }
  const given: string[][] = []
  const access = async (args: string[]) => {
    given.push(args)
    return 7
  }
  expect(await run(['user', 'create', 'mina', '--role', 'viewer', '--json', '--help'], io, access)).toBe(7)
  expect(await run(['token', 'list'], io, access)).toBe(7)
  expect(given).toEqual([
    ['user', 'create', 'mina', '--role', 'viewer', '--json', '--help'],
    ['token', 'list'],
  ])
  expect(await run(['user', 'list'], io)).toBe(2)
})
