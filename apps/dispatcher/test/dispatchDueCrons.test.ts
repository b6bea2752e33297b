import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import {
  CHANNELS,
  completeExecutions,
  Database,
  failExecutions,
  insertExecutions,
  isConnectionFailure,
  releaseOverlapWaiters,
  schema,
} from '@jobu/db'
import { Bench, type Execution, secondsAgo } from '../../../test/support/builders.ts'
import { CronDispatcher } from '../src/index.ts'
import { aConfig, YEARLY } from './support.ts'

let bench: Bench
let db: Database
let dispatcher: CronDispatcher
beforeAll(async () => {
  bench = await Bench.open()
  db = new Database({ url: bench.url }, { engine: true, applicationName: 'dispatcher' })
  dispatcher = new CronDispatcher(db, aConfig())
  // Held up by whoever holds advisory lock 1: a transaction that has done all but commit.
  await bench.db.query(
    `CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$`,
  )
  await bench.db.query(
    `CREATE CONSTRAINT TRIGGER wait_at_commit AFTER UPDATE ON cron_jobs DEFERRABLE INITIALLY DEFERRED
     FOR EACH ROW EXECUTE FUNCTION wait_at_commit()`,
  )
})
afterEach(() => bench.clear())
afterAll(async () => {
  await db.close()
  await bench.close()
})

const aDueCron = (state: Parameters<Bench['aCron']>[0] = {}) =>
  bench.aCron({ cronExpression: YEARLY, nextRunAt: secondsAgo(1), ...state })

/** How many instants these rows stand for. */
const accounted = (rows: Execution[]) =>
  rows.reduce((sum, row) => sum + ((row.result as { count?: number } | null)?.count ?? 1), 0)

const complete = (row: Execution) => completeExecutions(bench.db, [{ ...row, result: '1' }])

