import { aToken } from './support/access.ts'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp
let count = 0

beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const tasks = [
  { key: 'extract', handler_name: 'echo', params: { message: 'hi' } },
  { key: 'load', handler_name: 'echo', depends_on: ['extract'] },
]
const aSchedule = (changes: Record<string, unknown> = {}) => ({
  title: `schedule ${++count}`,
  tasks,
  ...changes,
})

async function create(changes: Record<string, unknown> = {}) {
  const { body } = await app.api.post('/schedules').send(aSchedule(changes)).expect(201)
  return body
}

async function refused(changes: Record<string, unknown>) {
  const { body } = await app.api.post('/schedules').send(aSchedule(changes)).expect(400)
  expect(body.error.code).toBe('SCHEDULE_INVALID')
  return Object.fromEntries(
    body.error.details.map(({ field, message }: Record<string, string>) => [field, message]),
  )
}

async function faultsOf(changes: Record<string, unknown>): Promise<string[][]> {
  const { body } = await app.api.post('/schedules').send(aSchedule(changes)).expect(400)
  return body.error.details.map(({ field, message }: Record<string, string>) => [field, message])
}

async function change(id: number, part: Record<string, unknown>) {
  const { body } = await app.api.patch(`/schedules/${id}`).send(part).expect(200)
  return body
}

/** The entries of the audit log since this was asked last. */
async function audited() {
  const { rows } = await app.database.query<Record<string, unknown>>(
    `SELECT action, target_name, before, after FROM audit_log WHERE target_type = 'schedule' ORDER BY id`,
  )
  await app.database.query('DELETE FROM audit_log')
  return rows
}

