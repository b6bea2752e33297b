import { appendLogs, awaitTasks, failExecutions } from '@jobu/db'
import { claimTasks, endTasks, expandTask, failureOf } from '../../../test/support/workflows.ts'
import { aToken } from './support/access.ts'
import { EventClient } from './support/EventClient.ts'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp
let count = 0

beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const echo = (key: string, ...after: string[]) => ({ key, handler_name: 'echo', depends_on: after })

async function aSchedule(tasks: object[], changes: object = {}): Promise<number> {
  const body = { title: `schedule ${++count}`, tasks, ...changes }
  return (await app.api.post('/schedules').send(body).expect(201)).body.id
}

async function start(id: number, body: object = {}) {
  return (await app.api.post(`/schedules/${id}/start`).send(body).expect(201)).body
}

async function aRun(tasks: object[], changes?: object) {
  const id = await aSchedule(tasks, changes)
  const run = await start(id)
  return { id, runId: run.id as number, path: `/schedules/${id}/runs/${run.id}` }
}

const get = async (path: string) => (await app.api.get(path).expect(200)).body
const post = async (path: string, body: object = {}, status = 200) =>
  (await app.api.post(path).send(body).expect(status)).body
const statuses = (run: { tasks: Array<{ key: string; status: string }> }) =>
  Object.fromEntries(run.tasks.map(({ key, status }) => [key, status]))

/** As a dispatcher leaves a task whose turn it is. */
async function awaiting(runId: number, key: string, event: string | null = null) {
  const { rows } = await app.database.query<{ id: number }>(
    `SELECT t.id FROM task_runs AS t JOIN schedule_tasks AS d ON d.version_id = t.version_id AND d.no = t.task_no
     WHERE t.run_id = $1 AND d.key = $2 AND t.state = 'DECIDING'`,
    [runId, key],
  )
  const task = { id: rows[0]!.id, deadlineSeconds: 60, result: event === null ? null : { event } }
  await awaitTasks(app.database, [task])
}

describe('POST /schedules/{id}/start', () => {
  test('answers 201 with the run, which has begun, and its address', async () => {
    const id = await aSchedule([echo('a'), echo('b', 'a')])
    const response = await app.api
      .post(`/schedules/${id}/start`)
      .send({ params: { region: 'kr' }, logical_date: '2026-03-01T02:00:00+09:00' })
      .expect(201)
    const run = response.body
    expect(response.headers.location).toBe(`/api/v1/schedules/${id}/runs/${run.id}`)
    expect(run).toMatchObject({
      run_id: run.id,
      schedule_id: id,
      version: 1,
      status: 'RUNNING',
      trigger: 'manual',
      params: { region: 'kr' },
      scheduled_time: '2026-02-28T17:00:00.000Z',
      started_at: expect.any(String),
      finished_at: null,
      created_by: 'api token',
      round: 1,
      parent: null,
      task_counts: { PENDING: 2, RUNNING: 0, SUCCESS: 0 },
    })
    expect(run.tasks).toMatchObject([
      { key: 'a', status: 'PENDING', waiting_for: 'worker', attempts: 0, executions: [expect.any(Number)] },
      { key: 'b', status: 'PENDING', waiting_for: 'upstream', execution_id: null, depends_on: ['a'] },
    ])
    expect(await get(`/schedules/${id}`)).toMatchObject({ last_run: { id: run.id }, last_status: 'RUNNING' })
  })

  test('takes scheduled_time for logical_date, but not another one beside it', async () => {
    const id = await aSchedule([echo('a')])
    const at = '2026-03-01T00:00:00.000Z'
    expect(await start(id, { scheduled_time: at })).toMatchObject({ scheduled_time: at })
    const body = { scheduled_time: at, logical_date: '2026-03-02T00:00:00.000Z' }
    expect((await post(`/schedules/${id}/start`, body, 400)).error.details).toMatchObject([
      { field: 'scheduled_time', message: 'contradicts logical_date; give one of them' },
    ])
  })

  test('beyond max_active_runs it waits, with all its tasks', async () => {
    const id = await aSchedule([echo('a'), echo('b')], { max_active_runs: 1, is_enabled: false })
    expect(await start(id)).toMatchObject({ status: 'RUNNING' })
    expect(await start(id)).toMatchObject({
      status: 'PENDING',
      started_at: null,
      task_counts: { PENDING: 2 },
      tasks: [
        { key: 'a', status: 'PENDING', waiting_for: null },
        { key: 'b', status: 'PENDING', waiting_for: null },
      ],
    })
  })

  test('one that was cancelled before it began has tasks that are CANCELLED, and waits for nothing', async () => {
    const id = await aSchedule([echo('a'), echo('b')], { max_active_runs: 1 })
    await start(id)
    const { id: run } = await start(id)
    expect(await post(`/schedules/${id}/runs/${run}/cancel`, undefined, 200)).toMatchObject({
      status: 'CANCELLED',
      started_at: null,
      task_counts: { PENDING: 0, CANCELLED: 2 },
      tasks: [
        { key: 'a', status: 'CANCELLED', waiting_for: null },
        { key: 'b', status: 'CANCELLED', waiting_for: null },
      ],
    })
  })

  test.each([
    [{ params: [] }, 'params'],
    [{ logical_date: '2026-03-01' }, 'logical_date'],
    [{ when: 'now' }, 'when'],
  ])('%j is refused', async (body, field) => {
    const id = await aSchedule([echo('a')])
    expect((await post(`/schedules/${id}/start`, body, 400)).error.details).toMatchObject([{ field }])
  })
})

