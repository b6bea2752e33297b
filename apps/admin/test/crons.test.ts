import { jest } from '@jest/globals'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp
let count = 0

beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const aCron = (changes: Record<string, unknown> = {}) => ({
  name: `cron-${++count}`,
  cron_expression: '*/5 * * * *',
  timezone: 'UTC',
  handler_name: 'echo',
  ...changes,
})

async function create(changes: Record<string, unknown> = {}) {
  const { body } = await app.api.post('/crons').send(aCron(changes)).expect(201)
  return body
}

async function refused(changes: Record<string, unknown>) {
  const { body } = await app.api.post('/crons').send(aCron(changes)).expect(400)
  return body.error
}

/** As a dispatcher or worker would leave it. */
async function anExecution(jobId: number, columns: Record<string, unknown>) {
  const row = {
    job_id: jobId,
    scheduled_time: new Date(),
    handler_name: 'echo',
    param_source: 'cron',
    ...columns,
  }
  const names = Object.keys({ ...row, run_at: 0 })
  const values = Object.values({ ...row, run_at: row.scheduled_time })
  const { rows } = await app.database.query<{ id: number }>(
    `INSERT INTO job_executions (${names}) VALUES (${names.map((_, i) => `$${i + 1}`)}) RETURNING id`,
    values,
  )
  return rows[0]!.id
}

