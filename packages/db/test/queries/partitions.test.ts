import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench, secondsAgo } from '../../../../test/support/builders.ts'
import { earlyIn } from '../../../../test/support/earlyIn.ts'
import {
  Database,
  dropMonth,
  ensurePartitions,
  expiredPartitions,
  pruneSideTables,
  retryExecutions,
  sqlState,
} from '../../src/index.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterAll(() => bench.close())

const exists = async (table: string) =>
  (await bench.db.query<{ yes: boolean }>('SELECT to_regclass($1) IS NOT NULL AS yes', [table])).rows[0]!.yes

/** A month long past, each test its own. */
async function aMonth(year: number): Promise<{ suffix: string; middle: Date }> {
  const middle = new Date(Date.UTC(year, 4, 15))
  await ensurePartitions(bench.db, middle, middle)
  return { suffix: `p${year}_05`, middle }
}
const drop = (suffix: string) =>
  bench.db.transactional({ label: 'retention' }, (tx) => dropMonth(tx, suffix, 90))

describe('ensurePartitions', () => {
  test('makes what is missing, month by month for each of the three tables, and the second time nothing', async () => {
    const from = new Date('2001-01-31T23:59:59.999Z')
    const to = new Date('2001-03-01T00:00:00Z')
    expect(await ensurePartitions(bench.db, from, to)).toBe(9)
    expect(await ensurePartitions(bench.db, from, to)).toBe(0)
    await bench.anExecution({ scheduledTime: from, status: 'SKIPPED' })
    await bench.anExecution({ scheduledTime: to, status: 'SKIPPED' })
    expect(await exists('execution_logs_p2001_02')).toBe(true)
    expect(await exists('job_executions_p2001_04')).toBe(false)
  })

  test('ten at once make each once', async () => {
    const from = new Date('2002-01-15T00:00:00Z')
    const to = new Date('2002-04-15T00:00:00Z')
    const made = await Promise.all(Array.from({ length: 10 }, () => ensurePartitions(bench.db, from, to)))
    expect(made.sort()).toEqual([...Array(9).fill(0), 12])
  })

  test('does not wait for a long reader of the table', async () => {
    const reader = await bench.client()
    await reader.query('BEGIN')
    await reader.query('SELECT count(*) FROM job_executions')
    const at = new Date('2003-01-15T00:00:00Z')
    expect(await ensurePartitions(bench.db, at, at)).toBe(3)
    await reader.query('COMMIT')
  })

  test('a new partition has the indexes, checks and settings of the others', async () => {
    const { suffix } = await aMonth(2004)
    const describe = async (part: string) => {
      const { rows } = await bench.db.query<{ of: string }>(
        `SELECT replace(indexdef, $1, '') AS of FROM pg_indexes WHERE tablename = $1
         UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'c'
         UNION ALL SELECT array_to_string(reloptions, ',') FROM pg_class WHERE oid = $1::regclass`,
        [part],
      )
      return rows.map((row) => row.of).sort()
    }
    const now = new Date().toISOString()
    const current = `job_executions_p${now.slice(0, 4)}_${now.slice(5, 7)}`
    expect(await describe(`job_executions_${suffix}`)).toEqual(await describe(current))
    expect((await describe(current)).length).toBeGreaterThan(12)
  })
})

describe('expiredPartitions', () => {
  test('names the months that ended before the retention began, of all three tables', async () => {
    // A day may not turn meanwhile.
    await earlyIn(3_600_000)
    await aMonth(2005)
    const names = (await expiredPartitions(bench.db, 90)).map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['job_executions_p2005_05', 'execution_logs_p2005_05']))
    const cut = new Date(Date.now() - 90 * 86_400_000).toISOString().slice(0, 7).replace('-', '_')
    expect(names.filter((name) => name.slice(-7) >= cut)).toEqual([])
    const days = Math.ceil((Date.now() - Date.UTC(2005, 5, 1)) / 86_400_000)
    const kept = (await expiredPartitions(bench.db, days)).map(({ name }) => name)
    expect(kept).not.toContain('job_executions_p2005_05')
    const justExpired = (await expiredPartitions(bench.db, days - 1)).map(({ name }) => name)
    expect(justExpired).toContain('job_executions_p2005_05')
  })
})