describe('GET /schedules/{id}/runs/{run_id}', () => {
  test('tells of each task how it went: attempts, times, result, log', async () => {
    const { runId, path } = await aRun([echo('a'), echo('b', 'a')])
    const [claim] = await claimTasks(app.database, runId, ['a'])
    const line = { ...claim!, loggedAt: new Date(), level: 'info' as const, fields: null }
    await appendLogs(
      app.database,
      ['one', 'two', 'three'].map((message, index) => ({ ...line, line: index + 1, message })) as never,
    )
    expect((await get(path)).tasks[0]).toMatchObject({
      status: 'RUNNING',
      worker_id: 'worker-1',
      attempts: 1,
    })
    await app.database.query(
      `UPDATE job_executions SET status = 'PENDING', ready_at = now(), lease_expires_at = NULL WHERE id = $1`,
      [claim!.id],
    )
    await endTasks(app.database, runId, { a: 'SUCCESS' })
    const run = await get(`${path}?logs=2`)
    expect(run.tasks[0]).toMatchObject({
      status: 'SUCCESS',
      waiting_for: null,
      attempts: 2,
      result: { ok: true },
      duration_ms: expect.any(Number),
      error: null,
      logs: [{ message: 'two' }, { message: 'three' }],
    })
    expect(run.task_counts).toMatchObject({ SUCCESS: 1, PENDING: 1 })
    expect((await get(`${path}?logs=0`)).tasks[0].logs).toEqual([])
    const logs = await get(`${path}/tasks/a/logs?size=2`)
    expect(logs).toMatchObject({
      total: 3,
      items: [{ message: 'one', execution_id: claim!.id }, { message: 'two' }],
    })
  })

  test('of a task that failed shows the stack, or the one that its log has', async () => {
    const { runId, path } = await aRun([echo('a'), echo('b'), echo('c', 'a')])
    const [a, b] = await claimTasks(app.database, runId, ['a', 'b'])
    await failExecutions(app.database, [{ ...failureOf(a!), stack: 'Error: no luck\n    at run (x.js:1:1)' }])
    const texts = [
      'before',
      'Traceback (most recent call last):',
      '  File "x.py", line 1, in <module>',
      'ValueError: no',
    ]
    await appendLogs(
      app.database,
      texts.map((message, index) => ({
        ...b!,
        loggedAt: new Date(),
        level: 'error' as const,
        fields: null,
        line: index + 1,
        message,
      })) as never,
    )
    await failExecutions(app.database, [failureOf(b!)])
    const run = await get(path)
    expect(run).toMatchObject({ status: 'FAILED', finished_at: expect.any(String) })
    expect(run.tasks).toMatchObject([
      { status: 'FAILED', error: { message: 'no luck', trace: 'Error: no luck\n    at run (x.js:1:1)' } },
      { status: 'FAILED', error: { message: 'no luck', trace: texts.slice(1).join('\n') } },
      { status: 'SKIPPED', reason: 'UPSTREAM_FAILED', error: null },
    ])
  })

  test('answers five thousand tasks in one go, without results and logs', async () => {
    const many = Array.from({ length: 5_000 }, (_, index) =>
      echo(`t${index}`, ...(index < 50 ? [] : [`t${index - 50}`])),
    )
    const { runId, path } = await aRun(many)
    await endTasks(app.database, runId, { t0: 'SUCCESS' })
    const run = await get(path)
    expect(run.tasks).toHaveLength(5_000)
    expect(run.task_counts).toMatchObject({ SUCCESS: 1, PENDING: 4_999 })
    expect(run.tasks[0]).toMatchObject({ status: 'SUCCESS', result: null, logs: [] })
    expect(run.tasks[50]).toMatchObject({ waiting_for: 'worker', depends_on: ['t0'] })
  })

  test('a run is found in its own schedule only', async () => {
    const { runId } = await aRun([echo('a')])
    const other = await aSchedule([echo('a')])
    const { body } = await app.api.get(`/schedules/${other}/runs/${runId}`).expect(404)
    expect(body.error.code).toBe('RUN_NOT_FOUND')
    await app.api.get(`/schedules/${other}/runs/x`).expect(400)
  })
})