describe('POST /schedules', () => {
  test('answers 201 with every field and its address', async () => {
    const response = await app.api
      .post('/schedules')
      .send({
        title: 'plain',
        tasks: [{ key: 'only', handler_name: 'echo' }],
        cron_expression: ' 0  2 * * * ',
      })
      .expect(201)
    expect(response.headers.location).toBe(`/api/v1/schedules/${response.body.id}`)
    expect(response.body).toEqual({
      id: expect.any(Number),
      title: 'plain',
      description: null,
      owner: null,
      tags: [],
      engine: 'jobu',
      engine_state: null,
      cron_expression: '0 2 * * *',
      frequency: null,
      time: null,
      minute: null,
      day_of_week: null,
      day_of_month: null,
      timezone: 'Asia/Seoul',
      day_match: 'or',
      start_date: null,
      end_date: null,
      is_enabled: true,
      status: 'ACTIVE',
      overlap_policy: 'skip',
      max_active_runs: 16,
      misfire_policy: 'fire_once',
      misfire_limit: 100,
      misfire_grace_seconds: 86_400,
      notifications: {},
      tasks: [
        {
          key: 'only',
          description: null,
          handler_name: 'echo',
          params: {},
          depends_on: [],
          trigger_rule: 'all_success',
          max_retry: 0,
          retry_delay_seconds: 10,
          retry_backoff: 'exponential',
          timeout_seconds: null,
          condition: null,
          for_each: null,
          priority: 0,
          queue: 'default',
        },
      ],
      version: 1,
      task_count: 1,
      next_run_at: expect.stringMatching(/T17:00:00\.000Z$/),
      last_run: null,
      last_status: null,
      disabled_reason: null,
      schedule_in_words: 'At 02:00 (Asia/Seoul)',
      created_at: expect.any(String),
      updated_at: expect.any(String),
    })
    const { body } = await app.api.get(`/schedules/${response.body.id}`).expect(200)
    expect(body).toEqual(response.body)
  })

  test('takes back what GET answers', async () => {
    const given = await create({
      frequency: 'weekly',
      time: '09:30',
      day_of_week: 1,
      timezone: 'UTC',
      tags: ['a'],
      notifications: { on_failure: true, recipients: ['a@example.com'] },
    })
    expect(given).toMatchObject({
      cron_expression: null,
      frequency: 'weekly',
      time: '09:30',
      day_of_week: 1,
      schedule_in_words: 'At 09:30, only on Monday (UTC)',
      notifications: { on_success: false, on_failure: true, recipients: ['a@example.com'] },
    })
    const readOnly = [
      'id',
      'engine_state',
      'status',
      'version',
      'task_count',
      'next_run_at',
      'last_run',
      'last_status',
    ]
    const others = ['disabled_reason', 'schedule_in_words', 'created_at', 'updated_at']
    const definition = Object.fromEntries(
      Object.entries(given).filter(([key]) => ![...readOnly, ...others].includes(key)),
    )
    const { body } = await app.api.post('/schedules').send(definition).expect(201)
    expect(body).toEqual({ ...given, id: body.id, created_at: body.created_at, updated_at: body.updated_at })
  })

  test('once in the past is due at once, and by hand never', async () => {
    const once = await create({ frequency: 'once', start_date: '2020-01-01T00:00:00Z' })
    expect(once).toMatchObject({
      next_run_at: '2020-01-01T00:00:00.000Z',
      schedule_in_words: 'Once, at 2020-01-01 09:00 (Asia/Seoul)',
    })
    expect(await create()).toMatchObject({
      next_run_at: null,
      status: 'ACTIVE',
      schedule_in_words: 'By hand',
    })
  })

  test('a start in the past makes no earlier run, and one whose end has passed is completed', async () => {
    const late = await create({ frequency: 'hourly', start_date: '2020-01-01T00:00:00Z' })
    expect(Date.parse(late.next_run_at)).toBeGreaterThan(Date.now())
    const over = await create({
      frequency: 'daily',
      start_date: '2020-01-01T00:00:00Z',
      end_date: '2020-02-01T00:00:00Z',
    })
    expect(over).toMatchObject({ next_run_at: null, status: 'COMPLETED' })
  })

  test('of everything that is wrong, by schema or by graph, tells all at once', async () => {
    const faults = await refused({
      title: '',
      colour: 'red',
      frequency: 'daily',
      cron_expression: '61 * * * *',
      start_date: '2027-01-02T00:00:00Z',
      end_date: '2027-01-01T00:00:00Z',
      max_active_runs: 0,
      tasks: [
        { key: 'a', handler_name: 'echo', depends_on: ['c'] },
        { key: 'b', handler_name: 'nothing', depends_on: ['a'] },
        { key: 'c', handler_name: 'echo', depends_on: ['b'] },
        { key: 'c', handler_name: 'mail', params: { to: 'nobody' }, depends_on: ['z'] },
        { key: '1', handler_name: 'echo', priority: 'high' },
        { key: 'd', handler_name: 'echo', schedule_id: 1 },
        { key: 'e', handler_name: 'echo', condition: 'tasks.a.result.rows >' },
        { key: 'f', handler_name: 'echo', params: { message: '{{ tasks.a.result.x }}' } },
        { key: 'g', schedule_id: 999_999 },
      ],
    })
    expect(Object.keys(faults).sort()).toEqual(
      [
        'title',
        'colour',
        'max_active_runs',
        'frequency',
        'cron_expression',
        'end_date',
        'tasks[0].depends_on[0]',
        'tasks[1].handler_name',
        'tasks[3].key',
        'tasks[3].depends_on[0]',
        'tasks[3].params.to',
        'tasks[4].key',
        'tasks[4].priority',
        'tasks[5].schedule_id',
        'tasks[6].condition',
        'tasks[7].params.message',
        'tasks[8].schedule_id',
      ].sort(),
    )
    expect(faults['tasks[0].depends_on[0]']).toBe('closes a cycle: a -> b -> c -> a')
    expect(faults['tasks[8].schedule_id']).toBe('is not a known schedule')
  })

  test('says of each fault what came and what was expected', async () => {
    const { body } = await app.api
      .post('/schedules')
      .send(aSchedule({ tasks: [{ key: 'a', handler_name: 'ecko' }], overlap_policy: 'never' }))
      .expect(400)
    expect(body.error.details).toEqual([
      {
        field: 'overlap_policy',
        message: expect.any(String),
        received: 'never',
        expected: expect.stringContaining('skip'),
      },
      {
        field: 'tasks[0].handler_name',
        message: expect.stringContaining('is not a known handler'),
        received: 'ecko',
        expected: ['echo', 'mail'],
      },
    ])
    expect(body.error.message).toMatch(/^Invalid request: overlap_policy: /)
  })

  test.each([
    [{}, ['tasks', 'title']],
    [{ title: 'x', tasks: [] }, ['tasks']],
    [{ title: 'x', tasks: 'none' }, ['tasks']],
    [{ title: 'x', tasks: [null] }, ['tasks[0]']],
    [{ title: 'x', tasks, timezone: 'Mars' }, ['timezone']],
    [{ title: 'x', tasks, frequency: 'once' }, ['start_date']],
    [{ title: 'x', tasks, time: '09:00' }, ['time']],
    [{ title: 'x', tasks, cron_expression: '0 0 30 2 *' }, ['cron_expression']],
    [{ title: 'x', tasks, cron_expression: '* * * * * *' }, ['cron_expression']],
    [{ title: 'x', tasks, engine: 'airflow' }, ['engine']],
    [{ title: 'x', tasks, notifications: { recipients: ['nobody'] } }, ['notifications.recipients[0]']],
  ])('%j is refused by %j', async (body, fields) => {
    const { body: answer } = await app.api.post('/schedules').send(body).expect(400)
    expect(answer.error.code).toBe('SCHEDULE_INVALID')
    expect(answer.error.details.map(({ field }: { field: string }) => field).sort()).toEqual(fields)
  })

  test('what cannot be read is at fault once, and not missing as well', async () => {
    expect(await faultsOf({ frequency: 'once', start_date: 'tomorrow' })).toEqual([
      ['start_date', expect.stringContaining('expected an ISO 8601 instant')],
    ])
    expect(await faultsOf({ frequency: 'daily', time: '25:00' })).toHaveLength(1)
  })

  test('of several forms a field may have, the fault names the one that was meant', async () => {
    const list = Array.from({ length: 10_001 }, (_, item) => item)
    const task = (given: unknown) => ({ tasks: [{ key: 'a', handler_name: 'echo', for_each: given }] })
    expect(await faultsOf(task(list))).toEqual([
      ['tasks[0].for_each', 'Too big: expected array to have <=10000 items'],
    ])
    expect(await faultsOf(task(5))).toEqual([
      ['tasks[0].for_each', 'expected string, received number or expected array, received number'],
    ])
  })

  test('params that hold a template are checked but for it', async () => {
    const mail = (params: Record<string, unknown>) => ({
      tasks: [
        { key: 'a', handler_name: 'echo' },
        { key: 'b', handler_name: 'mail', depends_on: ['a'], params },
      ],
    })
    await create(mail({ to: '{{ tasks.a.result.to }}', copies: '{{ tasks.a.result.copies }}' }))
    expect(await refused(mail({ to: '{{ tasks.a.result.to }}', copies: 12 }))).toEqual({
      'tasks[1].params.copies': expect.any(String),
    })
  })

  test('a schedule may be a task of another, but never come back to itself', async () => {
    const inner = await create({ title: 'inner' })
    const outer = await create({ title: 'outer', tasks: [{ key: 'run', schedule_id: inner.id }] })
    const closing = (id: number) => ({ tasks: [{ key: 'back', schedule_id: id }] })
    const { body } = await app.api.patch(`/schedules/${inner.id}`).send(closing(outer.id)).expect(400)
    expect(body.error.details).toEqual([
      {
        field: 'tasks[0].schedule_id',
        message: `leads back to this schedule: ${inner.id} -> ${outer.id} "outer" -> ${inner.id} "inner"`,
        received: outer.id,
      },
    ])
    const itself = await app.api.patch(`/schedules/${inner.id}`).send(closing(inner.id)).expect(400)
    expect(itself.body.error.details[0].message).toBe('is this schedule itself')
    await app.api.delete(`/schedules/${inner.id}`).expect(204)
    expect(await refused({ tasks: [{ key: 'run', schedule_id: inner.id }] })).toEqual({
      'tasks[0].schedule_id': 'is not a known schedule',
    })
  })

  test('two edits that close a circle together: one of them is refused', async () => {
    const [a, b] = [await create(), await create()]
    const statuses = await Promise.all(
      [
        [a.id, b.id],
        [b.id, a.id],
      ].map(async ([from, to]) => {
        const body = { tasks: [{ key: 'other', schedule_id: to }] }
        return (await app.api.patch(`/schedules/${from}`).send(body)).status
      }),
    )
    expect(statuses.sort()).toEqual([200, 400])
  })

  test('five thousand tasks are taken, and released from rows of their own', async () => {
    const many = Array.from({ length: 5_000 }, (_, index) => ({
      key: `t${index}`,
      handler_name: 'echo',
      depends_on: index < 10 ? [] : [`t${index - 10}`],
    }))
    const { id, task_count } = await create({ tasks: many })
    expect(task_count).toBe(5_000)
    const { rows } = await app.database.query(
      `SELECT count(*) AS tasks, sum(parents)::bigint AS edges FROM schedule_tasks
       WHERE version_id = (SELECT version_id FROM schedules WHERE id = $1)`,
      [id],
    )
    expect(rows).toEqual([{ tasks: 5_000, edges: 4_990 }])
  })
})

