import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import {
  claimExecutions,
  completeExecutions,
  MISFIRE_POLICIES,
  OVERLAP_POLICIES,
  setSchedulerRunning,
} from '@jobu/db'
import { CronDispatcher, dispatcherSchema } from '@jobu/dispatcher'
import { aCron, anExecution, type Cron, type CronState, secondsAgo } from '../../../test/support/builders.ts'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp
let dispatcher: CronDispatcher
beforeAll(async () => {
  app = await startTestApp()
  dispatcher = new CronDispatcher(app.database, dispatcherSchema.parse({}))
})
afterAll(() => app.stop())
afterEach(async () => {
  await setSchedulerRunning(app.database, true, 'test')
  for (const table of ['job_executions', 'cron_jobs', 'cron_revisions', 'scheduler_stops']) {
    await app.database.query(`DELETE FROM ${table}`)
  }
})

const MINUTE_MS = 60_000
let startedAt = Date.now()
beforeEach(() => {
  startedAt = Date.now()
})
/** The newest whole minute as the test began, so many minutes back. */
const minute = (ago: number) => new Date((Math.floor(startedAt / MINUTE_MS) - ago) * MINUTE_MS)

/** A minutely cron that exists for `minutes`, and of which nothing has been fired. */
async function aCronSince(minutes: number, state: CronState = {}): Promise<Cron> {
  const created = new Date(minute(minutes).getTime() - 30_000)
  const cron = await aCron(app.database, { createdAt: created, nextRunAt: minute(minutes), ...state })
  await app.database.query('UPDATE cron_revisions SET valid_from = $2 WHERE job_id = $1', [cron.id, created])
  return cron
}
const slots = async (cron: { id: number }, query = '') =>
  (await app.api.get(`/crons/${cron.id}/slots${query}`).expect(200)).body
const dispatch = () => dispatcher.dispatchDueCrons()
/** Which verdicts, in the order of time, runs of one as one. */
const verdicts = (body: { items: Array<{ verdict: string }> }) =>
  body.items.map((slot) => slot.verdict).filter((verdict, index, all) => verdict !== all[index - 1])
const sql = (text: string, values: unknown[] = []) => app.database.query(text, values)
/** Moves the newest revision of a cron back, with the edit that made it. */
const backdate = (cron: Cron, at: Date) =>
  sql(
    'UPDATE cron_revisions SET valid_from = $2 WHERE id = (SELECT max(id) FROM cron_revisions WHERE job_id = $1)',
    [cron.id, at],
  )