describe('GET /schedules/{id}/runs', () => {
  test('the newest slot first, by status, trigger and time, page by page', async () => {
    const id = await aSchedule([echo('a')])
    const days = ['2026-01-01', '2026-01-02', '2026-01-03'].map((day) => `${day}T00:00:00.000Z`)
    const runs: number[] = []
    for (const day of days) runs.push((await start(id, { logical_date: day })).id)
    await endTasks(app.database, runs[0]!, { a: 'FAILED' })
    const found = async (query: string) => {
      const { items } = await get(`/schedules/${id}/runs?${query}`)
      return items.map((run: { id: number }) => runs.indexOf(run.id))
    }
    expect(await found('')).toEqual([2, 1, 0])
    expect(await found('status=FAILED')).toEqual([0])
    expect(await found('status=RUNNING,FAILED&size=2')).toEqual([2, 1])
    expect(await found('trigger=cron')).toEqual([])
    expect(await found(`from_date=${days[1]}`)).toEqual([2, 1])
    expect(await found(`to_date=${days[1]}`)).toEqual([0])
    const first = await get(`/schedules/${id}/runs?size=2`)
    expect(first).toMatchObject({ total: 3, total_is_exact: true, pages: 2 })
    expect(first.items[0].task_counts).toMatchObject({ PENDING: 1 })
    expect(first.items[0]).not.toHaveProperty('tasks')
    const rest = await get(`/schedules/${id}/runs?size=2&cursor=${first.next_cursor}`)
    expect(rest.items.map((run: { id: number }) => run.id)).toEqual([runs[0]])
    expect(rest).toMatchObject({ next_cursor: null, page: 2 })
    await app.api.get(`/schedules/${id}/runs?status=FAILED&cursor=${first.next_cursor}`).expect(400)
    await app.api.get('/schedules/999999/runs').expect(404)
  })

  test('of all schedules also by title and schedule', async () => {
    const id = await aSchedule([echo('a')], { title: 'Findable 50%' })
    const run = await start(id)
    for (const query of ['title=findable%2050%25', `schedule_id=${id}`]) {
      const { items, total } = await get(`/schedules/runs?${query}`)
      expect([items[0].id, items[0].schedule_title, total]).toEqual([run.id, 'Findable 50%', 1])
    }
    await app.api.get('/schedules/runs?status=TIMEOUT').expect(400)
  })
})