describe('PATCH /schedules/{id}', () => {
  test('other tasks make another version, the same ones none', async () => {
    const { id } = await create()
    expect(await change(id, { tasks })).toMatchObject({ version: 1 })
    expect(await change(id, { title: 'renamed' })).toMatchObject({ version: 1, title: 'renamed' })
    const changed = await change(id, { tasks: [tasks[0]] })
    expect(changed).toMatchObject({ version: 2, task_count: 1 })

    const { body: page } = await app.api.get(`/schedules/${id}/versions`).expect(200)
    expect(page).toMatchObject({ total: 2 })
    expect(page.items).toEqual([
      { version: 2, task_count: 1, created_by: 'api token', created_at: expect.any(String) },
      { version: 1, task_count: 2, created_by: 'api token', created_at: expect.any(String) },
    ])
    const { body: first } = await app.api.get(`/schedules/${id}/versions/1`).expect(200)
    expect(first.tasks.map(({ key }: { key: string }) => key)).toEqual(['extract', 'load'])
    const { body: none } = await app.api.get(`/schedules/${id}/versions/3`).expect(404)
    expect(none.error).toMatchObject({ code: 'NOT_FOUND', message: `Schedule ${id} has no version 3` })
    await app.api.get(`/schedules/${id}/versions/99999999999`).expect(404)
  })

  test('an edit of what has changed since it was read is refused', async () => {
    const { id } = await create()
    await change(id, { tasks: [tasks[0]], version: 1 })
    const { body } = await app.api.patch(`/schedules/${id}`).send({ title: 'x', version: 1 }).expect(409)
    expect(body.error).toMatchObject({
      code: 'SCHEDULE_CHANGED',
      details: [{ field: 'version', message: 'is stale', received: 1, expected: 2 }],
    })
  })

  test('one way of saying when takes back the other', async () => {
    const { id, next_run_at: none } = await create()
    expect(none).toBeNull()
    const daily = await change(id, { frequency: 'daily', time: '09:00', timezone: 'UTC' })
    expect(daily).toMatchObject({ frequency: 'daily', time: '09:00', cron_expression: null })
    expect(daily.next_run_at).toMatch(/T09:00:00\.000Z$/)
    const later = await change(id, { time: '10:15' })
    expect(later.next_run_at).toMatch(/T10:15:00\.000Z$/)
    const hourly = await change(id, { frequency: 'hourly', minute: 5 })
    expect(hourly).toMatchObject({ frequency: 'hourly', time: null, minute: 5 })
    const cron = await change(id, { cron_expression: '0 3 * * *' })
    expect(cron).toMatchObject({ cron_expression: '0 3 * * *', frequency: null, minute: null })
    expect(await change(id, { cron_expression: null })).toMatchObject({ next_run_at: null, frequency: null })
  })

  test('is judged together with what stays', async () => {
    const { id } = await create({ frequency: 'daily', start_date: '2027-06-01T00:00:00Z' })
    const { body } = await app.api
      .patch(`/schedules/${id}`)
      .send({ end_date: '2027-05-01T00:00:00Z' })
      .expect(400)
    expect(body.error.details).toMatchObject([{ field: 'end_date', message: 'must be after start_date' }])
    await app.api.patch(`/schedules/${id}`).send({ minute: 5 }).expect(400)
    await app.api
      .patch(`/schedules/${id}`)
      .send({ start_date: null, end_date: '2027-05-01T00:00:00Z' })
      .expect(200)
  })

  test('what was not touched keeps its next run', async () => {
    const { id } = await create({ frequency: 'daily' })
    await app.database.query(`UPDATE schedules SET next_run_at = '2020-01-01' WHERE id = $1`, [id])
    expect((await change(id, { title: 'x', tasks: [tasks[0]] })).next_run_at).toBe('2020-01-01T00:00:00.000Z')
    const moved = await change(id, { timezone: 'UTC' })
    expect(Date.parse(moved.next_run_at)).toBeGreaterThan(Date.now())
  })

  test.each([
    [{ id: 7 }, 'id', 'is read-only; leave it out'],
    [{ tasks: [] }, 'tasks', expect.any(String)],
    [{ title: null }, 'title', expect.any(String)],
    [{ version: 0 }, 'version', expect.any(String)],
  ])('%j is refused', async (part, field, message) => {
    const { id } = await create()
    const { body } = await app.api.patch(`/schedules/${id}`).send(part).expect(400)
    expect(body.error.details).toMatchObject([{ field, message }])
  })
})