describe('GET /crons/{id}/slots', () => {
  test('says of every instant how it ran, and how late it began', async () => {
    const cron = await aCronSince(2, { overlapPolicy: 'allow', misfirePolicy: 'fire_all' })
    await dispatch()
    const [claim] = await claimExecutions(app.database, {
      workerId: 'w',
      leaseMs: 60_000,
      limit: 1,
      ranges: [{ queue: 'default', highestPriority: 0, lowestPriority: 0, readyFrom: null }],
      handlers: ['echo'],
      scheduledFrom: null,
    })
    await completeExecutions(app.database, [{ ...claim!, result: '1' }])
    const body = await slots(cron, `?from=${minute(3).toISOString()}`)
    expect(body.items.slice(0, 3)).toMatchObject([
      { verdict: 'BEFORE_CREATION', job_id: null },
      {
        scheduled_time: minute(2).toISOString(),
        verdict: 'SUCCESS',
        job_id: claim!.id,
        late_ms: expect.any(Number),
        duration_ms: expect.any(Number),
        explanation: expect.stringMatching(/^ran, started \d minutes/),
      },
      { verdict: 'PENDING', explanation: 'ready, waits for a worker' },
    ])
    expect(body.items[1].late_ms).toBeGreaterThan(119_000)
    expect(body).toMatchObject({ page: 1, next_cursor: null, triggers: [], triggers_total: 0 })
    expect(body.summary.SUCCESS).toBe(1)
  })

  test('a slot that is due waits for its dispatch; of a stopped scheduler for its start', async () => {
    const cron = await aCronSince(3)
    const recent = `?from=${minute(2).toISOString()}`
    expect(verdicts(await slots(cron, recent))).toEqual(['PENDING_DISPATCH'])
    await setSchedulerRunning(app.database, false, 'ann')
    expect(verdicts(await slots(cron, recent))).toEqual(['SCHEDULER_STOPPED'])
  })

  test('what an outage skipped is told by its own row, or by the one that stands for it, also from within', async () => {
    const cron = await aCronSince(400, { misfirePolicy: 'skip' })
    await sql(`INSERT INTO scheduler_stops (stopped_at, started_at, stopped_by) VALUES ($1, now(), 'ann')`, [
      minute(401),
    ])
    await dispatch()
    const body = await slots(cron, `?from=${minute(400).toISOString()}&size=200`)
    // A minute may have turned since the dispatch.
    const { PENDING_DISPATCH: _, ...summary } = body.summary
    expect(Object.keys(summary).sort()).toEqual(['PENDING', 'SKIPPED'])
    expect(body.total).toBeGreaterThanOrEqual(401)
    const covering = body.items[0].job_id
    expect(covering).not.toBeNull()
    expect(body.items[1]).toMatchObject({ verdict: 'SKIPPED', job_id: null, covered_by: covering })
    expect(body.items[1].explanation).toMatch(/stands for \d+ slots.*the scheduler was stopped then by ann/)
    const within = await slots(cron, `?from=${minute(350).toISOString()}&to=${minute(349).toISOString()}`)
    expect(within.items).toMatchObject([{ verdict: 'SKIPPED', covered_by: covering }])
  })

  test('a row that is missing is UNACCOUNTED, one by one or with all that it stood for', async () => {
    const cron = await aCronSince(300, { misfirePolicy: 'skip' })
    await dispatch()
    const all = `?from=${minute(300).toISOString()}&verdict=UNACCOUNTED&size=200`
    expect((await slots(cron, all)).total).toBe(0)

    await sql('DELETE FROM job_executions WHERE job_id = $1 AND scheduled_time = $2', [cron.id, minute(50)])
    expect((await slots(cron, all)).items).toMatchObject([
      { scheduled_time: minute(50).toISOString(), verdict: 'UNACCOUNTED', job_id: null },
    ])
    await sql(`DELETE FROM job_executions WHERE job_id = $1 AND result IS NOT NULL`, [cron.id])
    const body = await slots(cron, all)
    expect(body.total).toBeGreaterThan(190)
    expect(body.summary.UNACCOUNTED).toBe(body.total)
  })

  test('a time at which it was disabled, and the slot that came too late for that, were not due', async () => {
    const cron = await aCronSince(30)
    // Fired up to 20 minutes ago, disabled 15 minutes ago, enabled 5 minutes ago, fired since.
    await sql('UPDATE cron_jobs SET next_run_at = $2 WHERE id = $1', [cron.id, minute(19)])
    for (let ago = 30; ago >= 20; ago--) {
      await anExecution(app.database, {
        jobId: cron.id,
        scheduledTime: minute(ago),
        status: 'SUCCESS',
        startedAt: minute(ago),
      })
    }
    await sql('UPDATE cron_jobs SET is_enabled = false, next_run_at = NULL WHERE id = $1', [cron.id])
    await backdate(cron, new Date(minute(15).getTime() + 1_000))
    await sql('UPDATE cron_jobs SET is_enabled = true, next_run_at = $2 WHERE id = $1', [cron.id, minute(4)])
    await backdate(cron, new Date(minute(5).getTime() + 1_000))
    const body = await slots(cron, `?from=${minute(30).toISOString()}&to=${minute(1).toISOString()}&size=200`)
    expect(verdicts(body)).toEqual(['SUCCESS', 'DROPPED_BY_EDIT', 'DISABLED', 'PENDING_DISPATCH'])
    expect(body.summary).toEqual({ SUCCESS: 11, DROPPED_BY_EDIT: 5, DISABLED: 10, PENDING_DISPATCH: 3 })
  })

  test('each time is judged by the expression and the zone that were valid then', async () => {
    const cron = await aCronSince(40, { cronExpression: '*/10 * * * *', nextRunAt: null })
    await sql('UPDATE cron_revisions SET next_run_at = valid_from WHERE job_id = $1', [cron.id])
    await sql(`UPDATE cron_jobs SET cron_expression = '* * * * *', next_run_at = $2 WHERE id = $1`, [
      cron.id,
      minute(4),
    ])
    await backdate(cron, new Date(minute(5).getTime() + 1_000))
    const body = await slots(cron, `?from=${minute(24).toISOString()}&to=${minute(1).toISOString()}`)
    const times = body.items.map((slot: { scheduled_time: string }) => Date.parse(slot.scheduled_time))
    const tens = times.filter((time: number) => time <= minute(5).getTime())
    expect(tens.every((time: number) => time % (10 * MINUTE_MS) === 0)).toBe(true)
    // Of twenty minutes, whichever they are.
    expect(tens.length).toBe(2)
    expect(times.slice(tens.length)).toEqual([4, 3, 2].map((ago) => minute(ago).getTime()))
  })

  test('outside the window, before the first planned run and after max_runs nothing was due', async () => {
    const windowed = await aCronSince(20, { startAt: minute(15), endAt: minute(10), nextRunAt: minute(15) })
    await dispatch()
    const body = await slots(windowed, `?from=${minute(20).toISOString()}`)
    expect(body.summary.UNACCOUNTED).toBeUndefined()
    expect(
      body.items.filter((slot: { verdict: string }) => slot.verdict === 'OUTSIDE_WINDOW').length,
    ).toBeGreaterThanOrEqual(15)

    const limited = await aCronSince(20, { maxRuns: 1, misfirePolicy: 'fire_all', nextRunAt: minute(15) })
    await dispatch()
    const limitedBody = await slots(limited, `?from=${minute(20).toISOString()}`)
    expect(verdicts(limitedBody)).toEqual(['NOT_DUE', 'PENDING', 'COMPLETED'])
  })

  test('what a person ran is no slot, and stands apart', async () => {
    const cron = await aCronSince(3, { overlapPolicy: 'allow', misfirePolicy: 'fire_all' })
    await dispatch()
    const run = await app.api.post(`/crons/${cron.id}/trigger`).send({}).expect(201)
    const body = await slots(cron, `?from=${minute(3).toISOString()}`)
    expect(body.items.every((slot: { job_id: number }) => slot.job_id !== run.body.id)).toBe(true)
    expect(body).toMatchObject({ triggers_total: 1, triggers: [{ job_id: run.body.id, status: 'PENDING' }] })
  })

  test('months that retention has dropped, and what was before the history, are said to be unknown', async () => {
    const cron = await aCronSince(5, { cronExpression: '0 0 1 * *', nextRunAt: secondsAgo(-3_600) })
    await sql(`UPDATE cron_jobs SET created_at = now() - interval '3 years' WHERE id = $1`, [cron.id])
    await sql(
      `UPDATE cron_revisions SET valid_from = now() - interval '2 years', next_run_at = now() - interval '2 years'`,
    )
    const from = new Date(Date.now() - 4 * 366 * 86_400_000).toISOString()
    const body = await slots(cron, `?from=${from}&size=200`)
    expect(verdicts(body).slice(0, 3)).toEqual(['BEFORE_CREATION', 'BEFORE_HISTORY', 'EXPIRED'])
  })

  test('are paged by number and by time, and the last 24 hours unless told otherwise', async () => {
    const cron = await aCronSince(10)
    const young = await slots(cron)
    expect(young.from).toBe(cron.createdAt.toISOString())
    expect(Object.keys(young.summary)).toEqual(['PENDING_DISPATCH'])
    await sql(`UPDATE cron_jobs SET created_at = created_at - interval '2 days'`)
    const body = await slots(cron, '?size=5')
    expect([1_440, 1_441]).toContain(body.total)
    expect(Date.parse(body.to) - Date.parse(body.from)).toBe(86_400_000)
    const seen = body.items.map((slot: { scheduled_time: string }) => slot.scheduled_time)
    const second = await slots(cron, `?from=${body.from}&to=${body.to}&page=2&size=5`)
    const cursor = await slots(cron, `?from=${body.from}&to=${body.to}&size=5&cursor=${body.next_cursor}`)
    expect(cursor.items).toEqual(second.items)
    expect(seen).not.toContain(second.items[0].scheduled_time)
    const last = await slots(
      cron,
      `?from=${body.from}&to=${body.to}&size=5&cursor=${minute(2).toISOString()}`,
    )
    expect(last.next_cursor).toBeNull()
  })

  test('of a cron by the second are those of fewer hours, unless a span is asked for that holds too many', async () => {
    const cron = await aCron(app.database, { cronExpression: '* * * * * *', createdAt: minute(2_000) })
    const body = await slots(cron)
    expect(body.total).toBeLessThanOrEqual(20_000)
    expect(body.total).toBeGreaterThan(10_000)
    await app.api.get(`/crons/${cron.id}/slots?from=${minute(1_440).toISOString()}`).expect(400)
  })

  test.each([
    ['?from=2020-01-01T00:00:00Z', 'from'],
    ['?from=2020-01-02T00:00:00Z&to=2020-01-01T00:00:00Z', 'from'],
    ['?from=2999-01-01T00:00:00Z', 'from'],
    ['?from=yesterday', 'from'],
    ['?verdict=LOST', 'verdict'],
    ['?cursor=1', 'cursor'],
  ])('%s is refused', async (query, field) => {
    const cron = await aCronSince(1)
    const { body } = await app.api.get(`/crons/${cron.id}/slots${query}`).expect(400)
    expect(body.error).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ field }] })
  })

  test('of an unknown cron is 404; an expression that nobody can read has no instants', async () => {
    await app.api.get('/crons/9999999/slots').expect(404)
    const cron = await aCronSince(5, { cronExpression: 'nonsense' })
    expect(await slots(cron)).toMatchObject({ total: 1, items: [{ verdict: 'PENDING_DISPATCH' }] })
  })
})