describe('rerun and cancel', () => {
  test('from the failed task on; what had succeeded stays', async () => {
    const { runId, path } = await aRun([echo('a'), echo('b', 'a'), echo('c', 'b')])
    await endTasks(app.database, runId, { a: 'SUCCESS' })
    await endTasks(app.database, runId, { b: 'FAILED' })
    const again = await post(`${path}/rerun`)
    expect(statuses(again)).toEqual({ a: 'SUCCESS', b: 'PENDING', c: 'PENDING' })
    expect(again).toMatchObject({ status: 'RUNNING', round: 2, finished_at: null })
    await endTasks(app.database, runId, { b: 'SUCCESS' })
    await endTasks(app.database, runId, { c: 'SUCCESS' })
    const done = await get(path)
    expect(done).toMatchObject({ status: 'SUCCESS' })
    expect(done.tasks.map((task: { executions: number[] }) => task.executions.length)).toEqual([1, 2, 1])
    expect(done.tasks[1]).toMatchObject({ attempts: 2 })

    const none = await post(`${path}/rerun`, {}, 409)
    expect(none.error.code).toBe('TASK_NOT_RERUNNABLE')
    expect(statuses(await post(`${path}/rerun`, { task: 'c' }))).toMatchObject({ b: 'SUCCESS', c: 'PENDING' })
    expect((await post(`${path}/rerun`, { task: 'z' }, 404)).error.code).toBe('TASK_NOT_FOUND')
    const both = await post(`${path}/rerun`, { task: 'c', from: 'all' }, 400)
    expect(both.error.details).toMatchObject([{ field: 'task' }])
  })

  test('cancel ends what waits, and asks what runs to stop', async () => {
    const { runId, path } = await aRun([echo('a'), echo('b'), echo('c', 'a')])
    await claimTasks(app.database, runId, ['b'])
    const run = await post(`${path}/cancel`)
    expect(statuses(run)).toEqual({ a: 'CANCELLED', b: 'RUNNING', c: 'CANCELLED' })
    const { rows } = await app.database.query(
      'SELECT cancel_requested_at FROM job_executions WHERE id = $1',
      [run.tasks[1].execution_id],
    )
    expect(rows).toEqual([{ cancel_requested_at: expect.any(Date) }])
    const ended = await aRun([echo('a')])
    expect(await post(`${ended.path}/cancel`)).toMatchObject({ status: 'CANCELLED' })
    expect((await post(`${ended.path}/cancel`, {}, 409)).error.code).toBe('RUN_NOT_ACTIVE')
  })

  test('are in the audit log with who and what', async () => {
    const { id, runId, path } = await aRun([echo('a')])
    await endTasks(app.database, runId, { a: 'FAILED' })
    await post(`${path}/rerun`, { from: 'all' })
    await post(`${path}/cancel`)
    const { items } = await get(`/audit?target_type=run&target_id=${runId}`)
    expect(items.map(({ action, after }: { action: string; after: object }) => [action, after])).toEqual([
      ['run.cancel', { schedule_id: id }],
      ['run.rerun', { schedule_id: id, from: 'all' }],
    ])
  })
})

