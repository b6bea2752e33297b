import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import {
  CHANNELS,
  continueCancels,
  Database,
  failExecutions,
  isConnectionFailure,
  schema,
  startPendingRuns,
  writeSetting,
} from '@jobu/db'
import { Bench, secondsAgo, secondsAhead } from '../../../../test/support/builders.ts'
import {
  aRun,
  aSchedule,
  claimTasks,
  endTasks,
  failureOf,
  statesOf,
} from '../../../../test/support/workflows.ts'
import { planUnplannedSchedules, replanForZoneData, ScheduleDispatcher } from '../../src/index.ts'
import { aConfig, YEARLY } from '../support.ts'

let bench: Bench
let db: Database
let dispatcher: ScheduleDispatcher
beforeAll(async () => {
  bench = await Bench.open()
  db = new Database({ url: bench.url }, { engine: true, applicationName: 'dispatcher' })
  dispatcher = new ScheduleDispatcher(db, aConfig())
  // Held up by whoever holds advisory lock 1: a transaction that has done all but commit.
  await bench.db.query(
    `CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$`,
  )
  await bench.db.query(
    `CREATE CONSTRAINT TRIGGER wait_at_commit AFTER UPDATE OF next_run_at ON schedules DEFERRABLE INITIALLY DEFERRED
     FOR EACH ROW EXECUTE FUNCTION wait_at_commit()`,
  )
})
afterEach(() => bench.clear())
afterAll(async () => {
  await db.close()
  await bench.close()
})

type State = Parameters<typeof aSchedule>[2]
const aDueSchedule = (state: State = {}, dag: Parameters<typeof aSchedule>[1] = 'a->b') =>
  aSchedule(bench.db, dag, { cronExpression: YEARLY, nextRunAt: secondsAgo(1), ...state })

const runsOf = async (scheduleId: number) =>
  (await bench.db.db.select().from(schema.scheduleRuns))
    .filter((run) => run.scheduleId === scheduleId)
    .sort((a, b) => a.scheduledTime.getTime() - b.scheduledTime.getTime() || a.id - b.id)
const scheduleOf = async (id: number) =>
  (await bench.db.db.select().from(schema.schedules)).find((row) => row.id === id)!