test('whatever the policies, after an outage every instant is accounted for, and a row taken away is missed', async () => {
  for (const overlapPolicy of OVERLAP_POLICIES) {
    for (const misfirePolicy of MISFIRE_POLICIES) {
      for (const state of [
        {},
        { misfireLimit: 7 },
        { misfireGraceSeconds: 1_800 },
        { cronExpression: '*/7 * * * *' },
      ]) {
        const label = JSON.stringify({ overlapPolicy, misfirePolicy, ...state })
        const cron = await aCronSince(180, { overlapPolicy, misfirePolicy, jitterSeconds: 3, ...state })
        await dispatch()
        const query = `?from=${minute(179).toISOString()}&size=200`
        const { summary, total } = await slots(cron, query)
        expect([label, summary.UNACCOUNTED]).toEqual([label, undefined])
        expect(total).toBeGreaterThan(20)
        const { rows } = await sql(
          `DELETE FROM job_executions WHERE id = (
             SELECT id FROM job_executions WHERE job_id = $1 AND result IS NULL AND scheduled_time >= $2 ORDER BY random() LIMIT 1
           ) RETURNING scheduled_time AS at`,
          [cron.id, minute(179)],
        )
        const missing = await slots(cron, `${query}&verdict=UNACCOUNTED`)
        expect([
          label,
          ...missing.items.map((slot: { scheduled_time: string }) => slot.scheduled_time),
        ]).toEqual([label, (rows[0] as { at: Date }).at.toISOString()])
        await sql('DELETE FROM cron_jobs WHERE id = $1', [cron.id])
      }
    }
  }
}, 300_000)