describe('PATCH /schedules/{id}/toggle', () => {
  test('turns it off and on again, from now', async () => {
    const { id } = await create({ frequency: 'daily' })
    const toggle = async (body: object) =>
      (await app.api.patch(`/schedules/${id}/toggle`).send(body).expect(200)).body
    expect(await toggle({})).toMatchObject({ is_enabled: false, status: 'PAUSED', next_run_at: null })
    expect(await toggle({ is_enabled: false })).toMatchObject({ is_enabled: false })
    const on = await toggle({})
    expect(on).toMatchObject({ is_enabled: true, status: 'ACTIVE' })
    expect(Date.parse(on.next_run_at)).toBeGreaterThan(Date.now())
  })

  test('one that ran once stays completed', async () => {
    const slot = '2020-01-01T00:00:00Z'
    const { id } = await create({ frequency: 'once', start_date: slot })
    await app.database.query(
      `INSERT INTO schedule_runs (schedule_id, version_id, scheduled_time, trigger) SELECT id, version_id, $2, 'cron' FROM schedules WHERE id = $1`,
      [id, slot],
    )
    await app.api.patch(`/schedules/${id}/toggle`).send({}).expect(200)
    const { body } = await app.api.patch(`/schedules/${id}/toggle`).send({}).expect(200)
    expect(body).toMatchObject({ status: 'COMPLETED', next_run_at: null })
  })
})

