import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Database, type FinishedRun, insertExecutions, isConnectionFailure, schema, type Tx } from '@jobu/db'
import { Bench } from '../../../../test/support/builders.ts'
import { aRun, aSchedule, endTasks, runOf, statesOf } from '../../../../test/support/workflows.ts'
import { decideDueTasks, followUpRuns } from '../../src/index.ts'
import { aLogger } from '../support.ts'

let bench: Bench
let db: Database
beforeAll(async () => {
  bench = await Bench.open()
  db = new Database({ url: bench.url }, { engine: true, applicationName: 'dispatcher' })
  await bench.db.query(
    `CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$`,
  )
  await bench.db.query(
    `CREATE CONSTRAINT TRIGGER wait_at_commit AFTER UPDATE OF follow_up_at ON schedule_runs DEFERRABLE INITIALLY DEFERRED
     FOR EACH ROW WHEN (OLD.follow_up_at IS NOT NULL AND NEW.follow_up_at IS NULL) EXECUTE FUNCTION wait_at_commit()`,
  )
})
afterEach(() => bench.clear())
afterAll(async () => {
  await db.close()
  await bench.close()
})

/** Enqueues one execution for each run it is told of, as the mail of a run is. */
const mail = async (tx: Tx, run: FinishedRun) => {
  const params = { run: run.id, status: run.status, title: run.scheduleTitle }
  await insertExecutions(tx, [{ handlerName: 'email', params, paramSource: 'schedule' }])
  return 1
}
const mails = async () => (await bench.executions()).filter((row) => row.handlerName === 'email')
const followUp = (to = db, notify = mail) => followUpRuns(to, aLogger().logger, notify)

/** Runs of one schedule that have ended, and one of it that waits for its turn. */
async function anEnd(outcome: 'SUCCESS' | 'FAILED' = 'SUCCESS') {
  const { id } = await aSchedule(bench.db, 'a', { maxActiveRuns: 1 })
  const run = await aRun(bench.db, id)
  await bench.db.query(
    `INSERT INTO schedule_runs (schedule_id, version_id, scheduled_time, trigger) SELECT id, version_id, now(), 'manual' FROM schedules WHERE id = $1`,
    [id],
  )
  await endTasks(bench.db, run, { a: outcome })
  return { id, run }
}
const statuses = async (scheduleId: number) =>
  (await bench.db.db.select().from(schema.scheduleRuns))
    .filter((row) => row.scheduleId === scheduleId)
    .sort((a, b) => a.id - b.id)
    .map((row) => row.status)

