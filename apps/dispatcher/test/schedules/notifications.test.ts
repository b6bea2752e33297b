import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { type RunStatus, schema } from '@jobu/db'
import { Bench } from '../../../../test/support/builders.ts'
import { notifyRun } from '../../src/schedules/notifications.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterEach(() => bench.clear())
afterAll(() => bench.close())

type Run = typeof schema.scheduleRuns.$inferInsert

/** A run that has ended, of two tasks: one that never ran, and one whose second attempt ended as the run did. */
async function aRun(notifications: Record<string, unknown>, state: Partial<Run> = {}) {
  const { db } = bench.db
  const status = state.status ?? 'FAILED'
  const startedAt = new Date('2026-11-20T15:00:01Z')
  const finishedAt = new Date('2026-11-20T15:01:06Z')
  const [schedule] = await db
    .insert(schema.schedules)
    .values({ title: 'nightly', owner: 'data', timezone: 'Asia/Seoul', notifications })
    .returning()
  const [version] = await db
    .insert(schema.scheduleVersions)
    .values({ scheduleId: schedule!.id, version: 1, definition: { tasks: [] } })
    .returning()
  const of = { versionId: version!.id, handlerName: 'echo' }
  await db.insert(schema.scheduleTasks).values([
    { ...of, no: 0, parents: 0, key: 'load' },
    { ...of, no: 1, parents: 1, key: 'report' },
  ])
  const [run] = await db
    .insert(schema.scheduleRuns)
    .values({
      ...{ scheduleId: schedule!.id, versionId: version!.id, trigger: 'cron', status, startedAt },
      scheduledTime: new Date('2026-11-20T15:00:00Z'),
      finishedAt: status === 'RUNNING' ? null : finishedAt,
      ...state,
    })
    .returning()
  const taskState = status === 'SUCCESS' ? 'SUCCESS' : 'FAILED'
  const execution = await bench.anExecution({
    ...{ status: taskState, attempt: 2, startedAt, finishedAt, errorMessage: 'disk full' },
  })
  const task = { runId: run!.id, versionId: version!.id, finishedAt }
  await db.insert(schema.taskRuns).values([
    {
      ...{ ...task, taskNo: 0, state: taskState, executionId: execution.id },
      executionTime: execution.scheduledTime,
    },
    { ...task, taskNo: 1, state: 'SKIPPED', reason: 'UPSTREAM_FAILED' },
  ])
  return { run: { id: run!.id, status }, schedule: schedule!, version: version! }
}

const notify = (run: { id: number; status: RunStatus }, url: string | null = null) =>
  bench.db.transactional({ label: 'test' }, (tx) => notifyRun(tx, run, url))
const enqueued = async () => (await bench.executions()).filter((row) => row.paramSource === 'schedule')
const people = { on_success: true, on_failure: true, recipients: ['kim@example.com', 'lee@example.com'] }

