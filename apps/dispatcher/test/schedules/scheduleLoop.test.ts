import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { CHANNELS, schema, sendSignal } from '@jobu/db'
import { Bench, secondsAgo, secondsAhead } from '../../../../test/support/builders.ts'
import { scrape } from '../../../../test/support/promText.ts'
import { until } from '../../../../test/support/until.ts'
import { aRun, aSchedule, endTasks, runOf, statesOf } from '../../../../test/support/workflows.ts'
import { type Dispatcher, ScheduleLoop, startDispatcher } from '../../src/index.ts'
import { aConfig, aLogger, YEARLY } from '../support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterEach(() => bench.clear())
afterAll(() => bench.close())

const aLoop = (isListening = true) => {
  const { logger, logged } = aLogger()
  const config = aConfig({ max_sleep_seconds: 300, poll_interval_seconds: 60 })
  return { loop: new ScheduleLoop(bench.db, config, logger, () => isListening), logged }
}
const runs = () => bench.db.db.select().from(schema.scheduleRuns)

describe('ScheduleLoop.pass', () => {
  test('does all that follows: 130 due schedules, their decisions, ends, follow-ups and next runs', async () => {
    const { loop } = aLoop()
    for (let i = 0; i < 130; i++) {
      await aSchedule(bench.db, [{ key: 'a', isDecided: true, spec: { condition: 'false' } }], {
        cronExpression: YEARLY,
        nextRunAt: secondsAgo(1),
      })
    }
    await loop.pass()
    const done = await runs()
    expect(done).toHaveLength(130)
    expect(done.every((run) => run.status === 'SUCCESS' && run.followUpAt === null)).toBe(true)
  })

  test('sleeps until the next run, deadline or follow-up, at most the longest sleep, shorter while it cannot hear', async () => {
    expect(await aLoop().loop.pass()).toBe(300_000)
    expect(await aLoop(false).loop.pass()).toBe(60_000)
    const { id } = await aSchedule(
      bench.db,
      [{ key: 'a', kind: 'approval', spec: { approval: { deadline_seconds: 200 } } }],
      { cronExpression: YEARLY, nextRunAt: secondsAhead(250) },
    )
    const within = async (seconds: number) => {
      const sleepMs = await aLoop().loop.pass()
      expect(sleepMs).toBeGreaterThan((seconds - 10) * 1_000)
      expect(sleepMs).toBeLessThanOrEqual(seconds * 1_000)
    }
    await within(250)
    const run = await aRun(bench.db, id)
    await within(200)
    await bench.db.query(
      `UPDATE schedule_runs SET follow_up_at = now() + interval '30 seconds' WHERE id = $1`,
      [run],
    )
    await within(30)
    await bench.db.query('UPDATE scheduler_state SET is_running = false')
    await bench.db.query('UPDATE schedules SET next_run_at = now()')
    await within(30)
    expect(await runs()).toHaveLength(1)
  })

  test('does not spin while somebody holds the lock of a due schedule', async () => {
    const { id } = await aSchedule(bench.db, 'a', { cronExpression: YEARLY, nextRunAt: secondsAgo(1) })
    const editor = await bench.client()
    await editor.query('BEGIN')
    await editor.query('SELECT FROM schedules WHERE id = $1 FOR UPDATE', [id])
    const { loop } = aLoop()
    const sleepMs = await loop.pass()
    expect(sleepMs).toBeGreaterThanOrEqual(50)
    expect(sleepMs).toBeLessThanOrEqual(1_000)
    await editor.query('ROLLBACK')
    await loop.pass()
    expect(await runs()).toHaveLength(1)
  })

  test('while the scheduler is stopped decisions go on, and slots wait', async () => {
    const { id } = await aSchedule(bench.db, [{ key: 'a', isDecided: true, params: { n: '{{ run.id }}' } }], {
      cronExpression: YEARLY,
      nextRunAt: secondsAgo(1),
    })
    await bench.db.query('UPDATE scheduler_state SET is_running = false')
    const run = await aRun(bench.db, id)
    await aLoop().loop.pass()
    expect(await runs()).toHaveLength(1)
    expect(await statesOf(bench.db, run)).toEqual({ a: 'QUEUED' })
  })

  test('a step that fails does not keep the others from their work', async () => {
    const { loop } = aLoop()
    const run = await aRun(bench.db, (await aSchedule(bench.db, 'a')).id)
    await endTasks(bench.db, run, { a: 'SUCCESS' })
    await bench.db.query('ALTER FUNCTION jobu_match_signals(text) RENAME TO jobu_match_signals_away')
    await expect(loop.pass()).rejects.toThrow('jobu_match_signals')
    await bench.db.query('ALTER FUNCTION jobu_match_signals_away(text) RENAME TO jobu_match_signals')
    expect(await runOf(bench.db, run)).toMatchObject({ isFollowUpDue: false })
  })

  test('an event that was sent while its task began to wait is found', async () => {
    const run = await aRun(
      bench.db,
      (await aSchedule(bench.db, [{ key: 'a', kind: 'event', spec: { wait_for: { event: 'go' } } }])).id,
    )
    await sendSignal(bench.db, { name: 'go', by: 'x' })
    await aLoop().loop.pass()
    expect(await runOf(bench.db, run)).toMatchObject({ status: 'SUCCESS' })
  })
})