describe('followUpRuns', () => {
  test('tells of the run, starts the next one, and is done', async () => {
    const { id, run } = await anEnd('FAILED')
    expect(await followUp()).toEqual({ runs: 1, notifications: 1 })
    expect(await runOf(bench.db, run)).toMatchObject({ status: 'FAILED', isFollowUpDue: false })
    expect(await statuses(id)).toEqual(['FAILED', 'RUNNING'])
    expect((await mails()).map((row) => row.params)).toEqual([{ run, status: 'FAILED', title: 'nightly' }])
    expect(await followUp()).toEqual({ runs: 0, notifications: 0 })
    expect(await mails()).toHaveLength(1)
  })

  test('two dispatchers follow 60 runs up once each', async () => {
    const { id } = await aSchedule(bench.db, 'a', { maxActiveRuns: 100 })
    for (let i = 0; i < 60; i++) await endTasks(bench.db, await aRun(bench.db, id), { a: 'SUCCESS' })
    const drain = async () => {
      const other = new Database({ url: bench.url }, { engine: true, maxConnections: 1 })
      for (let left = 1; left > 0; ) {
        await followUp(other)
        left = (await other.query('SELECT FROM schedule_runs WHERE follow_up_at IS NOT NULL')).rowCount!
      }
      await other.close()
    }
    await Promise.all([drain(), drain()])
    const told = (await mails()).map((row) => row.params.run)
    expect(told).toHaveLength(60)
    expect(new Set(told).size).toBe(60)
  })

  test.each([
    ['before people are told', 'LOCK TABLE job_executions IN SHARE MODE'],
    ['before its commit', 'SELECT pg_advisory_xact_lock(1)'],
  ])('a dispatcher that dies %s has followed up nothing, and the next one does it once', async (_, hold) => {
    const child = await aSchedule(bench.db, 'a', { maxActiveRuns: 1 })
    const parentSchedule = await aSchedule(bench.db, [
      { key: 'sub', kind: 'schedule', spec: { schedule_id: child.id } },
      { key: 'z', after: ['sub'] },
    ])
    const parent = await aRun(bench.db, parentSchedule.id)
    await decideDueTasks(db, aLogger().logger)
    await followUp()
    await bench.db.query(`SELECT jobu_start_run(id, true) FROM schedule_runs WHERE status = 'PENDING'`)
    const [run] = (await bench.db.db.select().from(schema.scheduleRuns)).filter(
      (row) => row.scheduleId === child.id,
    )
    await endTasks(bench.db, run!.id, { a: 'SUCCESS' })

    const holder = await bench.client()
    await holder.query('BEGIN')
    await holder.query(hold)
    const dying = followUp().catch((error) => error)
    await bench.untilBlocked()
    await holder.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'dispatcher' AND datname = current_database() AND wait_event_type = 'Lock'`,
    )
    expect(isConnectionFailure(await dying)).toBe(true)
    await holder.query('ROLLBACK')
    expect(await statesOf(bench.db, parent)).toEqual({ sub: 'SUBRUN', z: 'WAITING' })
    expect(await runOf(bench.db, run!.id)).toMatchObject({ isFollowUpDue: true })
    expect(await mails()).toEqual([])
    expect(await followUp()).toEqual({ runs: 1, notifications: 1 })
    expect(await statesOf(bench.db, parent)).toEqual({ sub: 'SUCCESS', z: 'QUEUED' })
    expect(await mails()).toHaveLength(1)
  })

  test('one whose notification fails is put off, and keeps no other waiting', async () => {
    const [bad, good] = [await anEnd(), await anEnd()]
    const { logger, logged } = aLogger()
    let isBroken = true
    const notify = (tx: Tx, run: FinishedRun) => {
      if (isBroken && run.id === bad.run) throw new Error('a template that cannot be read')
      return mail(tx, run)
    }
    await followUpRuns(db, logger, notify)
    expect(logged).toEqual(['error follow-up failed, tried again later'])
    expect(await runOf(bench.db, good.run)).toMatchObject({ isFollowUpDue: false })
    expect(await runOf(bench.db, bad.run)).toMatchObject({ isFollowUpDue: true })
    expect((await mails()).map((row) => row.params.run)).toEqual([good.run])
    expect(await followUpRuns(db, logger, notify)).toEqual({ runs: 0, notifications: 0 })
    isBroken = false
    await bench.db.query('UPDATE schedule_runs SET follow_up_at = now() WHERE follow_up_at IS NOT NULL')
    await followUpRuns(db, logger, notify)
    expect((await mails()).map((row) => row.params.run)).toEqual([good.run, bad.run])
    expect(await statuses(bad.id)).toEqual(['SUCCESS', 'RUNNING'])
  })

  test('the run of a slot that was skipped has no follow-up', async () => {
    const { id, versionId } = await aSchedule(bench.db, 'a')
    await bench.db.query(
      `INSERT INTO schedule_runs (schedule_id, version_id, scheduled_time, trigger, status, finished_at, reason)
       VALUES ($1, $2, now(), 'cron', 'CANCELLED', now(), 'OVERLAP')`,
      [id, versionId],
    )
    expect(await followUp()).toEqual({ runs: 0, notifications: 0 })
  })
})