describe('DELETE /schedules/{id}', () => {
  test('cancels what has not ended, and keeps its runs with the title', async () => {
    const { id, title } = await create()
    const { body: run } = await app.api.post(`/schedules/${id}/start`).send({}).expect(201)
    await app.api.delete(`/schedules/${id}`).expect(204)
    await app.api.get(`/schedules/${id}`).expect(404)
    await app.api.delete(`/schedules/${id}`).expect(404)
    const { body } = await app.api.get(`/schedules/${id}/runs/${run.id}`).expect(200)
    expect(body).toMatchObject({ status: 'CANCELLED', schedule_title: title })
    await app.api.post(`/schedules/${id}/start`).send({}).expect(404)
  })
})

describe('GET /schedules', () => {
  test('finds by title, owner, frequency, tag and status, page by page', async () => {
    const owner = 'filters'
    const daily = await create({ title: 'a Sales 100%', owner, frequency: 'daily', tags: ['x', 'y'] })
    const cron = await create({ title: 'sales by cron', owner, cron_expression: '0 1 * * *', tags: ['x'] })
    const hand = await create({ title: 'by hand', owner, is_enabled: false })
    const found = async (query: string) => {
      const { body } = await app.api.get(`/schedules?owner=${owner}&${query}`).expect(200)
      expect(body.items.every((item: object) => !('tasks' in item))).toBe(true)
      return body.items.map(({ id }: { id: number }) => id)
    }
    expect(await found('')).toEqual([daily.id, cron.id, hand.id])
    expect(await found('title=SALES')).toEqual([daily.id, cron.id])
    expect(await found('title=0%25')).toEqual([daily.id])
    expect(await found('frequency=daily,none')).toEqual([daily.id, hand.id])
    expect(await found('frequency=cron')).toEqual([cron.id])
    expect(await found('tag=x&tag=y')).toEqual([daily.id])
    expect(await found('status=PAUSED')).toEqual([hand.id])
    expect(await found('engine=airflow')).toEqual([])
    expect(await found('order_by=-title&size=2')).toEqual([cron.id, hand.id])
    expect(await found('order_by=title&size=2&page=2')).toEqual([cron.id])

    await app.api.post(`/schedules/${hand.id}/start`).send({}).expect(201)
    expect(await found('status=RUNNING')).toEqual([hand.id])
    expect(await found('status=RUNNING,ACTIVE')).toEqual([daily.id, cron.id, hand.id])
    const { body } = await app.api.get(`/schedules?owner=${owner}&size=1`).expect(200)
    expect(body).toMatchObject({ total: 3, page: 1, size: 1, pages: 3 })
  })

  test.each([
    ['status=WAITING', 'status[0]'],
    ['frequency=yearly', 'frequency[0]'],
    ['order_by=tasks', 'order_by'],
    ['size=0', 'size'],
    ['name=x', 'name'],
  ])('%s is refused by %s', async (query, field) => {
    const { body } = await app.api.get(`/schedules?${query}`).expect(400)
    expect(body.error).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ field }] })
  })
})