describe('notifyRun', () => {
  test('of a failed run one execution mails each task with state, duration, attempts and error', async () => {
    const { run, schedule } = await aRun(people)
    expect(await notify(run, 'https://jobu.example.com/')).toBe(1)
    const [mail] = await enqueued()
    expect(mail).toMatchObject({ handlerName: 'email', status: 'PENDING', maxRetry: 15 })
    expect(mail!.params).toMatchObject({
      to: ['kim@example.com', 'lee@example.com'],
      subject: '[jobu] nightly: FAILED',
      html: expect.stringContaining('disk full'),
    })
    const { text } = mail!.params as { text: string }
    expect(text).toContain('scheduled for  2026-11-21 00:00:00 Asia/Seoul')
    expect(text).toContain('finished       2026-11-21 00:01:06 Asia/Seoul (1m 5s)')
    expect(text).toContain('FAILED  load  1m 5s  attempt 2\n    disk full\n')
    expect(text).toContain('SKIPPED  report\n    UPSTREAM_FAILED\n')
    expect(text).toContain(`https://jobu.example.com/schedules/${schedule.id}/runs/${run.id}\n`)
    const rows = await bench.db.db.select().from(schema.scheduleRuns)
    expect(rows.find(({ id }) => id === run.id)!.notificationExecutions).toEqual([mail!.id])
  })

  test.each([
    ['success', 'SUCCESS', { on_success: true, recipients: people.recipients }, 1],
    ['success', 'SUCCESS', { on_failure: true, recipients: people.recipients }, 0],
    ['failure', 'FAILED', { on_success: true, recipients: people.recipients }, 0],
    ['failure', 'FAILED', { on_failure: true, recipients: [] }, 0],
    ['failure', 'FAILED', {}, 0],
    ['a cancel', 'CANCELLED', people, 0],
  ] as const)('on %s (%s) of %j it enqueues %i', async (_, status, notifications, count) => {
    const { run } = await aRun(notifications, { status })
    expect(await notify(run)).toBe(count)
    expect(await enqueued()).toHaveLength(count)
  })

  test("the schedule's own templates are used for the end they are for", async () => {
    const templates = { failure_subject: '{{ counts.FAILED }} of {{ schedule.title }}', failure_body: 'see' }
    const { run } = await aRun({ ...people, templates })
    await notify(run)
    const [mail] = await enqueued()
    expect(mail!.params).toEqual({ to: people.recipients, subject: '1 of nightly', text: 'see' })
  })

  test('webhooks are told apart by what they want to hear, and name their secret without knowing it', async () => {
    const { run } = await aRun({
      webhooks: [
        { url: 'https://a.example.com/', on: ['failure'], secret: { $secret: 'HOOK' } },
        { url: 'https://b.example.com/', on: ['success'] },
        { url: 'https://c.example.com/', on: ['success', 'failure'], secret: null },
      ],
    })
    expect(await notify(run)).toBe(2)
    const [first, second] = await enqueued()
    expect(first!.params).toMatchObject({
      url: 'https://a.example.com/',
      method: 'POST',
      signing_secret: { $secret: 'HOOK' },
      body: {
        type: 'schedule.run.failure',
        data: {
          schedule: { title: 'nightly', owner: 'data' },
          run: { id: run.id, status: 'FAILED', scheduled_time: '2026-11-20T15:00:00.000Z' },
          task_counts: { FAILED: 1, SKIPPED: 1 },
          tasks: [
            { key: 'load', status: 'FAILED', error_message: 'disk full' },
            { key: 'report', status: 'SKIPPED', error_message: 'UPSTREAM_FAILED' },
          ],
        },
      },
    })
    expect(second!.params).toMatchObject({ url: 'https://c.example.com/' })
    expect(second!.params).not.toHaveProperty('signing_secret')
  })

  test('of more tasks than a mail lists those that failed are in it, the rest is counted', async () => {
    const { run, version } = await aRun(people)
    await bench.db.query(
      `INSERT INTO schedule_tasks (version_id, no, parents, key, handler_name)
       SELECT $1, n, 0, 'task_' || n, 'echo' FROM generate_series(2, 500) AS n`,
      [version.id],
    )
    await bench.db.query(
      `INSERT INTO task_runs (run_id, version_id, task_no, state, error_message, finished_at)
       SELECT $2, $1, n, (CASE WHEN n = 500 THEN 'FAILED' ELSE 'SUCCESS' END)::task_state, CASE WHEN n = 500 THEN 'the last' END, now()
       FROM generate_series(2, 500) AS n`,
      [version.id, run.id],
    )
    await notify(run)
    const { text } = (await enqueued())[0]!.params as { text: string }
    expect(text).toContain('FAILED  task_500\n    the last\n')
    expect(text).toContain('and 301 further tasks')
  })

  test('nothing is enqueued when the transaction around it rolls back', async () => {
    const { run } = await aRun(people)
    const failed = bench.db.transactional({ label: 'test' }, async (tx) => {
      await notifyRun(tx, run, null)
      throw new Error('lost')
    })
    await expect(failed).rejects.toThrow('lost')
    expect(await enqueued()).toEqual([])
  })
})