describe('dropMonth', () => {
  test('drops a month of finished executions with its attempts and logs', async () => {
    const { suffix, middle } = await aMonth(2010)
    await bench.anExecution({ scheduledTime: middle, status: 'SUCCESS', finishedAt: middle })
    expect(await drop(suffix)).toBe(true)
    for (const parent of ['job_executions', 'execution_attempts', 'execution_logs']) {
      expect(await exists(`${parent}_${suffix}`)).toBe(false)
    }
  })

  test.each([
    ['unfinished', 2011, { status: 'PENDING' as const }],
    ['waiting for its backoff', 2017, { waitingFor: 'time' as const }],
    ['running', 2012, { status: 'RUNNING' as const }],
    [
      'finished recently, as a backfill is',
      2013,
      { status: 'SUCCESS' as const, finishedAt: secondsAgo(3_600) },
    ],
  ])('keeps a month in which something is %s', async (_, year, state) => {
    const { suffix, middle } = await aMonth(year)
    await bench.anExecution({ scheduledTime: middle, ...state })
    expect(await drop(suffix)).toBe(false)
    expect(await exists(`execution_attempts_${suffix}`)).toBe(true)
  })

  test('behind a reader it gives up with 55P03 and drops nothing', async () => {
    const { suffix, middle } = await aMonth(2014)
    await bench.anExecution({ scheduledTime: middle, status: 'SUCCESS', finishedAt: middle })
    const reader = await bench.client()
    await reader.query('BEGIN')
    await reader.query(`SELECT FROM job_executions_${suffix}`)
    expect(await drop(suffix).catch(sqlState)).toBe('55P03')
    expect(await exists(`job_executions_${suffix}`)).toBe(true)
    expect(await exists(`execution_logs_${suffix}`)).toBe(true)
    await reader.query('COMMIT')
    expect(await drop(suffix)).toBe(true)
  })

  test('a slot written while it waits for the lock is not dropped', async () => {
    const { suffix, middle } = await aMonth(2015)
    const writer = await bench.client()
    await writer.query('BEGIN')
    await writer.query(
      `INSERT INTO job_executions (scheduled_time, run_at, status, finished_at, param_source, handler_name)
       VALUES ($1, $1, 'SKIPPED', now(), 'cron', 'echo')`,
      [middle],
    )
    const dropping = drop(suffix)
    await bench.untilBlocked()
    await writer.query('COMMIT')
    expect(await dropping).toBe(false)
    expect((await bench.executions()).filter((row) => +row.scheduledTime === +middle)).toHaveLength(1)
  })

  test('an old failure retried while it waits for the lock is not dropped', async () => {
    const { suffix, middle } = await aMonth(2016)
    const failed = await bench.anExecution({ scheduledTime: middle, status: 'FAILED', finishedAt: middle })
    const other = new Database({ url: bench.url }, { engine: true })
    let dropping = Promise.resolve(true)
    await other.transactional({ label: 'retry' }, async (tx) => {
      await retryExecutions(tx, [failed])
      dropping = drop(suffix)
      await bench.untilBlocked()
    })
    await other.close()
    expect(await dropping).toBe(false)
    expect((await bench.execution(failed)).status).toBe('PENDING')
  })

  test('takes nothing but a month for a name', async () => {
    await expect(drop('p2010_05; DROP TABLE cron_jobs')).rejects.toThrow('not a partition suffix')
  })
})

describe('pruneSideTables', () => {
  test('deletes idempotency keys older than the retention', async () => {
    await bench.db.query(
      `INSERT INTO idempotency_keys (key, request_hash, execution_id, scheduled_time, created_at)
       VALUES ('old', '', 1, now(), now() - interval '91 days'), ('new', '', 1, now(), now() - interval '89 days')`,
    )
    await pruneSideTables(bench.db, 90)
    expect((await bench.db.query('SELECT key FROM idempotency_keys')).rows).toEqual([{ key: 'new' }])
  })
})