describe('dispatchDueSchedules', () => {
  test('makes a run of the slot, starts it, moves next_run_at on and tells so', async () => {
    const slot = secondsAgo(1)
    const { id, versionId } = await aDueSchedule({ nextRunAt: slot, timezone: 'Asia/Seoul' })
    const hearing = await bench.listen(CHANNELS.work, CHANNELS.events)
    expect(await dispatcher.dispatchDueSchedules()).toEqual({
      schedules: 1,
      created: 1,
      skipped: 0,
      started: 1,
    })
    const [run, ...more] = await runsOf(id)
    expect(more).toEqual([])
    expect(run).toMatchObject({
      versionId,
      scheduledTime: slot,
      status: 'RUNNING',
      trigger: 'cron',
      isExclusive: false,
      tasksLeft: 2,
    })
    expect(await statesOf(bench.db, run!.id)).toEqual({ a: 'QUEUED', b: 'WAITING' })
    const after = await scheduleOf(id)
    const year = new Date(slot.getTime() + 9 * 3_600_000).getUTCFullYear() + 1
    expect(after).toMatchObject({
      nextRunAt: new Date(Date.UTC(year, 0, 1) - 9 * 3_600_000),
      completedAt: null,
      isEnabled: true,
    })
    await hearing.until(3)
    const events = hearing.heard.filter((line) => line.startsWith(CHANNELS.events))
    const told = events.map((line) => JSON.parse(line.slice(CHANNELS.events.length + 1)))
    expect(told.find(({ event }) => event === 'schedule').changes).toEqual([
      {
        id,
        action: 'dispatch',
        title: 'nightly',
        is_enabled: true,
        next_run_at: after.nextRunAt!.toISOString(),
      },
    ])
    expect(hearing.heard).toContain(`${CHANNELS.work} default`)
  })

  test('passes over what is not due, disabled, deleted or of another engine', async () => {
    await aDueSchedule({ nextRunAt: secondsAhead(60) })
    await aDueSchedule({ isEnabled: false })
    await aDueSchedule({ isEnabled: false, deletedAt: new Date() })
    await aDueSchedule({ nextRunAt: null })
    await aDueSchedule({ engine: 'airflow' })
    expect((await dispatcher.dispatchDueSchedules()).schedules).toBe(0)
    expect(await bench.db.db.select().from(schema.scheduleRuns)).toEqual([])
  })

  test('while the scheduler is stopped nothing is dispatched; after its start it is', async () => {
    const { id } = await aDueSchedule()
    await bench.db.query('UPDATE scheduler_state SET is_running = false')
    expect((await dispatcher.dispatchDueSchedules()).schedules).toBe(0)
    await bench.db.query('UPDATE scheduler_state SET is_running = true')
    expect((await dispatcher.dispatchDueSchedules()).created).toBe(1)
    expect(await runsOf(id)).toHaveLength(1)
  })

  test('two dispatchers at once make exactly one run of each slot, and start each once', async () => {
    const slot = secondsAgo(2)
    for (let i = 0; i < 120; i++) await aDueSchedule({ nextRunAt: slot })
    const drain = async () => {
      const other = new Database({ url: bench.url }, { engine: true, maxConnections: 2 })
      const one = new ScheduleDispatcher(other, aConfig())
      let created = 0
      for (let isMore = true; isMore; ) {
        const batch = await one.dispatchDueSchedules()
        created += batch.created
        isMore = batch.schedules > 0
      }
      await other.close()
      return created
    }
    const created = await Promise.all([drain(), drain()])
    const runs = await bench.db.db.select().from(schema.scheduleRuns)
    expect(created[0]! + created[1]!).toBe(120)
    expect(runs).toHaveLength(120)
    expect(new Set(runs.map((run) => run.scheduleId)).size).toBe(120)
    expect(runs.every((run) => run.status === 'RUNNING')).toBe(true)
    expect(await bench.executions()).toHaveLength(120)
    const due = await bench.db.query('SELECT FROM schedules WHERE next_run_at <= now()')
    expect(due.rowCount).toBe(0)
  })

  test.each([
    ['before its runs are written', 'LOCK TABLE schedule_runs IN SHARE MODE'],
    ['before its tasks are made', 'LOCK TABLE task_runs IN SHARE MODE'],
    ['before its executions are written', 'LOCK TABLE job_executions IN SHARE MODE'],
    ['before its commit', 'SELECT pg_advisory_xact_lock(1)'],
  ])('a dispatcher that dies %s leaves nothing, and the next pass runs it', async (_, hold) => {
    const { id } = await aDueSchedule()
    const before = await scheduleOf(id)
    const holder = await bench.client()
    await holder.query('BEGIN')
    await holder.query(hold)
    const dying = dispatcher.dispatchDueSchedules().catch((error) => error)
    await bench.untilBlocked()
    await holder.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'dispatcher' AND datname = current_database() AND wait_event_type = 'Lock'`,
    )
    expect(isConnectionFailure(await dying)).toBe(true)
    await holder.query('ROLLBACK')
    expect(await runsOf(id)).toEqual([])
    expect(await scheduleOf(id)).toEqual(before)
    expect(await dispatcher.dispatchDueSchedules()).toMatchObject({ created: 1, started: 1 })
    expect(await runsOf(id)).toHaveLength(1)
    expect(await bench.executions()).toHaveLength(1)
  })

  test('a slot that already has its run is left alone', async () => {
    const { id } = await aDueSchedule({ overlapPolicy: 'allow' })
    const { nextRunAt } = await scheduleOf(id)
    await dispatcher.dispatchDueSchedules()
    await bench.db.query('UPDATE schedules SET next_run_at = $2 WHERE id = $1', [id, nextRunAt])
    expect(await dispatcher.dispatchDueSchedules()).toMatchObject({ schedules: 1, created: 0 })
    expect(await runsOf(id)).toHaveLength(1)
  })

  test('once fires however late, one time, and completes the schedule', async () => {
    const { id } = await aDueSchedule({
      cronExpression: null,
      frequency: 'once',
      nextRunAt: secondsAgo(40 * 86_400),
    })
    expect(await dispatcher.dispatchDueSchedules()).toMatchObject({ created: 1, started: 1 })
    expect(await dispatcher.dispatchDueSchedules()).toMatchObject({ schedules: 0 })
    const after = await scheduleOf(id)
    expect(after).toMatchObject({ nextRunAt: null, isEnabled: true })
    expect(after.completedAt).not.toBeNull()
    expect(await runsOf(id)).toHaveLength(1)
  })

  test('end_date: the last slot before it completes the schedule', async () => {
    const { id } = await aDueSchedule({ endDate: secondsAhead(3_600) })
    await dispatcher.dispatchDueSchedules()
    const after = await scheduleOf(id)
    expect(after.nextRunAt).toBeNull()
    expect(after.completedAt).not.toBeNull()
    expect(await runsOf(id)).toHaveLength(1)
  })

  test('rows that SQL wrote wrong are disabled with the reason, and stop no other', async () => {
    const bad = await aDueSchedule({ cronExpression: 'often' })
    const bare = await aDueSchedule()
    await bench.db.query('UPDATE schedules SET version_id = NULL WHERE id = $1', [bare.id])
    const good = await aDueSchedule()
    expect(await dispatcher.dispatchDueSchedules()).toMatchObject({ schedules: 3, created: 1 })
    const after = await scheduleOf(bad.id)
    expect(after).toMatchObject({ isEnabled: false, nextRunAt: null, completedAt: null })
    expect(after.disabledReason).toContain('Invalid cron expression "often"')
    expect(await scheduleOf(bare.id)).toMatchObject({ isEnabled: false, disabledReason: 'It has no tasks' })
    expect(await runsOf(good.id)).toHaveLength(1)
  })

  test('after three hours asleep: fire_once makes one run, and a row says what was missed', async () => {
    const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000
    const { id } = await aDueSchedule({
      cronExpression: '*/10 * * * *',
      overlapPolicy: 'allow',
      nextRunAt: new Date(hour - 3 * 3_600_000),
    })
    await dispatcher.dispatchDueSchedules()
    const runs = await runsOf(id)
    const missed = runs.filter((run) => run.reason === 'MISFIRE')
    expect(missed.length).toBeGreaterThanOrEqual(17)
    for (const run of missed) {
      expect(run).toMatchObject({ status: 'CANCELLED', followUpAt: null, startedAt: null })
      expect(run.errorMessage).toContain('misfire_policy fire_once')
      expect(run.finishedAt).not.toBeNull()
    }
    expect(runs.length - missed.length).toBeLessThanOrEqual(2)
    expect((await scheduleOf(id)).nextRunAt! > new Date()).toBe(true)
  })

  test('fire_all with skip catches up one run after another', async () => {
    const minute = Math.floor(Date.now() / 60_000) * 60_000
    const { id } = await aDueSchedule({
      cronExpression: '* * * * *',
      misfirePolicy: 'fire_all',
      nextRunAt: new Date(minute - 4 * 60_000),
    })
    expect((await dispatcher.dispatchDueSchedules()).started).toBe(1)
    const runs = (await runsOf(id)).filter((run) => run.status !== 'CANCELLED')
    expect(runs.length).toBeGreaterThanOrEqual(3)
    expect(runs.map((run) => [run.status, run.isExclusive])).toEqual([
      ['RUNNING', false],
      ...runs.slice(1).map(() => ['PENDING', true]),
    ])
  })
})

describe('dispatchDueSchedules, while an earlier run is active', () => {
  const busy = async (state: State) => {
    const { id } = await aDueSchedule(state)
    const earlier = await aRun(bench.db, id)
    return { id, earlier }
  }
  const newest = async (id: number) => (await runsOf(id)).sort((a, b) => a.id - b.id).at(-1)!

  test('skip writes a CANCELLED run that says why, and nothing follows from it', async () => {
    const { id, earlier } = await busy({ overlapPolicy: 'skip' })
    expect(await dispatcher.dispatchDueSchedules()).toMatchObject({ created: 0, skipped: 1, started: 0 })
    const run = await newest(id)
    expect(run).toMatchObject({ status: 'CANCELLED', reason: 'OVERLAP', followUpAt: null })
    expect(run.errorMessage).toContain(`run ${earlier} of`)
  })

  test('buffer_one waits until it has ended, and a third slot is skipped', async () => {
    const { id, earlier } = await busy({ overlapPolicy: 'buffer_one' })
    expect(await dispatcher.dispatchDueSchedules()).toMatchObject({ created: 1, started: 0 })
    expect(await newest(id)).toMatchObject({ status: 'PENDING', isExclusive: true })
    await bench.db.query('UPDATE schedules SET next_run_at = now() WHERE id = $1', [id])
    expect(await dispatcher.dispatchDueSchedules()).toMatchObject({ created: 0, skipped: 1 })
    expect((await newest(id)).reason).toBe('BUFFER_FULL')
    await endTasks(bench.db, earlier, { a: 'SUCCESS' })
    expect(await startPendingRuns(bench.db, id)).toBe(0)
    await endTasks(bench.db, earlier, { b: 'SUCCESS' })
    expect(await startPendingRuns(bench.db, id)).toBe(1)
  })

  test('allow starts it beside the other, up to max_active_runs', async () => {
    const { id } = await busy({ overlapPolicy: 'allow', maxActiveRuns: 2 })
    expect(await dispatcher.dispatchDueSchedules()).toMatchObject({ created: 1, started: 1 })
    await bench.db.query('UPDATE schedules SET next_run_at = now() WHERE id = $1', [id])
    expect(await dispatcher.dispatchDueSchedules()).toMatchObject({ created: 1, started: 0 })
    expect((await runsOf(id)).map((run) => run.status).sort()).toEqual(['PENDING', 'RUNNING', 'RUNNING'])
  })

  test('replace cancels what waits, asks what runs to stop, and starts when that has ended', async () => {
    const { id, earlier } = await busy({ overlapPolicy: 'replace' })
    const [claim] = await claimTasks(bench.db, earlier, ['a'])
    expect(await dispatcher.dispatchDueSchedules()).toMatchObject({ created: 1, started: 0 })
    const replaced = (await runsOf(id)).find((run) => run.id === earlier)!
    expect(replaced).toMatchObject({
      status: 'RUNNING',
      reason: 'REPLACED',
      errorMessage: 'cancelled by a newer slot (overlap_policy replace)',
    })
    expect(replaced.cancelRequestedAt).not.toBeNull()
    expect(await statesOf(bench.db, earlier)).toEqual({ a: 'QUEUED', b: 'CANCELLED RUN_CANCELLED' })
    expect(await newest(id)).toMatchObject({ status: 'PENDING', isExclusive: true })
    await continueCancels(bench.db)
    await failExecutions(bench.db, [failureOf(claim!, 'CANCELLED')])
    expect((await runsOf(id)).find((run) => run.id === earlier)!.status).toBe('CANCELLED')
    expect(await startPendingRuns(bench.db, id)).toBe(1)
    expect(await newest(id)).toMatchObject({ status: 'RUNNING' })
  })
})

describe('dispatchDueSchedules, replace', () => {
  test('a slot whose own run is active keeps it', async () => {
    const { id } = await aDueSchedule({ overlapPolicy: 'replace' })
    const { nextRunAt } = await scheduleOf(id)
    await dispatcher.dispatchDueSchedules()
    await bench.db.query('UPDATE schedules SET next_run_at = $2 WHERE id = $1', [id, nextRunAt])
    expect(await dispatcher.dispatchDueSchedules()).toMatchObject({ created: 0 })
    expect(await runsOf(id)).toMatchObject([{ status: 'RUNNING', cancelRequestedAt: null }])
  })
})

describe('replanForZoneData', () => {
  test('plans zoned schedules anew when the zone data has changed, and leaves what is due', async () => {
    const off = await aDueSchedule({ timezone: 'Asia/Seoul', nextRunAt: secondsAhead(1_234) })
    const due = await aDueSchedule({ timezone: 'Asia/Seoul' })
    const utc = await aDueSchedule({ nextRunAt: secondsAhead(1_234) })
    const before = await Promise.all([off, due, utc].map(({ id }) => scheduleOf(id)))
    await writeSetting(bench.db, 'zone_data_version', 'earlier')
    expect(await replanForZoneData(bench.db)).toBe(1)
    const after = await Promise.all([off, due, utc].map(({ id }) => scheduleOf(id)))
    expect(after[0]!.nextRunAt!.toISOString()).toMatch(/-12-31T15:00:00.000Z$/)
    expect(after.slice(1)).toEqual(before.slice(1))
    expect(await replanForZoneData(bench.db)).toBe(0)
  })
})

describe('planUnplannedSchedules', () => {
  test('computes the first run of what SQL inserted, in its window, and disables what cannot run', async () => {
    const plain = await aDueSchedule({ nextRunAt: null })
    const later = await aDueSchedule({
      nextRunAt: null,
      cronExpression: '0 * * * *',
      startDate: secondsAhead(86_400 * 3),
    })
    const over = await aDueSchedule({ nextRunAt: null, endDate: secondsAgo(5) })
    const bad = await aDueSchedule({ nextRunAt: null, cronExpression: 'x' })
    const byHand = await aDueSchedule({ nextRunAt: null, cronExpression: null })
    expect(await planUnplannedSchedules(bench.db, aConfig())).toBe(4)
    expect((await scheduleOf(plain.id)).nextRunAt! > new Date()).toBe(true)
    expect((await scheduleOf(later.id)).nextRunAt! >= secondsAhead(86_400 * 3 - 60)).toBe(true)
    expect((await scheduleOf(over.id)).completedAt).not.toBeNull()
    expect(await scheduleOf(bad.id)).toMatchObject({ isEnabled: false })
    expect(await scheduleOf(byHand.id)).toMatchObject({ isEnabled: true, completedAt: null, nextRunAt: null })
    expect(await planUnplannedSchedules(bench.db, aConfig())).toBe(0)
  })
})