describe('POST /schedules/validate', () => {
  test('tells the order and the next runs of what is right', async () => {
    const { body } = await app.api
      .post('/schedules/validate')
      .send({ title: 'x', tasks, frequency: 'daily', time: '02:00', timezone: 'UTC' })
      .expect(200)
    expect(body).toEqual({
      valid: true,
      faults: [],
      order: [['extract'], ['load']],
      cron: '0 2 * * *',
      next: Array.from({ length: 5 }, () => expect.stringMatching(/T02:00:00\.000Z$/)),
    })
  })

  test('tells every fault of what is wrong, and makes nothing', async () => {
    const before = await app.api.get('/schedules').expect(200)
    const cycle = [
      { key: 'a', handler_name: 'echo', depends_on: ['b'] },
      { key: 'b', handler_name: 'echo', depends_on: ['a'] },
    ]
    const { body } = await app.api.post('/schedules/validate').send({ tasks: cycle }).expect(200)
    expect(body).toMatchObject({ valid: false, order: [], cron: null, next: [] })
    expect(body.faults.map(({ field }: { field: string }) => field)).toEqual([
      'title',
      'tasks[0].depends_on[0]',
    ])
    const after = await app.api.get('/schedules').expect(200)
    expect(after.body.total).toBe(before.body.total)
  })
})

describe('who may', () => {
  test.each([
    ['viewer', 200, 403, 403],
    ['operator', 200, 403, 201],
    ['admin', 200, 201, 201],
  ] as const)('a %s reads %i, creates %i and starts %i', async (role, reads, creates, starts) => {
    const { token } = await aToken(app, role)
    const { id } = await create()
    const as = { Authorization: `Bearer ${token}` }
    await app.anonymous.get('/api/v1/schedules').set(as).expect(reads)
    await app.anonymous.post('/api/v1/schedules').set(as).send(aSchedule()).expect(creates)
    await app.anonymous.post(`/api/v1/schedules/${id}/start`).set(as).send({}).expect(starts)
    await app.anonymous.post('/api/v1/schedules/validate').set(as).send({}).expect(200)
    const isAdmin = role === 'admin'
    await app.anonymous
      .patch(`/api/v1/schedules/${id}`)
      .set(as)
      .send({})
      .expect(isAdmin ? 200 : 403)
    await app.anonymous
      .delete(`/api/v1/schedules/${id}`)
      .set(as)
      .expect(isAdmin ? 204 : 403)
  })
})

describe('the audit log', () => {
  test('says of each change what differs, of tasks the version', async () => {
    await audited()
    const { id } = await create({ title: 'watched' })
    await change(id, { title: 'renamed', tasks: [tasks[0]] })
    await change(id, { title: 'renamed' })
    await app.api.patch(`/schedules/${id}/toggle`).send({}).expect(200)
    await app.api
      .post(`/schedules/${id}/start`)
      .send({ params: { a: 1 } })
      .expect(201)
    await app.api.delete(`/schedules/${id}`).expect(204)
    const entries = await audited()
    expect(entries.map(({ action }) => action)).toEqual([
      'schedule.create',
      'schedule.update',
      'schedule.toggle',
      'schedule.start',
      'schedule.delete',
    ])
    expect(entries[1]).toMatchObject({
      before: { title: 'watched', version: 1 },
      after: { title: 'renamed', version: 2 },
    })
    expect(entries[3]).toMatchObject({ after: { run_id: expect.any(Number), params: { a: 1 } } })
  })
})