describe('dispatchDueCrons', () => {
  test('fires a due cron with all it says, wakes the workers once, and moves next_run_at on from the slot', async () => {
    const cron = await aDueCron({
      cronExpression: '0 0 1 1 *',
      timezone: 'Asia/Seoul',
      handlerName: 'http',
      handlerParams: { url: 'x' },
      queue: 'reports',
      priority: 5,
      maxRetry: 2,
      retryDelaySeconds: 3,
      retryBackoff: 'fixed',
      timeoutSeconds: 60,
    })
    await aDueCron({ queue: 'reports' })
    const hearing = await bench.listen(CHANNELS.work, CHANNELS.dispatch)
    expect(await dispatcher.dispatchDueCrons()).toEqual({ crons: 2, fired: 2, skipped: 0 })
    const [row] = await bench.executions(cron.id)
    expect(row).toMatchObject({
      scheduledTime: cron.nextRunAt,
      runAt: cron.nextRunAt,
      status: 'PENDING',
      waitingFor: null,
      paramSource: 'cron',
      handlerName: 'http',
      params: { url: 'x' },
      queue: 'reports',
      priority: 5,
      maxRetry: 2,
      retryDelaySeconds: 3,
      retryBackoff: 'fixed',
      timeoutSeconds: 60,
    })
    const after = await bench.cron(cron)
    const year = new Date(cron.nextRunAt!.getTime() + 9 * 3_600_000).getUTCFullYear() + 1
    expect(after).toMatchObject({
      nextRunAt: new Date(Date.UTC(year, 0, 1) - 9 * 3_600_000),
      runCount: 1,
      version: cron.version,
      completedAt: null,
    })
    await bench.db.query(`NOTIFY jobu_work, 'end'`)
    await hearing.until(2)
    expect(hearing.heard).toEqual(['jobu_work reports', 'jobu_work end'])
  })

  test('passes over what is not due, disabled or deleted', async () => {
    await bench.aCron()
    await aDueCron({ isEnabled: false })
    await aDueCron({ isEnabled: false, deletedAt: new Date() })
    await bench.aCron({ nextRunAt: null })
    expect(await dispatcher.dispatchDueCrons()).toEqual({ crons: 0, fired: 0, skipped: 0 })
    expect(await bench.executions()).toEqual([])
  })

  test('two dispatchers at once make exactly one row for each slot of 300 crons', async () => {
    const slot = secondsAgo(2)
    await bench.db.query(
      `INSERT INTO cron_jobs (name, cron_expression, timezone, handler_name, next_run_at)
       SELECT 'many ' || n, $1, 'UTC', 'echo', $2 FROM generate_series(1, 300) n`,
      [YEARLY, slot],
    )
    const config = aConfig({ batch_size: 20 })
    const drain = async () => {
      const other = new Database({ url: bench.url }, { engine: true, maxConnections: 2 })
      const one = new CronDispatcher(other, config)
      let fired = 0
      for (let isMore = true; isMore; ) {
        const batch = await one.dispatchDueCrons()
        fired += batch.fired
        isMore = batch.crons > 0
      }
      await other.close()
      return fired
    }
    const fired = await Promise.all([drain(), drain()])
    const rows = await bench.executions()
    expect(rows).toHaveLength(300)
    expect(new Set(rows.map((row) => row.jobId)).size).toBe(300)
    expect(fired[0]! + fired[1]!).toBe(300)
    expect(rows.every((row) => row.scheduledTime.getTime() === slot.getTime())).toBe(true)
    const due = await bench.db.query('SELECT FROM cron_jobs WHERE next_run_at <= now() OR run_count <> 1')
    expect(due.rowCount).toBe(0)
  })

  test.each(['allow', 'skip', 'buffer_one', 'replace'] as const)(
    'a slot that already has a row is left alone under %s',
    async (overlapPolicy) => {
      const cron = await aDueCron({ overlapPolicy })
      await bench.anExecution({ jobId: cron.id, scheduledTime: cron.nextRunAt!, handlerName: 'backfilled' })
      const before = await bench.executions()
      await dispatcher.dispatchDueCrons()
      expect(await bench.executions()).toEqual(before)
      expect((await bench.cron(cron)).nextRunAt! > new Date()).toBe(true)
    },
  )

  test('a cron locked by an editor is passed over, and fired afterwards with the edited values', async () => {
    const cron = await aDueCron()
    const editor = await bench.client()
    await editor.query('BEGIN')
    await editor.query(
      `UPDATE cron_jobs SET handler_params = '{"edited":true}', priority = 9 WHERE id = $1`,
      [cron.id],
    )
    expect((await dispatcher.dispatchDueCrons()).crons).toBe(0)
    await editor.query('COMMIT')
    expect((await dispatcher.dispatchDueCrons()).fired).toBe(1)
    expect((await bench.executions())[0]).toMatchObject({ params: { edited: true }, priority: 9 })
  })

  test('a disable that commits first wins', async () => {
    const cron = await aDueCron()
    const editor = await bench.client()
    await editor.query('BEGIN')
    await editor.query('UPDATE cron_jobs SET is_enabled = false WHERE id = $1', [cron.id])
    expect((await dispatcher.dispatchDueCrons()).crons).toBe(0)
    await editor.query('COMMIT')
    expect((await dispatcher.dispatchDueCrons()).crons).toBe(0)
    expect(await bench.executions()).toEqual([])
  })

  test.each([
    ['before its executions are written', 'LOCK TABLE job_executions IN SHARE MODE'],
    ['before its commit', 'SELECT pg_advisory_xact_lock(1)'],
  ])('a dispatcher that dies %s leaves nothing, and the next pass fires', async (_, hold) => {
    const cron = await aDueCron({ maxRuns: 5 })
    const holder = await bench.client()
    await holder.query('BEGIN')
    await holder.query(hold)
    const dying = dispatcher.dispatchDueCrons().catch((error) => error)
    await bench.untilBlocked()
    await holder.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'dispatcher' AND datname = current_database() AND wait_event_type = 'Lock'`,
    )
    expect(isConnectionFailure(await dying)).toBe(true)
    await holder.query('ROLLBACK')
    expect(await bench.executions()).toEqual([])
    expect(await bench.cron(cron)).toEqual(cron)
    expect(await dispatcher.dispatchDueCrons()).toEqual({ crons: 1, fired: 1, skipped: 0 })
    expect(await bench.executions()).toHaveLength(1)
  })

  test('max_runs: the last run completes the cron', async () => {
    const cron = await aDueCron({ maxRuns: 3, runCount: 2 })
    await dispatcher.dispatchDueCrons()
    const after = await bench.cron(cron)
    expect(after).toMatchObject({ nextRunAt: null, runCount: 3, isEnabled: true })
    expect(after.completedAt).not.toBeNull()
  })

  test('jitter: the slot keeps its time, and waits for its own', async () => {
    const cron = await aDueCron({ jitterSeconds: 86_000 })
    await dispatcher.dispatchDueCrons()
    const [row] = await bench.executions(cron.id)
    expect(row!.scheduledTime).toEqual(cron.nextRunAt)
    expect(row!.runAt > row!.scheduledTime).toBe(true)
    expect(row).toMatchObject({ waitingFor: 'time', readyAt: null })
  })

  test('a row that SQL wrote wrong is disabled with the reason, and stops no other', async () => {
    const bad = await aDueCron({ cronExpression: 'often' })
    const good = await aDueCron()
    const hearing = await bench.listen(CHANNELS.dispatch)
    expect(await dispatcher.dispatchDueCrons()).toEqual({ crons: 2, fired: 1, skipped: 0 })
    const after = await bench.cron(bad)
    expect(after).toMatchObject({ isEnabled: false, nextRunAt: null, completedAt: null })
    expect(after.disabledReason).toContain('Invalid cron expression "often"')
    expect(await bench.executions(good.id)).toHaveLength(1)
    await hearing.until(1)
  })

  test('a cron that SQL told to run "now" with the epoch fires, and makes no partitions for fifty years', async () => {
    const partitions = async () =>
      (await bench.db.query(`SELECT FROM pg_inherits WHERE inhparent = 'job_executions'::regclass`)).rowCount!
    const before = await partitions()
    const cron = await bench.aCron({
      cronExpression: '* * * * *',
      nextRunAt: new Date(0),
      overlapPolicy: 'allow',
    })
    await dispatcher.dispatchDueCrons()
    const rows = await bench.executions(cron.id)
    expect(rows.filter((row) => row.status === 'PENDING').length).toBeGreaterThan(0)
    expect(rows[0]!.scheduledTime).toEqual(new Date(0))
    expect(accounted(rows)).toBe((await bench.cron(cron)).nextRunAt!.getTime() / 60_000)
    expect((await partitions()) - before).toBe(1)
  })
})

describe('dispatchDueCrons, after an outage of three hours', () => {
  test.each([
    ['* * * * *', 'fire_once', 'skip', 100],
    ['* * * * *', 'fire_all', 'allow', 100],
    ['* * * * *', 'fire_all', 'skip', 20],
    ['*/7 * * * *', 'skip', 'buffer_one', 100],
    ['*/10 * * * *', 'fire_once', 'replace', 100],
  ] as const)(
    '%s under %s and %s has a row for every due instant, or one that covers it',
    async (cronExpression, misfirePolicy, overlapPolicy, misfireLimit) => {
      const period = cronExpression === '* * * * *' ? 1 : Number(cronExpression.slice(2, 4))
      const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000
      const first = new Date(hour - 3 * 3_600_000)
      const cron = await bench.aCron({
        cronExpression,
        misfirePolicy,
        overlapPolicy,
        misfireLimit,
        nextRunAt: first,
      })
      await dispatcher.dispatchDueCrons()
      const rows = await bench.executions(cron.id)
      const next = (await bench.cron(cron)).nextRunAt!
      expect(next > new Date()).toBe(true)
      let due = 0
      for (let at = first.getTime(); at < next.getTime(); at += 60_000) {
        if (new Date(at).getUTCMinutes() % period === 0) due++
      }
      expect(accounted(rows)).toBe(due)
      for (const row of rows.filter(({ status }) => status === 'SKIPPED')) {
        expect(row.reason).not.toBeNull()
        expect(row.errorMessage).not.toBeNull()
      }
      const counted = await bench.db.db.select().from(schema.executionStatDeltas)
      const skipped = counted.reduce((sum, delta) => sum + delta.count, 0)
      expect(skipped).toBe(accounted(rows.filter(({ status }) => status === 'SKIPPED')))
    },
  )

  test('misfire policy fire_once creates one execution', async () => {
    const cron = await aDueCron({ nextRunAt: secondsAgo(3 * 3_600) })
    expect(await dispatcher.dispatchDueCrons()).toEqual({ crons: 1, fired: 1, skipped: 0 })
    expect((await bench.executions())[0]!.scheduledTime).toEqual(cron.nextRunAt)
  })

  test('fire_all with skip runs the caught up slots one after another', async () => {
    const minute = Math.floor(Date.now() / 60_000) * 60_000
    const cron = await bench.aCron({ misfirePolicy: 'fire_all', nextRunAt: new Date(minute - 4 * 60_000) })
    await dispatcher.dispatchDueCrons()
    const waiting = async () =>
      (await bench.executions(cron.id)).filter((row) => row.waitingFor === 'overlap').length
    const caughtUp = await waiting()
    expect(caughtUp).toBeGreaterThanOrEqual(2)
    for (let left = caughtUp; left > 0; left--) {
      expect(await waiting()).toBe(left)
      const ready = (await bench.executions(cron.id)).filter((row) => row.readyAt !== null)
      expect(ready).toHaveLength(1)
      await bench.db.query(
        `UPDATE job_executions SET status = 'RUNNING', ready_at = NULL, attempt = 1, worker_id = 'w', started_at = now(),
           lease_expires_at = now() + interval '1 minute' WHERE id = $1`,
        [ready[0]!.id],
      )
      await complete(await bench.execution(ready[0]!))
      expect(await releaseOverlapWaiters(bench.db, [cron.id])).toBe(1)
    }
  })
})

describe('dispatchDueCrons, while an earlier execution is active', () => {
  const busy = async (overlapPolicy: 'skip' | 'buffer_one' | 'replace') => {
    const cron = await aDueCron({ overlapPolicy })
    const earlier = await bench.anExecution({
      jobId: cron.id,
      status: 'RUNNING',
      scheduledTime: secondsAgo(600),
    })
    return { cron, earlier }
  }
  const newest = async (jobId: number) => (await bench.executions(jobId)).at(-1)!

  test('skip writes a row that says why', async () => {
    const { cron, earlier } = await busy('skip')
    expect(await dispatcher.dispatchDueCrons()).toEqual({ crons: 1, fired: 0, skipped: 1 })
    const row = await newest(cron.id)
    expect(row).toMatchObject({ status: 'SKIPPED', reason: 'OVERLAP', attempt: 0 })
    expect(row.errorMessage).toContain(`execution ${earlier.id} of`)
    expect(row.finishedAt).not.toBeNull()
    expect((await bench.cron(cron)).runCount).toBe(0)
  })

  test('buffer_one waits for it, and goes once it has ended', async () => {
    const { cron, earlier } = await busy('buffer_one')
    expect(await dispatcher.dispatchDueCrons()).toEqual({ crons: 1, fired: 1, skipped: 0 })
    expect(await newest(cron.id)).toMatchObject({ status: 'PENDING', waitingFor: 'overlap', readyAt: null })
    await complete(earlier)
    expect(await releaseOverlapWaiters(bench.db, [cron.id])).toBe(1)
    expect((await newest(cron.id)).readyAt).not.toBeNull()
  })

  test('replace asks it to stop, and the new slot goes once it has', async () => {
    const { cron, earlier } = await busy('replace')
    await dispatcher.dispatchDueCrons()
    expect(await newest(cron.id)).toMatchObject({ status: 'PENDING', waitingFor: 'overlap' })
    const asked = await bench.execution(earlier)
    expect(asked).toMatchObject({ status: 'RUNNING', reason: 'REPLACED' })
    const [settled] = await failExecutions(bench.db, [
      {
        ...asked,
        outcome: 'CANCELLED',
        reason: 'REPLACED',
        message: 'stopped',
        stack: null,
        retryDelayMs: null,
      },
    ])
    expect(settled!.status).toBe('CANCELLED')
    expect(await releaseOverlapWaiters(bench.db, [cron.id])).toBe(1)
    expect((await newest(cron.id)).readyAt).not.toBeNull()
  })

  test('replace takes the place of one that only waits, at once', async () => {
    const cron = await aDueCron({ overlapPolicy: 'replace' })
    const pending = await bench.anExecution({ jobId: cron.id, scheduledTime: secondsAgo(600) })
    await dispatcher.dispatchDueCrons()
    expect(await bench.execution(pending)).toMatchObject({ status: 'CANCELLED', reason: 'REPLACED' })
    expect((await newest(cron.id)).readyAt).not.toBeNull()
  })

  test('what ends while the dispatch commits does not leave its successor waiting', async () => {
    const { cron, earlier } = await busy('buffer_one')
    const holder = await bench.client()
    await holder.query('BEGIN')
    await holder.query('SELECT pg_advisory_xact_lock(1)')
    const dispatching = dispatcher.dispatchDueCrons()
    await bench.untilBlocked()
    await complete(earlier)
    expect(await releaseOverlapWaiters(bench.db, [cron.id])).toBe(0)
    await holder.query('COMMIT')
    await dispatching
    expect((await newest(cron.id)).readyAt).not.toBeNull()
  })

  test('a job that is no slot of a cron stands in nobody’s way', async () => {
    const cron = await aDueCron({ overlapPolicy: 'skip' })
    await insertExecutions(bench.db, [{ handlerName: 'echo', paramSource: 'api' }])
    expect((await dispatcher.dispatchDueCrons()).fired).toBe(1)
    expect(await bench.executions(cron.id)).toHaveLength(1)
  })
})