describe('GET /crons/{id}/next', () => {
  const next = async (cron: { id: number }, query = '') =>
    (await app.api.get(`/crons/${cron.id}/next${query}`).expect(200)).body

  test('goes on from the slot that is planned, ten unless told otherwise', async () => {
    const planned = minute(-3)
    const cron = await aCron(app.database, { nextRunAt: planned })
    const body = await next(cron)
    expect(body).toMatchObject({
      description: expect.any(String),
      ends: null,
      runs_left: null,
      scheduler_running: true,
    })
    expect(body.next).toEqual(
      Array.from({ length: 10 }, (_, n) => new Date(planned.getTime() + n * MINUTE_MS).toISOString()),
    )
    expect((await next(cron, '?count=2')).next).toHaveLength(2)
  })

  test.each<[string, CronState, number, string]>([
    ['disabled', { isEnabled: false, nextRunAt: null }, 0, 'DISABLED'],
    ['completed', { nextRunAt: null, completedAt: new Date() }, 0, 'COMPLETED'],
    ['with two runs left', { maxRuns: 5, runCount: 3 }, 2, 'MAX_RUNS'],
    ['whose window ends', { nextRunAt: minute(-1), endAt: minute(-4) }, 3, 'END_AT'],
  ])('of a cron that is %s', async (_, state, count, ends) => {
    const body = await next(await aCron(app.database, state))
    expect([body.next.length, body.ends]).toEqual([count, ends])
  })

  test('of one that SQL wrote without a plan begins in its window', async () => {
    const startAt = minute(-60)
    const cron = await aCron(app.database, { nextRunAt: null, startAt })
    expect((await next(cron, '?count=1')).next).toEqual([startAt.toISOString()])
  })

  test('says that the scheduler is stopped; refuses a bad count and an unknown cron', async () => {
    const cron = await aCron(app.database)
    await setSchedulerRunning(app.database, false, 'ann')
    expect((await next(cron)).scheduler_running).toBe(false)
    await app.api.get(`/crons/${cron.id}/next?count=0`).expect(400)
    await app.api.get(`/crons/${cron.id}/next?count=1001`).expect(400)
    await app.api.get('/crons/9999999/next').expect(404)
  })
})
