import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Bench, secondsAgo, secondsAhead } from '../../../../test/support/builders.ts'
import {
  cancelExecutions,
  claimExecutions,
  completeExecutions,
  cumulativeStats,
  deleteExecutions,
  dropMonth,
  type ExecutionKey,
  ensurePartitions,
  failExecutions,
  failOrphanedHandlers,
  foldStats,
  insertExecutions,
  monthsToRecount,
  pruneStats,
  pruneTotals,
  recountTotals,
  releaseUnheld,
  replaceExecutions,
  retryExecutions,
  sqlState,
  writeSlots,
} from '../../src/index.ts'

const HANDLERS = ['echo', 'http', 'gone']
const DAY_MS = 86_400_000

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
  await ensurePartitions(bench.db, secondsAgo(70 * 86_400), new Date())
  // What settles, seen from outside the statements that settle it.
  await bench.db.query(
    'CREATE TABLE settled (status execution_status, handler_name text, hour timestamptz, job_id bigint, count integer)',
  )
  await bench.db.query(`
    CREATE FUNCTION note_settled() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO settled VALUES (NEW.status, NEW.handler_name, date_trunc('hour', NEW.finished_at, 'UTC'), coalesce(NEW.job_id, 0),
        CASE WHEN NEW.status = 'SKIPPED' THEN coalesce((NEW.result ->> 'count')::integer, 1) ELSE 1 END);
      RETURN NULL;
    END $$`)
  await bench.db.query(`CREATE TRIGGER note_inserted AFTER INSERT ON job_executions FOR EACH ROW
    WHEN (NEW.finished_at IS NOT NULL) EXECUTE FUNCTION note_settled()`)
  await bench.db.query(`CREATE TRIGGER note_updated AFTER UPDATE ON job_executions FOR EACH ROW
    WHEN (OLD.finished_at IS NULL AND NEW.finished_at IS NOT NULL) EXECUTE FUNCTION note_settled()`)
})
afterEach(async () => {
  await bench.clear()
  await bench.db.query('TRUNCATE settled')
})
afterAll(() => bench.close())

const rowsOf = async (text: string) => (await bench.db.query(text)).rows
const KEYS = 'month::text, handler_name, queue, param_source, priority, status'

/** What the totals and their pending deltas say, and what there is. */
const known = () =>
  rowsOf(`SELECT ${KEYS}, sum(n)::integer AS count FROM (
    SELECT month, handler_name, queue, param_source, priority, status, count AS n FROM execution_totals
    UNION ALL SELECT month, handler_name, queue, param_source, priority, status, total_change FROM execution_stat_deltas
  ) AS entry GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(n) <> 0 ORDER BY 1, 2, 3, 4, 5, 6`)
const actual = () =>
  rowsOf(`SELECT ${KEYS}, count(*)::integer AS count
    FROM (SELECT *, date_trunc('month', scheduled_time, 'UTC') AS month FROM job_executions WHERE finished_at IS NOT NULL) AS e
    GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6`)

async function foldAll(): Promise<void> {
  while ((await foldStats(bench.db, 100)).folded === 100);
}

/** Every roll-up says the same, and what was seen from outside. */
async function expectRollUpsToAgree(): Promise<void> {
  const measures = `sum(count)::integer AS count, sum(duration_sum_ms)::integer AS duration, max(duration_max_ms) AS max,
    sum(duration_histogram)::text AS durations, sum(lateness_histogram)::text AS latenesses`
  const byCron = (keys: string) =>
    rowsOf(`SELECT ${keys}, ${measures} FROM execution_stats GROUP BY ${keys} ORDER BY ${keys}`)
  const byHandler = (keys: string, where: string) =>
    rowsOf(
      `SELECT ${keys}, ${measures} FROM execution_stats_hourly WHERE ${where} GROUP BY ${keys} ORDER BY ${keys}`,
    )
  expect(await byHandler('hour, handler_name, status', `handler_name <> ''`)).toEqual(
    await byCron('hour, handler_name, status'),
  )
  expect(await byHandler('hour, status', `handler_name = ''`)).toEqual(await byCron('hour, status'))
  expect(
    await rowsOf(
      'SELECT hour, job_id, handler_name, status, count::integer FROM execution_stats ORDER BY 1, 2, 3, 4',
    ),
  ).toEqual(
    await rowsOf(
      'SELECT hour, job_id, handler_name, status, sum(count)::integer AS count FROM settled GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4',
    ),
  )
  expect(
    await rowsOf('SELECT handler_name, status, count::integer FROM execution_stats_all_time ORDER BY 1, 2'),
  ).toEqual(
    await rowsOf(
      'SELECT handler_name, status, sum(count)::integer AS count FROM settled GROUP BY 1, 2 ORDER BY 1, 2',
    ),
  )
  expect(
    await rowsOf('SELECT hour, job_id, count::integer FROM execution_failures_hourly ORDER BY 1, 2'),
  ).toEqual(
    await rowsOf(`SELECT hour, job_id, sum(count)::integer AS count FROM settled
      WHERE status IN ('FAILED', 'TIMEOUT') AND job_id <> 0 GROUP BY 1, 2 ORDER BY 1, 2`),
  )
}