describe('POST /crons', () => {
  test('answers 201 with every field and its address', async () => {
    const response = await app.api
      .post('/crons')
      .send({ name: 'plain', cron_expression: ' 0  9 * * MON-FRI ', handler_name: 'echo' })
      .expect(201)
    expect(response.headers.location).toBe(`/api/v1/crons/${response.body.id}`)
    expect(response.body).toEqual({
      id: expect.any(Number),
      name: 'plain',
      description: null,
      cron_expression: '0 9 * * MON-FRI',
      schedule_in_words: 'At 09:00, Monday through Friday (Asia/Seoul)',
      timezone: 'Asia/Seoul',
      day_match: 'or',
      handler_name: 'echo',
      handler_params: {},
      is_enabled: true,
      overlap_policy: 'skip',
      allow_overlap: false,
      max_retry: 0,
      retry_delay_seconds: 10,
      retry_backoff: 'exponential',
      timeout_seconds: null,
      priority: 0,
      queue: 'default',
      misfire_policy: 'fire_once',
      misfire_limit: 100,
      misfire_grace_seconds: 86_400,
      start_at: null,
      end_at: null,
      jitter_seconds: 0,
      max_runs: null,
      pause_after_failures: null,
      tags: [],
      owner: null,
      next_run_at: expect.stringMatching(/T00:00:00\.000Z$/),
      last_run_at: null,
      last_status: null,
      completed_at: null,
      disabled_reason: null,
      run_count: 0,
      version: 1,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updated_at: expect.any(String),
    })
    expect(Date.parse(response.body.next_run_at)).toBeGreaterThan(Date.now())
    const { body } = await app.api.get(`/crons/${response.body.id}`).expect(200)
    expect(body).toEqual(response.body)
  })

  test('stores what it is given', async () => {
    const given = {
      description: 'what it does',
      day_match: 'and',
      handler_params: { message: 'hi', nested: { list: [1, null] } },
      is_enabled: false,
      overlap_policy: 'buffer_one',
      max_retry: 3,
      retry_delay_seconds: 5,
      retry_backoff: 'fixed',
      timeout_seconds: 60,
      priority: -32_768,
      queue: 'slow',
      misfire_policy: 'fire_all',
      misfire_limit: 7,
      misfire_grace_seconds: 0,
      start_at: '2027-01-01T00:00:00.000Z',
      end_at: '2028-01-01T00:00:00.000Z',
      jitter_seconds: 299,
      max_runs: 10,
      pause_after_failures: 2,
      tags: ['a', 'b'],
      owner: 'me',
    }
    expect(await create(given)).toMatchObject({
      ...given,
      allow_overlap: false,
      next_run_at: null,
      completed_at: null,
    })
  })

  test('takes the boolean form of the overlap policy, and refuses one that contradicts', async () => {
    expect(await create({ allow_overlap: true })).toMatchObject({
      overlap_policy: 'allow',
      allow_overlap: true,
    })
    expect(await create({ allow_overlap: false })).toMatchObject({ overlap_policy: 'skip' })
    expect(await create({ allow_overlap: false, overlap_policy: 'replace' })).toMatchObject({
      overlap_policy: 'replace',
    })
    const error = await refused({ allow_overlap: true, overlap_policy: 'skip' })
    expect(error.details).toEqual([expect.objectContaining({ field: 'allow_overlap' })])
  })

  test('a window that starts later: the first run is its first slot, start inclusive', async () => {
    const start_at = `${new Date().getUTCFullYear() + 1}-03-01T09:00:00+09:00`
    const cron = await create({ cron_expression: '0 9 * * *', timezone: 'Asia/Seoul', start_at })
    expect(cron.next_run_at).toBe(new Date(start_at).toISOString())
  })

  test('a window that ends before its first slot, end exclusive: the cron is completed', async () => {
    const year = new Date().getUTCFullYear() + 1
    const cron = await create({
      cron_expression: '0 0 1 1 *',
      end_at: `${year}-01-01T00:00:00Z`,
    })
    expect(cron).toMatchObject({ next_run_at: null, completed_at: expect.any(String), is_enabled: true })
  })

  test('a name that is taken is 409, and free again once its cron is deleted', async () => {
    const { id, name } = await create()
    const { body } = await app.api.post('/crons').send(aCron({ name })).expect(409)
    expect(body.error).toMatchObject({
      code: 'CRON_NAME_TAKEN',
      details: [{ field: 'name', received: name }],
    })
    await app.api.delete(`/crons/${id}`).expect(204)
    await create({ name })
  })

  test.each([
    ['* * * *', 'CRON_EXPRESSION_INVALID'],
    ['', 'CRON_EXPRESSION_INVALID'],
    ['0 0 31 2 *', 'CRON_NEVER_FIRES'],
    ['*/30 * * * * *', 'CRON_INTERVAL_TOO_SHORT'],
    [`${'1,'.repeat(5000)}1 * * * *`, 'CRON_EXPRESSION_INVALID'],
  ])('refuses the expression %.20s', async (cron_expression, code) => {
    const error = await refused({ cron_expression })
    expect(error).toMatchObject({
      code,
      details: [{ field: 'cron_expression', expected: expect.any(String) }],
    })
  })

  test('refuses an unknown zone', async () => {
    expect(await refused({ timezone: 'Mars/Base' })).toMatchObject({
      code: 'CRON_TIMEZONE_INVALID',
      details: [{ field: 'timezone', received: 'Mars/Base' }],
    })
  })

  test('refuses an unknown handler with the names it knows', async () => {
    const error = await refused({ handler_name: 'ecko' })
    expect(error.code).toBe('VALIDATION_FAILED')
    expect(error.details).toEqual([
      expect.objectContaining({ field: 'handler_name', received: 'ecko', expected: ['echo', 'mail'] }),
    ])
  })

  test('refuses params that do not fit the published schema, each under its path', async () => {
    const error = await refused({
      handler_name: 'mail',
      handler_params: { to: 'nobody', copies: 10, headers: { 'x-a': 1 }, attachments: [{}], bcc: 'x' },
    })
    expect(error.details.map((detail: { field: string }) => detail.field).sort()).toEqual([
      'handler_params.attachments[0].name',
      'handler_params.bcc',
      'handler_params.copies',
      'handler_params.headers.x-a',
      'handler_params.to',
    ])
  })

  test('names every fault at once', async () => {
    const error = await refused({
      cron_expression: '* * * *',
      handler_name: 'ecko',
    })
    expect(error.code).toBe('VALIDATION_FAILED')
    expect(error.details).toEqual([
      expect.objectContaining({ field: 'cron_expression' }),
      expect.objectContaining({ field: 'handler_name' }),
    ])
  })

  test.each([
    ['priority', 32_768],
    ['priority', 1.5],
    ['max_retry', -1],
    ['timeout_seconds', 0],
    ['timeout_seconds', '60'],
    ['queue', ''],
    ['queue', 'q'.repeat(101)],
    ['tags', ['']],
    ['tags', 'a'],
    ['misfire_policy', 'later'],
    ['misfire_limit', 0],
    ['max_runs', 0],
    ['is_enabled', null],
    ['handler_params', []],
    ['handler_params', 'x'],
    ['name', '  '],
    ['name', 'n'.repeat(256)],
    ['start_at', '2026-01-01T00:00:00'],
    ['start_at', '2026-02-30T00:00:00Z'],
    ['start_at', '2026-01-01T25:00:00Z'],
    ['start_at', '0000-01-01T00:00:00Z'],
    ['start_at', 1_700_000_000],
    ['cron_expression', null],
    ['id', 7],
    ['next_run_at', null],
    ['no_such_field', 1],
  ])('refuses %s = %j and names it', async (field, value) => {
    const error = await refused({ [field]: value })
    expect(error.code).toBe('VALIDATION_FAILED')
    expect(error.details[0].field).toMatch(new RegExp(`^${field}`))
  })

  test('an instant without a zone is told how to have one', async () => {
    const error = await refused({ start_at: '2026-01-01T00:00:00' })
    expect(error.details[0].message).toMatch(/no time zone.*\+09:00/)
  })

  test('requires its three fields', async () => {
    const { body } = await app.api.post('/crons').expect(400)
    expect(body.error.details).toEqual([
      { field: 'name', message: 'is required, expected string', expected: 'string' },
      { field: 'cron_expression', message: 'is required, expected string', expected: 'string' },
      { field: 'handler_name', message: 'is required, expected string', expected: 'string' },
    ])
  })

  test('refuses a window backwards and jitter as long as the interval', async () => {
    const error = await refused({
      start_at: '2028-01-01T00:00:00Z',
      end_at: '2028-01-01T00:00:00Z',
      jitter_seconds: 300,
    })
    expect(error.details).toEqual([
      expect.objectContaining({ field: 'end_at' }),
      expect.objectContaining({ field: 'jitter_seconds', received: 300 }),
    ])
  })
})