describe('a task that waits for a person', () => {
  const approval = (role?: string) => [
    { key: 'ask', approval: { message: 'Publish?', ...(role && { role }) } },
    echo('publish', 'ask'),
  ]

  test('is approved, and what comes after it runs', async () => {
    const { runId, path } = await aRun(approval())
    expect((await get(path)).tasks[0]).toMatchObject({ waiting_for: 'decision', kind: 'approval' })
    await awaiting(runId, 'ask')
    expect((await get(path)).tasks[0]).toMatchObject({
      status: 'PENDING',
      waiting_for: 'approval',
      approval: { role: 'operator', message: 'Publish?', deadline_at: expect.any(String) },
    })
    const run = await post(`${path}/tasks/ask/approve`, { comment: 'good', data: { a: 1 } })
    expect(run.tasks).toMatchObject([
      { status: 'SUCCESS', result: { approved_by: 'api token', comment: 'good', data: { a: 1 } } },
      { waiting_for: 'worker' },
    ])
    expect((await post(`${path}/tasks/ask/approve`, {}, 409)).error.code).toBe('TASK_NOT_AWAITING')
    expect((await post(`${path}/tasks/nope/approve`, {}, 404)).error.code).toBe('TASK_NOT_FOUND')
  })

  test('is rejected', async () => {
    const { runId, path } = await aRun(approval())
    await awaiting(runId, 'ask')
    const run = await post(`${path}/tasks/ask/reject`, { comment: 'figures are off' })
    expect(run).toMatchObject({ status: 'FAILED' })
    expect(run.tasks[0]).toMatchObject({ status: 'FAILED', reason: 'REJECTED' })
    expect(run.tasks[0].error.message).toContain('figures are off')
  })

  test('may ask for an admin', async () => {
    const { runId, path } = await aRun(approval('admin'))
    await awaiting(runId, 'ask')
    const decide = async (role: 'viewer' | 'operator' | 'admin') => {
      const { token } = await aToken(app, role)
      return app.anonymous
        .post(`/api/v1${path}/tasks/ask/approve`)
        .set('Authorization', `Bearer ${token}`)
        .send({})
    }
    expect((await decide('viewer')).body.error.code).toBe('FORBIDDEN')
    const { status, body } = await decide('operator')
    expect([status, body.error.code]).toEqual([403, 'APPROVAL_ROLE'])
    expect((await decide('admin')).status).toBe(200)
  })
})

describe('a task that waits for an event', () => {
  test('goes on with it', async () => {
    const { runId, path } = await aRun([{ key: 'wait', wait_for: { event: 'loaded' } }])
    await awaiting(runId, 'wait', 'loaded')
    expect((await get(path)).tasks[0]).toMatchObject({ waiting_for: 'event', result: null })
    expect(await post('/schedules/signals', { event: 'other' })).toEqual({
      id: expect.any(Number),
      released: 0,
    })
    const sent = await post('/schedules/signals', { event: 'loaded', payload: { day: 1 } })
    expect(sent).toMatchObject({ released: 1 })
    expect(await get(path)).toMatchObject({ status: 'SUCCESS', tasks: [{ status: 'SUCCESS' }] })
    expect((await post('/schedules/signals', { payload: 1 }, 400)).error.details).toMatchObject([
      { field: 'event' },
    ])
  })
})

describe('skip and mark', () => {
  test('a task that is skipped lets the others go on by their rules', async () => {
    const { path } = await aRun([echo('a'), { ...echo('b', 'a'), trigger_rule: 'none_failed' }])
    const run = await post(`${path}/tasks/a/skip`, { comment: 'not today' })
    expect(run.tasks).toMatchObject([
      { status: 'SKIPPED', reason: 'SKIPPED_BY_USER' },
      { waiting_for: 'worker' },
    ])
    expect((await post(`${path}/tasks/a/skip`, {}, 409)).error.code).toBe('TASK_STATE')
  })

  test('a failed task that is marked SUCCESS lets the run go on', async () => {
    const { runId, path } = await aRun([echo('a'), echo('b', 'a')])
    await endTasks(app.database, runId, { a: 'FAILED' })
    const run = await post(`${path}/tasks/a/mark`, { status: 'SUCCESS' })
    expect(run).toMatchObject({ status: 'RUNNING' })
    expect(statuses(run)).toEqual({ a: 'SUCCESS', b: 'PENDING' })
    const wrong = await post(`${path}/tasks/a/mark`, { status: 'DONE' }, 400)
    expect(wrong.error.details).toMatchObject([{ field: 'status', received: 'DONE' }])
    expect((await post(`${path}/tasks/a/mark`, { status: 'FAILED', item: 3 }, 404)).error.code).toBe(
      'TASK_NOT_FOUND',
    )
  })
})