const claim = (limit: number) =>
  claimExecutions(bench.db, {
    workerId: 'worker-1',
    leaseMs: 30_000,
    limit,
    ranges: ['default', 'slow'].map((queue) => ({
      queue,
      highestPriority: 32_767,
      lowestPriority: -32_768,
      readyFrom: null,
    })),
    handlers: HANDLERS,
    scheduledFrom: null,
  })

/** Some of the executions, of any status. */
async function some(share: number): Promise<ExecutionKey[]> {
  const all = await bench.executions()
  return all.filter((row) => ((row.id * 2_654_435_761) % 97) / 97 < share)
}

/** One step of a system's life; `share` says how much of what there is takes part. */
const STEPS: Record<string, (share: number) => Promise<unknown>> = {
  enqueue: (share) =>
    insertExecutions(
      bench.db,
      Array.from({ length: 1 + Math.floor(share * 12) }, (_, i) => ({
        handlerName: HANDLERS[i % 3]!,
        paramSource: i % 4 === 0 ? ('event' as const) : ('api' as const),
        queue: i % 2 ? 'slow' : 'default',
        priority: i % 3,
        maxRetry: i % 2,
        retryDelaySeconds: 0,
        scheduledTime: new Date(Date.now() - (i % 3) * 31 * DAY_MS),
      })),
    ),
  async complete(share) {
    const claims = await claim(1 + Math.floor(share * 10))
    await completeExecutions(
      bench.db,
      claims.map(({ id, scheduledTime, attempt }) => ({ id, scheduledTime, attempt, result: '1' })),
    )
  },
  async fail(share) {
    const claims = await claim(1 + Math.floor(share * 10))
    await failExecutions(
      bench.db,
      claims.map(({ id, scheduledTime, attempt }) => ({
        id,
        scheduledTime,
        attempt,
        outcome: (['FAILED', 'TIMEOUT', 'RELEASED'] as const)[id % 3]!,
        reason: 'HANDLER_ERROR' as const,
        message: 'no',
        stack: null,
        retryDelayMs: 0,
      })),
    )
  },
  async cancelRunning(share) {
    await cancelExecutions(bench.db, (await claim(1 + Math.floor(share * 5))).slice(1), 'someone')
    await releaseUnheld(bench.db, 'worker-1', [])
  },
  cancel: async (share) => cancelExecutions(bench.db, await some(share), 'someone'),
  retry: async (share) => retryExecutions(bench.db, await some(share)),
  delete: async (share) => deleteExecutions(bench.db, await some(share / 4)),
  async failOrphans() {
    await bench.db.query(
      `UPDATE job_executions SET ready_at = now() - interval '2 minutes' WHERE handler_name = 'gone' AND ready_at IS NOT NULL`,
    )
    await failOrphanedHandlers(bench.db, 60)
  },
  async fire(share) {
    const crons = (await rowsOf('SELECT id FROM cron_jobs ORDER BY id')) as Array<{ id: number }>
    const at = (index: number) => new Date(Date.now() - index * 1_000 - Math.floor(share * 40) * DAY_MS)
    const skipped = {
      reason: 'OVERLAP' as const,
      message: 'earlier one runs',
      covers: { first: at(9), last: at(3), count: 7 },
    }
    const slots = crons.map(({ id }, index) => ({
      jobId: id,
      slot: at(index),
      runAt: at(index),
      waitingFor: null,
      skipped: [null, skipped, { ...skipped, covers: undefined }][index % 3] as null,
    }))
    await replaceExecutions(
      bench.db,
      slots.slice(0, 2).map(({ jobId, slot }) => ({ jobId, slot })),
    )
    await writeSlots(
      bench.db,
      slots,
      crons.map(({ id }) => ({ jobId: id, nextRunAt: secondsAhead(3_600), fired: 1, disabledReason: null })),
    )
  },
  fold: (share) => foldStats(bench.db, 1 + Math.floor(share * 20)),
  foldAtOnce: (share) =>
    Promise.all(
      [1, 2, 3].map((n) =>
        bench.db.transactional({ label: 'fold' }, (tx) => foldStats(tx, n + Math.floor(share * 10))),
      ),
    ),
}