describe('PUT /crons/{id}', () => {
  test('takes a part, leaves the rest and the next run alone', async () => {
    const cron = await create({ description: 'old', owner: 'me' })
    const due = new Date(Date.now() - 1_000)
    await app.database.query('UPDATE cron_jobs SET next_run_at = $2 WHERE id = $1', [cron.id, due])
    const { body } = await app.api
      .put(`/crons/${cron.id}`)
      .send({ description: null, cron_expression: cron.cron_expression })
    expect(body).toMatchObject({ description: null, owner: 'me', version: 2, next_run_at: due.toISOString() })
  })

  test('an edit of the expression or the zone computes the next run from now', async () => {
    const cron = await create({ cron_expression: '0 9 * * *' })
    const zoned = await app.api.put(`/crons/${cron.id}`).send({ timezone: 'Asia/Seoul' }).expect(200)
    expect(zoned.body.next_run_at).toMatch(/T00:00:00.000Z$/)
    const edited = await app.api.put(`/crons/${cron.id}`).send({ cron_expression: '30 9 * * *' }).expect(200)
    expect(edited.body.next_run_at).toMatch(/T00:30:00.000Z$/)
  })

  test('a window moved into the past completes it, one moved ahead brings it back', async () => {
    const { id } = await create()
    const ended = await app.api.put(`/crons/${id}`).send({ end_at: '2020-01-01T00:00:00Z' }).expect(200)
    expect(ended.body).toMatchObject({ next_run_at: null, completed_at: expect.any(String) })
    const back = await app.api.put(`/crons/${id}`).send({ end_at: null }).expect(200)
    expect(back.body).toMatchObject({ next_run_at: expect.any(String), completed_at: null })
  })

  test('max_runs used up completes it, more of them bring it back', async () => {
    const { id } = await create()
    await app.database.query('UPDATE cron_jobs SET run_count = 5 WHERE id = $1', [id])
    const ended = await app.api.put(`/crons/${id}`).send({ max_runs: 5 }).expect(200)
    expect(ended.body).toMatchObject({ next_run_at: null, completed_at: expect.any(String) })
    const back = await app.api.put(`/crons/${id}`).send({ max_runs: 6 }).expect(200)
    expect(back.body).toMatchObject({ next_run_at: expect.any(String), completed_at: null })
  })

  test('a stale version is 409, the current one passes', async () => {
    const { id } = await create()
    await app.api.put(`/crons/${id}`).send({ version: 1, priority: 5 }).expect(200)
    const { body } = await app.api.put(`/crons/${id}`).send({ version: 1, priority: 6 }).expect(409)
    expect(body.error).toMatchObject({
      code: 'CRON_CHANGED',
      details: [{ field: 'version', received: 1, expected: 2 }],
    })
    await app.api.put(`/crons/${id}`).send({ version: 2, priority: 6 }).expect(200)
  })

  test('of ten edits at once under one version one wins', async () => {
    const { id } = await create()
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, priority) =>
        app.api.put(`/crons/${id}`).send({ version: 1, priority: priority + 1 }),
      ),
    )
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, ...Array(9).fill(409)])
  })

  test('what was not touched is not judged: the handler may be gone', async () => {
    const { id } = await create()
    await app.database.query(`UPDATE cron_jobs SET handler_name = 'gone' WHERE id = $1`, [id])
    await app.api.put(`/crons/${id}`).send({ priority: 1 }).expect(200)
    const { body } = await app.api
      .put(`/crons/${id}`)
      .send({ handler_params: { a: 1 } })
      .expect(400)
    expect(body.error.details[0]).toMatchObject({ field: 'handler_name', received: 'gone' })
  })

  test('checks params against the handler it keeps, and jitter against the expression it keeps', async () => {
    const { id } = await create({ handler_name: 'mail', handler_params: { to: 'a@example.com' } })
    const params = await app.api
      .put(`/crons/${id}`)
      .send({ handler_params: { to: 1 } })
      .expect(400)
    expect(params.body.error.details[0].field).toBe('handler_params.to')
    const jitter = await app.api.put(`/crons/${id}`).send({ jitter_seconds: 300 }).expect(400)
    expect(jitter.body.error.details[0].field).toBe('jitter_seconds')
    await app.api.put(`/crons/${id}`).send({ jitter_seconds: 200 }).expect(200)
    const shorter = await app.api.put(`/crons/${id}`).send({ cron_expression: '* * * * *' }).expect(400)
    expect(shorter.body.error.details[0].field).toBe('jitter_seconds')
  })

  test('allow_overlap false keeps a finer policy', async () => {
    const { id } = await create({ overlap_policy: 'buffer_one' })
    const kept = await app.api.put(`/crons/${id}`).send({ allow_overlap: false }).expect(200)
    expect(kept.body.overlap_policy).toBe('buffer_one')
    const allowed = await app.api.put(`/crons/${id}`).send({ allow_overlap: true }).expect(200)
    expect(allowed.body.overlap_policy).toBe('allow')
  })

  test('a name that is taken is 409, an unknown id 404, a read-only field 400', async () => {
    const first = await create()
    const { id } = await create()
    await app.api.put(`/crons/${id}`).send({ name: first.name }).expect(409)
    await app.api.put('/crons/999999').send({ priority: 1 }).expect(404)
    const { body } = await app.api.put(`/crons/${id}`).send({ run_count: 0 }).expect(400)
    expect(body.error.details[0]).toMatchObject({ field: 'run_count', message: 'is read-only; leave it out' })
  })
})