describe('startDispatcher', () => {
  let dispatchers: Dispatcher[] = []
  afterEach(async () => {
    await Promise.all(dispatchers.map((one) => one.stop()))
    dispatchers = []
  })

  test('two run a schedule that SQL inserts to its end, woken by NOTIFY, and count what they did', async () => {
    const config = aConfig({ max_sleep_seconds: 86_400, http_port: 0 })
    for (let i = 0; i < 2; i++)
      dispatchers.push(await startDispatcher(config, { url: bench.url }, aLogger().logger))
    const hearing = await bench.listen(CHANNELS.work)
    const { id, versionId } = await aSchedule(bench.db, [
      { key: 'a' },
      { key: 'b', after: ['a'], isDecided: true, params: { ok: '{{ tasks.a.result.ok }}' } },
      { key: 'c', after: ['b'], isDecided: true, spec: { condition: 'tasks.b.status == "FAILED"' } },
    ])
    await bench.db.query(
      `UPDATE schedules SET cron_expression = $2, next_run_at = now(), version_id = $3 WHERE id = $1`,
      [id, YEARLY, versionId],
    )
    await hearing.until(1)
    const [run] = await runs()
    await endTasks(bench.db, run!.id, { a: 'SUCCESS' })
    // As the worker's feed tells it.
    await bench.db.query(`NOTIFY ${CHANNELS.schedules}`)
    await hearing.until(2)
    await endTasks(bench.db, run!.id, { b: 'SUCCESS' })
    await bench.db.query(`NOTIFY ${CHANNELS.schedules}`)
    await until('the run is followed up', async () => {
      const [row] = await runs()
      return row!.status === 'SUCCESS' && row!.followUpAt === null ? row : undefined
    })
    expect(await statesOf(bench.db, run!.id)).toEqual({ a: 'SUCCESS', b: 'SUCCESS', c: 'SKIPPED CONDITION' })
    expect(await runs()).toHaveLength(1)
    const found = await Promise.all(dispatchers.map(({ httpPort }) => scrape(httpPort)))
    const sum = (name: string) => found.reduce((total, one) => total + one.value(name), 0)
    expect(sum('jobu_runs_started_total')).toBe(1)
    expect(sum('jobu_tasks_decided_total')).toBe(2)
    expect(sum('jobu_task_decisions_failed_total')).toBe(0)
    expect(sum('jobu_runs_followed_up_total')).toBe(1)
    expect(sum('jobu_notifications_enqueued_total')).toBe(0)
    expect(found[0]!.value('jobu_dispatcher_schedules_pass_age_seconds')).toBeLessThan(30)
  })
})