describe('totals and roll-ups', () => {
  test('agree with the executions whatever settles, is retried, deleted and folded, in any order and at once', async () => {
    const step = fc.tuple(fc.constantFrom(...Object.keys(STEPS)), fc.double({ min: 0, max: 1, noNaN: true }))
    const life = fc.array(step, { minLength: 15, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(life, async (steps) => {
        await bench.clear()
        await bench.db.query('TRUNCATE settled')
        for (let i = 0; i < 5; i++)
          await bench.aCron({ handlerName: HANDLERS[i % 2], queue: 'slow', priority: i })
        await bench.db.query(
          `INSERT INTO workers (id, hostname, pid, version, queues, handlers, pool_size, started_at)
           VALUES ('w', 'h', 1, '1', '{default}', '{echo,http}', 1, now() - interval '5 minutes')`,
        )
        await STEPS.enqueue!(1)
        for (const [name, share] of steps) {
          // A fold beside each.
          await Promise.all([STEPS[name]!(share), STEPS.fold!(share)])
          expect(await known()).toEqual(await actual())
        }
        const before = await cumulativeStats(bench.db)
        await foldAll()
        expect(await known()).toEqual(await actual())
        expect(await cumulativeStats(bench.db)).toEqual(before)
        await expectRollUpsToAgree()
      }),
      { numRuns: 20 },
    )
  }, 300_000)

  test('a deletion folded before what it takes back leaves the total below zero for a while, then nothing', async () => {
    const key = await bench.anExecution({ status: 'FAILED' })
    await deleteExecutions(bench.db, [key])
    await foldAll()
    expect(await known()).toMatchObject([{ status: 'FAILED', count: -1 }])
    await bench.db.query(
      `INSERT INTO execution_stat_deltas (month, count, total_change, status, handler_name, queue, param_source, priority)
       VALUES (date_trunc('month', $1::timestamptz), 1, 1, 'FAILED', 'echo', 'default', 'api', 0)`,
      [key.scheduledTime],
    )
    await foldAll()
    expect(await known()).toEqual([])
    expect(await rowsOf('SELECT FROM execution_totals')).toHaveLength(1)
    await pruneTotals(bench.db)
    expect(await rowsOf('SELECT FROM execution_totals')).toHaveLength(0)
  })
})

describe('dropMonth', () => {
  const middle = new Date(Date.UTC(2010, 4, 15))
  const suffix = 'p2010_05'
  const drop = () => bench.db.transactional({ label: 'retention' }, (tx) => dropMonth(tx, suffix, 90))
  /** Two that settled, one of them folded. */
  async function twoSettled(): Promise<void> {
    await ensurePartitions(bench.db, middle, middle)
    for (const folded of [true, false]) {
      const { id, scheduledTime } = await bench.anExecution({ scheduledTime: middle })
      await cancelExecutions(bench.db, [{ id, scheduledTime }], 'someone')
      if (folded) await foldAll()
    }
    await bench.db.query('UPDATE job_executions SET finished_at = scheduled_time')
  }

  test('takes the totals along, and what is folded later does not bring them back; the statistics stay', async () => {
    await twoSettled()
    expect(await known()).toMatchObject([{ status: 'CANCELLED', count: 2 }])
    expect(await drop()).toBe(true)
    expect(await known()).toEqual([])
    await foldAll()
    expect(await known()).toEqual([])
    expect((await cumulativeStats(bench.db)).CANCELLED).toBe(2)
  })

  test('gives up while a folder holds deltas of the month, and takes what that one added later', async () => {
    await twoSettled()
    await bench.db.transactional({ label: 'fold' }, async (tx) => {
      await foldStats(tx, 10)
      const client = await bench.client()
      await client.query('BEGIN')
      const elsewhere = { query: client.query.bind(client) } as never
      expect(await dropMonth(elsewhere, suffix, 90).catch(sqlState)).toBe('55P03')
      await client.query('ROLLBACK')
    })
    expect(await drop()).toBe(true)
    expect(await known()).toEqual([])
  })
})

describe('recountTotals', () => {
  const month = new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth(), 1))
  const recount = () => bench.db.transactional({ label: 'recount' }, (tx) => recountTotals(tx, month))
  const now = () => new Date(Math.max(Date.now() - 1_000, month.getTime()))
  /** Settled by jobu and pending, and written by SQL. */
  async function aMixture(): Promise<void> {
    for (let i = 0; i < 3; i++) {
      const key = await bench.anExecution({ scheduledTime: now() })
      await cancelExecutions(bench.db, [key], 'someone')
      if (i === 0) await foldAll()
    }
    for (let i = 0; i < 4; i++)
      await bench.anExecution({ scheduledTime: now(), status: 'SUCCESS', priority: i })
  }

  test('finds what SQL has written, counts what is not folded once, and the second time finds nothing', async () => {
    await aMixture()
    expect(await recount()).toBe(4)
    expect(await known()).toEqual(await actual())
    expect(await recount()).toBe(0)
    await foldAll()
    expect(await known()).toEqual(await actual())
    expect(await recount()).toBe(0)
    await bench.db.query(`DELETE FROM job_executions WHERE status = 'SUCCESS' AND priority = 2`)
    expect(await recount()).toBe(1)
    expect(await known()).toEqual(await actual())
    expect((await cumulativeStats(bench.db)).SUCCESS).toBe(0)
  })

  test('adds up with what is settled and folded before it commits', async () => {
    await aMixture()
    await bench.db.transactional({ label: 'recount' }, async (tx) => {
      expect(await recountTotals(tx, month)).toBe(4)
      const client = await bench.client()
      const elsewhere = { query: client.query.bind(client) } as never
      await foldStats(elsewhere, 100)
    })
    expect(await known()).toEqual(await actual())
    await foldAll()
    expect(await known()).toEqual(await actual())
  })

  test('one at a time', async () => {
    await aMixture()
    await bench.db.transactional({ label: 'recount' }, async (tx) => {
      await recountTotals(tx, month)
      const client = await bench.client()
      await client.query('BEGIN')
      expect(await recountTotals({ query: client.query.bind(client) } as never, month)).toBeNull()
      await client.query('ROLLBACK')
    })
    expect(await known()).toEqual(await actual())
  })

  test('a small month is due once a day, an empty one never', async () => {
    const [small, empty] = [new Date(Date.UTC(2012, 4, 1)), new Date(Date.UTC(2012, 5, 1))]
    await ensurePartitions(bench.db, small, empty)
    const due = async () => (await monthsToRecount(bench.db)).map(Number)
    await cancelExecutions(bench.db, [await bench.anExecution({ scheduledTime: small })], 'someone')
    expect(await due()).toContain(small.getTime())
    expect(await due()).not.toContain(empty.getTime())
    await bench.db.transactional({ label: 'recount' }, (tx) => recountTotals(tx, small))
    expect(await due()).not.toContain(small.getTime())
    await bench.db.query(
      `UPDATE settings SET value = jsonb_build_object('2012_05', now() - interval '25 hours') WHERE key = 'totals_recounted'`,
    )
    expect(await due()).toContain(small.getTime())
  })

  test.each([
    ['is not due while the totals are as many', 4_900_000, false],
    ['is due while they are far fewer', 3_000_000, true],
    ['is due while they are far more', 9_000_000, true],
  ])('a month that the server estimates to be large %s', async (_, count, isDue) => {
    await ensurePartitions(bench.db, new Date(Date.UTC(2011, 4, 15)), new Date(Date.UTC(2011, 4, 15)))
    await bench.db.query(`UPDATE pg_class SET reltuples = 5000000 WHERE relname = 'job_executions_p2011_05'`)
    await bench.db.query(
      `INSERT INTO execution_totals (month, handler_name, queue, param_source, priority, status, count)
       VALUES ('2011-05-01T00:00:00Z', 'echo', 'default', 'api', 0, 'SUCCESS', $1)`,
      [count],
    )
    const due = (await monthsToRecount(bench.db)).map((at) => at.toISOString())
    expect(due.includes('2011-05-01T00:00:00.000Z')).toBe(isDue)
  })
})

describe('pruneStats', () => {
  test('deletes old hours in steps, and the sums of all time stay', async () => {
    for (const days of [1, 40, 41, 42]) {
      await bench.db.query(
        `INSERT INTO execution_stat_deltas (settled_at, job_id, count, status, handler_name)
         VALUES (now() - $1 * interval '1 day', 7, 1, 'FAILED', 'echo')`,
        [days],
      )
    }
    await foldAll()
    const left = async (table: string) => (await rowsOf(`SELECT FROM ${table}`)).length
    expect(await pruneStats(bench.db, 'execution_stats', 30, 2)).toBe(2)
    expect(await pruneStats(bench.db, 'execution_stats', 30, 2)).toBe(1)
    expect(await left('execution_stats')).toBe(1)
    expect(await pruneStats(bench.db, 'execution_failures_hourly', 30, 10)).toBe(3)
    expect(await left('execution_failures_hourly')).toBe(1)
    // Of each hour a row of its handler and one of all.
    expect(await pruneStats(bench.db, 'execution_stats_hourly', 30, 100)).toBe(6)
    expect(await left('execution_stats_hourly')).toBe(2)
    expect((await cumulativeStats(bench.db)).FAILED).toBe(4)
  })
})