describe('POST /crons/{id}/toggle', () => {
  test('without a body turns it round', async () => {
    const { id } = await create()
    const off = await app.api.post(`/crons/${id}/toggle`).expect(200)
    expect(off.body).toMatchObject({ is_enabled: false, next_run_at: null })
    const on = await app.api.post(`/crons/${id}/toggle`).expect(200)
    expect(on.body).toMatchObject({ is_enabled: true, next_run_at: expect.any(String) })
  })

  test('enabling forgets why the system disabled it and counts failures anew', async () => {
    const { id } = await create()
    await app.database.query(
      `UPDATE cron_jobs SET is_enabled = false, next_run_at = NULL, disabled_reason = 'failures',
         completed_at = now(), enabled_at = '2020-01-01' WHERE id = $1`,
      [id],
    )
    const { body } = await app.api.post(`/crons/${id}/toggle`).send({ is_enabled: true }).expect(200)
    expect(body).toMatchObject({ is_enabled: true, disabled_reason: null, completed_at: null })
    expect(Date.parse(body.next_run_at)).toBeGreaterThan(Date.now())
    const { rows } = await app.database.query<{ fresh: boolean }>(
      `SELECT enabled_at > now() - interval '1 minute' AS fresh FROM cron_jobs WHERE id = $1`,
      [id],
    )
    expect(rows[0]!.fresh).toBe(true)
  })

  test('to the state it has changes nothing: a due slot stays due', async () => {
    const { id, version } = await create()
    const due = new Date(Date.now() - 1_000)
    await app.database.query('UPDATE cron_jobs SET next_run_at = $2 WHERE id = $1', [id, due])
    const { body } = await app.api.post(`/crons/${id}/toggle`).send({ is_enabled: true }).expect(200)
    expect(body).toMatchObject({ next_run_at: due.toISOString(), version })
  })

  test('a row that SQL wrote with an expression nobody can read is refused', async () => {
    const { id } = await create({ is_enabled: false })
    await app.database.query(`UPDATE cron_jobs SET cron_expression = 'rubbish' WHERE id = $1`, [id])
    const { body } = await app.api.post(`/crons/${id}/toggle`).expect(400)
    expect(body.error.code).toBe('CRON_EXPRESSION_INVALID')
  })

  test('a cron that SQL made unreadable can be disabled, and not enabled', async () => {
    const { id } = (await app.api.post('/crons').send(aCron()).expect(201)).body
    await app.database.query(`UPDATE cron_jobs SET cron_expression = 'every noon' WHERE id = $1`, [id])
    const { body } = await app.api.post(`/crons/${id}/toggle`).send({ is_enabled: false }).expect(200)
    expect(body).toMatchObject({ is_enabled: false, next_run_at: null })
    await app.api.post(`/crons/${id}/toggle`).send({ is_enabled: true }).expect(400)
  })
})