describe('the items of a list', () => {
  test('are paged in its order, with values and results, and their logs', async () => {
    const { runId, path } = await aRun([{ ...echo('each'), for_each: ['x', 'y', 'z'] }])
    await expandTask(app.database, runId, 'each', ['x', 'y', 'z'])
    await endTasks(app.database, runId, { 'each.0': 'SUCCESS', 'each.1': 'FAILED' })
    const run = await get(path)
    expect(run.tasks[0]).toMatchObject({ status: 'RUNNING', items: { total: 3, left: 1, failed: 1 } })
    const page = await get(`${path}/tasks/each/items?size=2`)
    expect(page).toMatchObject({
      total: 3,
      items: [
        { item: 0, value: 'x', status: 'SUCCESS', result: { ok: true } },
        { item: 1, value: 'y', status: 'FAILED', error_message: 'no luck' },
      ],
    })
    expect(await get(`${path}/tasks/each/items?status=FAILED`)).toMatchObject({
      total: 1,
      items: [{ item: 1 }],
    })
    expect(await get(`${path}/tasks/each/items?status=PENDING`)).toMatchObject({
      total: 1,
      items: [{ item: 2 }],
    })
    expect(await get(`${path}/tasks/each/logs?item=1`)).toMatchObject({ total: 0 })
    await app.api.get(`${path}/tasks/nope/items`).expect(404)
  })
})

describe('the execution of a task', () => {
  test('says which it is, and leaves what the run decides to the run', async () => {
    const { id, runId, path } = await aRun([echo('a'), echo('b', 'a')])
    const job = (await get(path)).tasks[0].execution_id
    expect(await get(`/jobs/${job}`)).toMatchObject({ schedule_id: id, run_id: runId, task_key: 'a' })
    const moved = await app.api.patch(`/jobs/${job}`).send({ scheduled_time: null }).expect(409)
    expect(moved.body.error.details).toMatchObject([{ field: 'scheduled_time' }])
    await app.api.patch(`/jobs/${job}`).send({ priority: 5 }).expect(200)
    const gone = await app.api.delete(`/jobs/${job}`).expect(409)
    expect(gone.body.error.code).toBe('JOB_NOT_DELETABLE')
    await endTasks(app.database, runId, { a: 'FAILED' })
    const retried = await app.api.post(`/jobs/${job}/retry`).expect(409)
    expect(retried.body.error).toMatchObject({ code: 'JOB_NOT_RETRYABLE' })
    expect(retried.body.error.message).toContain(`POST ${path}/rerun`)
    const plain = (await app.api.post('/jobs').send({ handler_name: 'echo' }).expect(201)).body
    expect(await get(`/jobs/${plain.id}`)).toMatchObject({ schedule_id: null, run_id: null, task_key: null })
  })
})

describe('GET /events', () => {
  test('tells of schedules and runs, also of one schedule alone', async () => {
    const client = await EventClient.open(app, '/events?topics=schedules,runs')
    await client.until(() => client.lastEventId !== '')
    const { id, runId } = await aRun([echo('a')], { title: 'told' })
    const one = await EventClient.open(app, `/events?topics=runs,schedules&schedule_id=${id}`)
    await one.until(() => one.lastEventId !== '')
    await aRun([echo('a')])
    await endTasks(app.database, runId, { a: 'FAILED' })
    const ended = await one.event('run', (data) => data.status === 'FAILED')
    expect(ended.data).toEqual({ id: runId, schedule_id: id, status: 'FAILED', at: expect.any(String) })
    await app.api.delete(`/schedules/${id}`).expect(204)
    const gone = await one.event('schedule', (data) => data.action === 'deleted')
    expect(gone.data).toMatchObject({ id, title: 'told', is_enabled: false, next_run_at: null })
    expect(one.events.every(({ data }) => (data.schedule_id ?? data.id) === id)).toBe(true)
    await client.event('schedule', (data) => data.id === id && data.action === 'created')
    client.close()
    one.close()
  })
})
