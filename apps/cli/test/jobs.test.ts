import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { startAdminCli } from './support/adminCli.ts'

let admin: Awaited<ReturnType<typeof startAdminCli>>
beforeAll(async () => {
  admin = await startAdminCli()
})
afterAll(() => admin.stop())
afterEach(() => admin.clear())

const sql = (text: string, values?: unknown[]) => admin.app.database.query(text, values)

/** Ends a job as a worker would have. */
async function settle(
  id: number,
  status: 'SUCCESS' | 'FAILED',
  message: string | null = null,
): Promise<void> {
  await sql(
    `UPDATE job_executions SET status = $2, ready_at = NULL, waiting_for = NULL, attempt = 1, started_at = now() - interval '2 s',
       finished_at = now(), error_message = $3 WHERE id = $1`,
    [id, status, message],
  )
}

describe('jobs run', () => {
  test('enqueues with what is given, params from a file as well', async () => {
    const file = join(admin.folder, 'params.json')
    writeFileSync(file, '{"message": "from a file"}')
    const options = ['--priority', '7', '--queue', 'q', '--max-retry', '2', '--timeout', '5m']
    const job = await admin.json(['jobs', 'run', 'echo', '--params', `@${file}`, ...options])
    expect(job).toMatchObject({
      ...{ handler_name: 'echo', status: 'PENDING', params: { message: 'from a file' } },
      ...{ priority: 7, queue: 'q', max_retry: 2, timeout_seconds: 300 },
    })
    expect((await admin.cli(['jobs', 'run', 'echo'])).stdout).toMatch(/^job \d+ is PENDING\n$/)
  })

  test('for a later time takes a wall time of the zone, and the same key makes one job', async () => {
    const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
    const args = ['jobs', 'run', 'echo', '--at', `${day}T09:00`, '--idempotency-key', 'k']
    const job = await admin.json(args)
    expect(job.scheduled_time).toBe(`${day}T00:00:00.000Z`)
    const again = await admin.cli(args)
    expect(again.stdout).toBe(`job ${job.id} is PENDING, for ${day} 09:00:00 +09:00\n`)
  })

  test.each([
    ['SUCCESS', null, 0, /is SUCCESS after 2\.0 s\n$/],
    ['FAILED', 'disk full', 1, /is FAILED after 2\.0 s\n$/],
  ] as const)('--wait ends with the job: %s', async (status, message, code, stdout) => {
    const settled: Promise<void>[] = []
    const outcome = await admin.cli(['jobs', 'run', 'echo', '--wait'], {
      stderr(text) {
        const [, id] = /^job (\d+) is PENDING/.exec(text) ?? []
        if (id) settled.push(settle(Number(id), status, message))
      },
    })
    await Promise.all(settled)
    expect(outcome.code).toBe(code)
    expect(outcome.stdout).toMatch(stdout)
    if (message) expect(outcome.stderr).toContain(`ended FAILED: ${message}`)
  })

  test('--wait ends with Ctrl+C: 130, and says nothing of an error', async () => {
    const stop = new AbortController()
    const outcome = await admin.cli(['jobs', 'run', 'echo', '--wait'], {
      signal: stop.signal,
      stderr: () => stop.abort(new Error('stopped')),
    })
    expect(outcome.code).toBe(130)
    expect(outcome.stderr).toMatch(/^job \d+ is PENDING\n$/)
  })
})

describe('jobs list and get', () => {
  test('filter and show', async () => {
    const { body: cron } = await admin.app.api
      .post('/crons')
      .send({ name: 'nightly', cron_expression: '@daily', handler_name: 'echo' })
    const job = await admin.json(['crons', 'run', 'nightly'])
    const other = await admin.json(['jobs', 'run', 'echo'])
    await settle(other.id, 'FAILED', 'line one\nline two \u001b[31mred')
    const ids = async (...args: string[]) =>
      (await admin.json(['jobs', 'list', ...args])).items.map(({ id }: { id: number }) => id)
    expect(await ids('--cron', 'nightly')).toEqual([job.id])
    expect(await ids('--cron', String(cron.id), '--status', 'failed')).toEqual([])
    expect(await ids('--status', 'failed,PENDING')).toEqual([other.id, job.id])
    expect(await ids('--handler', 'mail')).toEqual([])
    expect(await ids('--from', '-1h', '--to', '+1h')).toHaveLength(2)
    expect(await ids('--to', '-1h')).toEqual([])
    const { stdout } = await admin.cli(['jobs', 'list'])
    expect(stdout.split('\n')[1]).toMatch(/ echo +FAILED .* 2\.0 s +1 +line one line two red$/)
    expect((await admin.cli(['jobs', 'get', String(other.id)])).stdout).toMatch(/^status: +FAILED$/m)
    expect((await admin.json(['jobs', 'get', String(other.id)])).runs).toEqual([])
    expect(await admin.cli(['jobs', 'get', '999'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('(404 JOB_NOT_FOUND)'),
    })
  })

  test('logs come in order, over several pages', async () => {
    const job = await admin.json(['jobs', 'run', 'echo'])
    await sql(
      `INSERT INTO execution_logs (execution_id, scheduled_time, logged_at, attempt, line, level, message, fields)
       SELECT id, scheduled_time, now(), 1, n, 'info', 'line ' || n, CASE WHEN n = 1 THEN '{"a": 1}'::jsonb END
         FROM job_executions, generate_series(1, 450) n WHERE id = $1`,
      [job.id],
    )
    const { stdout } = await admin.cli(['jobs', 'logs', String(job.id)])
    const lines = stdout.trim().split('\n')
    expect(lines).toHaveLength(450)
    expect(lines[0]).toMatch(/^\S+ \S+ \+09:00 {2}info {2}line 1 \{"a":1\}$/)
    expect(lines[449]).toMatch(/line 450$/)
    const { stdout: json } = await admin.cli(['jobs', 'logs', String(job.id), '--json'])
    expect(
      json
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).line),
    ).toEqual(Array.from({ length: 450 }, (_, index) => index + 1))
  })
})

describe('jobs retry, cancel and delete', () => {
  test('of one job say what it came to, and why not', async () => {
    const { id } = await admin.json(['jobs', 'run', 'echo'])
    const cli = (verb: string) => admin.cli(['jobs', verb, String(id)])
    expect((await cli('cancel')).stdout).toBe(`job ${id} is CANCELLED\n`)
    expect(await cli('cancel')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('JOB_NOT_CANCELLABLE'),
    })
    expect((await cli('retry')).stdout).toBe(`job ${id} is PENDING\n`)
    expect(await cli('retry')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('409 JOB_NOT_RETRYABLE'),
    })
    expect((await cli('delete')).stdout).toBe(`deleted job ${id}\n`)
    expect((await cli('delete')).code).toBe(1)
  })

  test('without ids and without a filter are wrong usage, and so are both', async () => {
    for (const args of [['retry'], ['cancel', '5', '--status', 'PENDING'], ['delete', 'x']]) {
      expect((await admin.cli(['jobs', ...args])).code).toBe(2)
    }
  })
})