describe('POST /crons/{id}/trigger', () => {
  test('runs it now with its own policies, also while it is disabled', async () => {
    const cron = await create({
      is_enabled: false,
      handler_params: { message: 'hi' },
      priority: 4,
      queue: 'slow',
      max_retry: 2,
      timeout_seconds: 9,
    })
    const response = await app.api.post(`/crons/${cron.id}/trigger`).expect(201)
    expect(response.headers.location).toBe(`/api/v1/jobs/${response.body.id}`)
    expect(response.body).toMatchObject({
      job_id: cron.id,
      cron_name: cron.name,
      param_source: 'api',
      status: 'PENDING',
      waiting_for: null,
      params: { message: 'hi' },
      priority: 4,
      queue: 'slow',
      max_retry: 2,
      timeout_seconds: 9,
    })
    await app.api.get(`/jobs/${response.body.id}`).expect(200)
  })

  test('takes params instead of its own, and checks them', async () => {
    const { id } = await create({ handler_name: 'mail', handler_params: { to: 'a@example.com' } })
    const { body } = await app.api
      .post(`/crons/${id}/trigger`)
      .send({ params: { to: 'b@example.com' } })
      .expect(201)
    expect(body.params).toEqual({ to: 'b@example.com' })
    const bad = await app.api
      .post(`/crons/${id}/trigger`)
      .send({ params: { to: 7 } })
      .expect(400)
    expect(bad.body.error.details[0].field).toBe('params.to')
  })

  test('thirty at once make thirty executions', async () => {
    const { id } = await create()
    const answers = await Promise.all(Array.from({ length: 30 }, () => app.api.post(`/crons/${id}/trigger`)))
    expect(answers.map((answer) => answer.status)).toEqual(Array(30).fill(201))
    expect(new Set(answers.map((answer) => answer.body.scheduled_time)).size).toBe(30)
    expect(answers.every((answer) => answer.body.waiting_for === null)).toBe(true)
  })

  test('never takes a whole second, which may be a slot', async () => {
    const { id } = await create()
    const { body } = await app.api.post(`/crons/${id}/trigger`).expect(201)
    expect(body.scheduled_time).not.toMatch(/\.000Z$/)
    await app.api.post('/crons/999999/trigger').expect(404)
  })
})

describe('DELETE /crons/{id}', () => {
  test('answers 204, cancels what has not finished, keeps the history and its name', async () => {
    const cron = await create()
    const { body: job } = await app.api.post(`/crons/${cron.id}/trigger`).expect(201)
    await app.api.delete(`/crons/${cron.id}`).expect(204)
    await app.api.get(`/crons/${cron.id}`).expect(404)
    await app.api.put(`/crons/${cron.id}`).send({ priority: 1 }).expect(404)
    await app.api.post(`/crons/${cron.id}/toggle`).expect(404)
    await app.api.delete(`/crons/${cron.id}`).expect(404)
    const { body } = await app.api.get(`/jobs/${job.id}`).expect(200)
    expect(body).toMatchObject({ status: 'CANCELLED', cron_name: cron.name })
    const { body: list } = await app.api.get('/crons').query({ q: cron.name })
    expect(list.items.filter((one: { id: number }) => one.id === cron.id)).toEqual([])
  })
})

describe('GET /crons', () => {
  test('filters, orders and pages', async () => {
    const tag = 'listed'
    const a = await create({ name: 'list a 100%', tags: [tag], priority: 3 })
    const b = await create({
      name: 'list B',
      description: 'has a_b in it',
      tags: [tag, 'x'],
      priority: 1,
      is_enabled: false,
    })
    const c = await create({
      name: 'list c',
      tags: [tag],
      priority: 2,
      handler_name: 'mail',
      handler_params: { to: 'a@example.com' },
    })
    const ids = async (query: object) => {
      const { body } = await app.api
        .get('/crons')
        .query({ tag, ...query })
        .expect(200)
      return body.items.map((cron: { id: number }) => cron.id)
    }
    expect(await ids({})).toEqual([a.id, b.id, c.id])
    expect(await ids({ order_by: '-priority' })).toEqual([a.id, c.id, b.id])
    expect(await ids({ order_by: 'next_run_at' })).toHaveLength(3)
    expect((await ids({ order_by: '-next_run_at' })).at(-1)).toBe(b.id)
    expect(await ids({ is_enabled: 'false' })).toEqual([b.id])
    expect(await ids({ handler_name: 'mail' })).toEqual([c.id])
    expect(await ids({ q: '100%' })).toEqual([a.id])
    expect(await ids({ q: 'LIST b' })).toEqual([b.id])
    expect(await ids({ q: 'a_b' })).toEqual([b.id])
    expect(await ids({ q: '_' })).toEqual([b.id])
    expect(await ids({ limit: '1', offset: '2' })).toEqual([c.id])
    const { body } = await app.api.get('/crons').query({ tag, page: '2', size: '2' })
    expect(body).toMatchObject({ items: [{ id: c.id }], total: 3, page: 2, size: 2, pages: 2 })
  })

  test.each([
    'size=0',
    'size=201',
    'page=0',
    'page=-1',
    'page=x',
    'page=1e3',
    'page=99999999999999999999',
    'limit=1&page=1',
    'order_by=owner',
    'order_by=id;drop',
    'is_enabled=maybe',
    'is_enabled=true&is_enabled=false',
    'q=a&q=b',
    'q=%00',
    'colour=red',
    'q=',
    '__proto__=1',
    'offset=10000000000',
  ])('refuses ?%s', async (query) => {
    const { body } = await app.api.get(`/crons?${query}`).expect(400)
    expect(body.error.code).toBe('VALIDATION_FAILED')
  })

  test('shows the newest execution that was not skipped', async () => {
    const { id } = await create()
    const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)
    await anExecution(id, {
      scheduled_time: minutesAgo(30),
      status: 'FAILED',
      started_at: minutesAgo(29),
      finished_at: minutesAgo(28),
    })
    const started = minutesAgo(19)
    await anExecution(id, {
      scheduled_time: minutesAgo(20),
      status: 'SUCCESS',
      started_at: started,
      finished_at: minutesAgo(18),
    })
    await anExecution(id, { scheduled_time: minutesAgo(10), status: 'SKIPPED', finished_at: minutesAgo(10) })
    const { body } = await app.api.get(`/crons/${id}`).expect(200)
    expect(body).toMatchObject({ last_run_at: started.toISOString(), last_status: 'SUCCESS' })
    const list = await app.api.get('/crons?order_by=-id&size=1').expect(200)
    expect(list.body.items[0]).toMatchObject({ id, last_status: 'SUCCESS' })
    const waiting = minutesAgo(1)
    await anExecution(id, { scheduled_time: waiting, ready_at: waiting })
    const later = await app.api.get(`/crons/${id}`)
    expect(later.body).toMatchObject({ last_run_at: waiting.toISOString(), last_status: 'PENDING' })
  })

  test.each(['abc', '1.5', '-1', '99999999999999999999', '9007199254740993', '%00', '1%3Bdrop'])(
    'GET /crons/%s is 400',
    async (id) => {
      const { body } = await app.api.get(`/crons/${id}`).expect(400)
      expect(body.error.details[0].field).toBe('id')
    },
  )
})

describe('POST /crons/preview', () => {
  test('answers the next instants in UTC and words', async () => {
    const { body } = await app.api
      .post('/crons/preview')
      .send({
        cron_expression: '0 9 * * MON-FRI',
        timezone: 'Asia/Seoul',
        from: '2026-01-02T09:00:00+09:00',
        count: 3,
      })
      .expect(200)
    expect(body).toEqual({
      next: ['2026-01-05T00:00:00.000Z', '2026-01-06T00:00:00.000Z', '2026-01-07T00:00:00.000Z'],
      description: expect.stringContaining('Asia/Seoul'),
    })
  })

  test('counts ten from now in the configured zone by itself', async () => {
    const { body } = await app.api.post('/crons/preview').send({ cron_expression: '0 0 * * *' }).expect(200)
    expect(body.next).toHaveLength(10)
    expect(body.next[0]).toMatch(/T15:00:00.000Z$/)
  })

  test('marks what daylight saving moved', async () => {
    const { body } = await app.api
      .post('/crons/preview')
      .send({
        cron_expression: '30 2 * * *',
        timezone: 'America/New_York',
        from: '2026-03-07T12:00:00Z',
        count: 2,
      })
      .expect(200)
    expect(body.next[0]).toBe('2026-03-08T07:00:00.000Z')
    expect(body.daylight_saving).toEqual([{ at: '2026-03-08T07:00:00.000Z', effect: 'moved' }])
  })

  test('joins the day fields as asked', async () => {
    const { body } = await app.api.post('/crons/preview').send({
      cron_expression: '0 0 13 * FRI',
      timezone: 'UTC',
      day_match: 'and',
      from: '2026-01-01T00:00:00Z',
      count: 1,
    })
    expect(body.next).toEqual(['2026-02-13T00:00:00.000Z'])
  })

  test('a thousand runs of a rare expression end in time and before the year 10000', async () => {
    let now = 0
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => (now += 100))
    const { body } = await app.api
      .post('/crons/preview')
      .send({ cron_expression: '0 0 31 12 5#5', timezone: 'Asia/Seoul', day_match: 'and', count: 1000 })
      .expect(200)
    clock.mockRestore()
    // As many as two seconds hold of looks at the clock that are a tenth of a second apart.
    expect(body.next.length).toBeLessThanOrEqual(21)
    expect(body.next.length).toBeGreaterThan(1)
    expect(body.next.every((at: string) => /^\d{4}-/.test(at))).toBe(true)
  })

  test.each([
    [{ cron_expression: 'nonsense' }, 'cron_expression'],
    [{ cron_expression: '0 0 30 2 *' }, 'cron_expression'],
    [{ cron_expression: '* * * * * *' }, 'cron_expression'],
    [{ cron_expression: '* * * * *', timezone: 'Nowhere' }, 'timezone'],
    [{ cron_expression: '* * * * *', timezone: '' }, 'timezone'],
    [{ cron_expression: '* * * * *', count: 0 }, 'count'],
    [{ cron_expression: '* * * * *', count: 1001 }, 'count'],
    [{ cron_expression: '* * * * *', from: '2026-01-01' }, 'from'],
    [{}, 'cron_expression'],
  ])('refuses %j', async (request, field) => {
    const { body } = await app.api.post('/crons/preview').send(request).expect(400)
    expect(body.error.details[0].field).toBe(field)
  })
})

test('a schedule is put into words in the language that the caller prefers, else in English', async () => {
  const { id, name } = await create({ cron_expression: '0 9 * * MON-FRI', timezone: 'Asia/Seoul' })
  const english = 'At 09:00, Monday through Friday (Asia/Seoul)'
  const korean = '09:00, 월요일부터 금요일까지 (Asia/Seoul)'
  const words = async (language: string) => {
    const ask = <T extends { set(name: string, value: string): T }>(request: T) =>
      request.set('Accept-Language', language)
    const [list, one, next, preview] = await Promise.all([
      ask(app.api.get('/crons').query({ q: name })),
      ask(app.api.get(`/crons/${id}`)),
      ask(app.api.get(`/crons/${id}/next`)),
      ask(app.api.post('/crons/preview')).send({ cron_expression: '0 9 * * MON-FRI' }),
    ])
    const listed = list.body.items.find((cron: { id: number }) => cron.id === id)
    return [
      listed.schedule_in_words,
      one.body.schedule_in_words,
      next.body.description,
      preview.body.description,
    ]
  }
  expect(new Set(await words('ko-KR,ko;q=0.9,en;q=0.8'))).toEqual(new Set([korean]))
  expect(new Set(await words('fr, ko;q=0.1, en;q=0.5'))).toEqual(new Set([english]))
  expect(new Set(await words('de'))).toEqual(new Set([english]))
})
