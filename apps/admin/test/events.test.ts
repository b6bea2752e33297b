import { type ExecutionChange, registerWorker, stopWorker, tellChanges, writeSlots } from '@jobu/db'
import { aCron, type Cron } from '../../../test/support/builders.ts'
import { EventClient } from './support/EventClient.ts'
import { startTestApp, type TestApp, TOKEN } from './support/startTestApp.ts'

let app: TestApp
let clients: EventClient[] = []
beforeAll(async () => {
  app = await startTestApp({ events: { heartbeatMs: 50 } })
})
afterEach(() => {
  for (const client of clients) client.close()
  clients = []
})
afterAll(() => app.stop())

async function follow(query = '', headers: Record<string, string> = {}, on = app) {
  const client = await EventClient.open(on, `/events${query}`, headers)
  clients.push(client)
  return client
}

let nextId = 1_000_000
const aChange = (change: Partial<ExecutionChange> = {}): ExecutionChange => ({
  id: nextId++,
  status: 'SUCCESS',
  job_id: null,
  handler_name: 'echo',
  queue: 'default',
  attempt: 1,
  ...change,
})
/** As a worker does. */
const tell = (executions: ExecutionChange[], more: Record<string, number> | null = null) =>
  tellChanges(app.database, { executions, more, logs: [] })

const names = (client: EventClient) => client.events.map(({ event }) => event)

describe('GET /events', () => {
  test('begins at once, as a stream that proxies and browsers pass on', async () => {
    const client = await follow()
    await client.until(() => client.lastEventId !== '')
    expect(client.status).toBe(200)
    expect(client.headers).toMatchObject({
      'content-type': expect.stringMatching(/^text\/event-stream/),
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    expect(client.retry).toBe(2_000)
    await client.heartbeat()
    expect(client.comments[0]).toBe('heartbeat')
    expect(client.events).toEqual([])
  })

  test('tells an execution from its POST to its DELETE, each with its fields', async () => {
    const client = await follow('?topics=executions')
    const { body: job } = await app.api.post('/jobs').send({ type: 'echo', queue: 'q' }).expect(201)
    await app.api.post(`/jobs/${job.id}/cancel`).expect(200)
    await app.api.post(`/jobs/${job.id}/retry`).expect(200)
    await app.api.delete(`/jobs/${job.id}`).expect(204)
    const gone = await client.event('execution', (data) => data.is_deleted)
    expect(gone.data).toEqual({
      id: job.id,
      status: 'PENDING',
      job_id: null,
      handler_name: 'echo',
      queue: 'q',
      attempt: 0,
      is_deleted: true,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    })
    expect(client.events.map(({ data }) => data.status)).toEqual([
      'PENDING',
      'CANCELLED',
      'PENDING',
      'PENDING',
    ])
  })

  test('of a bulk of a thousand jobs tells two hundred, and how many more there are', async () => {
    const client = await follow()
    const jobs = Array.from({ length: 1_000 }, () => ({ type: 'echo' }))
    await app.api.post('/jobs/bulk').send({ jobs }).expect(201)
    const more = await client.event('more')
    expect(more.data).toMatchObject({ topic: 'executions', counts: { PENDING: 800 } })
    expect(names(client).filter((name) => name === 'execution')).toHaveLength(200)
  })

  test('tells of crons whoever changes them', async () => {
    const client = await follow('?topics=crons')
    const cron = {
      name: 'told',
      cron_expression: '0 0 * * *',
      timezone: 'UTC',
      handler_name: 'echo',
    }
    const { body } = await app.api.post('/crons').send(cron).expect(201)
    await app.api.post(`/crons/${body.id}/toggle`).expect(200)
    await app.database.query(`UPDATE cron_jobs SET owner = 'sql' WHERE id = $1`, [body.id])
    await app.api.delete(`/crons/${body.id}`).expect(204)
    const gone = await client.event('cron', ({ action }) => action === 'deleted')
    expect(gone.data).toEqual({
      id: body.id,
      action: 'deleted',
      name: 'told',
      handler_name: 'echo',
      is_enabled: false,
      next_run_at: null,
      disabled_reason: null,
      at: expect.any(String),
    })
    expect(client.events.map(({ data }) => data.action)).toEqual([
      'created',
      'disabled',
      'updated',
      'deleted',
    ])
  })

  test('of three hundred crons that fire at once tells a hundred, and how many more there are', async () => {
    const slot = new Date(Math.floor(Date.now() / 60_000) * 60_000)
    const crons: Cron[] = []
    for (let n = 0; n < 300; n++) crons.push(await aCron(app.database, { name: `due ${n}`, nextRunAt: slot }))
    const client = await follow('?topics=crons')
    const nextRunAt = new Date(slot.getTime() + 60_000)
    await app.database.transactional({ label: 'fire' }, (tx) =>
      writeSlots(
        tx,
        crons.map(({ id }) => ({ jobId: id, slot, runAt: slot, waitingFor: null, skipped: null })),
        crons.map(({ id }) => ({ jobId: id, nextRunAt, fired: 1, disabledReason: null })),
      ),
    )
    const more = await client.event('more')
    expect(more.data).toMatchObject({ topic: 'crons', counts: { changed: 200 } })
    expect(client.events.filter(({ data }) => data.action === 'fired')).toHaveLength(100)
    expect(client.events[0]!.data.next_run_at).toBe(nextRunAt.toISOString())
  })

  test('tells of the scheduler and of services, but not of their heartbeats', async () => {
    const client = await follow('?topics=scheduler,workers')
    await app.database.query(`UPDATE scheduler_state SET is_running = false, changed_by = 'me'`)
    await app.database.query(`UPDATE scheduler_state SET is_running = false, changed_by = 'me'`)
    const worker = { id: 'w1', hostname: 'h', pid: 1, version: '1', queues: [], handlers: [], poolSize: 1 }
    await registerWorker(app.database, worker)
    await app.database.query(`UPDATE workers SET heartbeat_at = now(), status = 'ACTIVE'`)
    await stopWorker(app.database, 'w1')
    await client.event('worker', ({ status }) => status === 'STOPPED')
    expect(names(client)).toEqual(['scheduler', 'worker', 'worker'])
    expect(client.events[0]!.data).toMatchObject({
      scheduler_running: false,
      changed_by: 'me',
      has_active_reservation: false,
      reserved_until: null,
    })
    expect(client.events[1]!.data).toMatchObject({ id: 'w1', status: 'ACTIVE', hostname: 'h' })
    await app.database.query(`UPDATE scheduler_state SET is_running = true`)
  })

  test('sends only what the filters let pass', async () => {
    const cron = await aCron(app.database, { name: 'filtered' })
    const other = await aCron(app.database, { name: 'other' })
    const byCron = await follow(`?topics=executions,crons,scheduler&cron_id=${cron.id}`)
    const byStatus = await follow('?status=FAILED&status=TIMEOUT')
    const byHandler = await follow('?handler_name=mail')
    const byJob = await follow(`?job_id=${nextId},${nextId + 1}`)
    await tell([
      aChange({ job_id: cron.id }),
      aChange({ job_id: other.id, status: 'FAILED' }),
      aChange({ handler_name: 'mail', status: 'TIMEOUT' }),
    ])
    await app.database.query('UPDATE cron_jobs SET owner = $1 WHERE id = ANY ($2)', [
      'o',
      [cron.id, other.id],
    ])
    await app.database.query(`UPDATE scheduler_state SET changed_by = 'filters'`)
    // The last of all: what should not have come would have come before it.
    const last = aChange({ id: nextId - 3, job_id: cron.id, handler_name: 'mail', status: 'FAILED' })
    await tell([last])
    for (const client of [byCron, byStatus, byHandler, byJob]) {
      await client.event(
        'execution',
        ({ status, handler_name: name }) => status === 'FAILED' && name === 'mail',
      )
    }
    const what = (client: EventClient) =>
      client.events.map(({ event, data }) => `${event} ${data.status ?? data.action}`)
    expect(what(byCron)).toEqual(['execution SUCCESS', 'cron updated', 'execution FAILED'])
    expect(what(byStatus)).toEqual(['execution FAILED', 'execution TIMEOUT', 'execution FAILED'])
    expect(what(byHandler)).toEqual(['execution TIMEOUT', 'execution FAILED'])
    expect(what(byJob)).toEqual(['execution SUCCESS', 'execution FAILED', 'execution FAILED'])
  })

  test('tells of log lines only who asks for them', async () => {
    const [without, asked] = [await follow(), await follow('?topics=logs')]
    const line = { id: 5, job_id: null, handler_name: 'echo', attempt: 1, line: 7 }
    await tellChanges(app.database, { executions: [aChange()], more: null, logs: [line] })
    expect((await asked.event('log')).data).toMatchObject(line)
    await without.event('execution')
    await tell([aChange({ status: 'FAILED' })])
    await without.event('execution', ({ status }) => status === 'FAILED')
    expect(names(without)).toEqual(['execution', 'execution'])
    expect(names(asked)).toEqual(['log'])
  })

  test('passes over what jobu has not sent on its channel', async () => {
    const client = await follow()
    for (const payload of [
      '',
      'x',
      'null',
      '[]',
      '{"id":"a b","event":"execution","changes":[{}]}',
      '{"id":"a"}',
    ]) {
      await app.database.query(`SELECT pg_notify('jobu_events', $1)`, [payload])
    }
    await tell([aChange()])
    await client.event('execution')
    expect(names(client)).toEqual(['execution'])
  })
})

describe('what is refused', () => {
  test.each([
    [
      '?topics=jobs',
      'topics',
      'holds "jobs", expected executions, crons, schedules, runs, scheduler, workers, logs',
    ],
    ['?status=DONE', 'status', 'holds "DONE"'],
    ['?cron_id=1,x', 'cron_id', 'holds "x", expected a whole number'],
    ['?job_id=', 'job_id', 'holds ""'],
    [`?job_id=${Array.from({ length: 101 }, (_, n) => n)}`, 'job_id', 'at most 100'],
    ['?handler_name=a&handler_name=b', 'handler_name', 'more than once'],
    ['?since=1', 'since', 'is not a known field'],
  ])('%s is answered 400 with the field', async (query, field, message) => {
    const { body } = await app.api.get(`/events${query}`).expect(400)
    expect(body.error.details).toEqual([
      expect.objectContaining({ field, message: expect.stringContaining(message) }),
    ])
  })

  test('without credentials 401, with another method 405, for who wants JSON 406', async () => {
    await app.anonymous.get('/api/v1/events').expect(401)
    const { headers } = await app.api.post('/events').expect(405)
    expect(headers.allow).toBe('GET')
    await app.api.get('/events').set('Accept', 'application/json').expect(406)
  })

  test('a HEAD is answered without a stream', async () => {
    const response = await app.anonymous
      .head('/api/v1/events')
      .set('Authorization', `Bearer ${TOKEN}`)
      .expect(200)
    expect(response.headers['content-type']).toMatch(/^text\/event-stream/)
  })

  test('a stream beyond the limit is answered 429, until another one ends', async () => {
    const small = await startTestApp({ beside: app, events: { maxStreams: 1 } })
    try {
      const first = await follow('', {}, small)
      const response = await small.api.get('/events').expect(429)
      expect(response.headers['retry-after']).toBe('10')
      expect(response.body.error).toMatchObject({
        code: 'TOO_MANY_REQUESTS',
        message: expect.stringContaining('events.max_streams'),
      })
      first.close()
      let status = 429
      while (status === 429) {
        const next = await follow('', {}, small)
        status = next.status
      }
      expect(status).toBe(200)
    } finally {
      await small.stop()
    }
  })
})

describe('resuming', () => {
  test('with Last-Event-ID gets what happened meanwhile, at this app and at another one', async () => {
    const other = await startTestApp({ beside: app })
    try {
      const before = await follow()
      // It listens once it has a place: from then on both hear the same.
      const ready = await follow('', {}, other)
      await ready.until(() => ready.lastEventId !== '')
      const [seen, ...missed] = Array.from({ length: 150 }, () => aChange())
      await tell([seen!, ...missed])
      await before.event('execution', ({ id }) => id === missed.at(-1)!.id)
      const { lastEventId } = before.events[0]!
      before.close()
      await tell([aChange({ id: 1, status: 'FAILED' })])
      for (const on of [app, other]) {
        const again = await follow('', { 'Last-Event-ID': lastEventId }, on)
        await again.event('execution', ({ id }) => id === 1)
        expect(again.events.map(({ data }) => data.id)).toEqual([...missed.map(({ id }) => id), 1])
      }
    } finally {
      await other.stop()
    }
  })

  test('of an execution that changed several times meanwhile gets its newest state', async () => {
    const client = await follow()
    await tell([aChange()])
    const { lastEventId } = await client.event('execution')
    const change = aChange({ status: 'RUNNING' })
    await tell([change, aChange()])
    await tell([{ ...change, status: 'FAILED' }])
    await client.event('execution', ({ status }) => status === 'FAILED')
    const again = await follow('', { 'Last-Event-ID': lastEventId })
    await again.event('execution', ({ status }) => status === 'FAILED')
    expect(again.events.filter(({ data }) => data.id === change.id)).toHaveLength(1)
    expect(again.events).toHaveLength(2)
    expect(again.lastEventId).toBe(client.lastEventId)
  })

  test('a heartbeat moves the place on while nothing passes the filter', async () => {
    const client = await follow('?topics=scheduler')
    await client.until(() => client.lastEventId !== '')
    const start = client.lastEventId
    await tell([aChange()])
    await client.until(() => client.lastEventId !== start)
    expect(client.events).toEqual([])
    client.close()
    await app.database.query(`UPDATE scheduler_state SET changed_by = 'resumed'`)
    const again = await follow('', { 'Last-Event-ID': client.lastEventId })
    await again.event('scheduler')
    expect(names(again)).toEqual(['scheduler'])
  })

  test.each(['0123456789abcdef-0', 'nonsense', '-', "'; DROP TABLE users"])(
    'from an id nobody knows (%s) is told to read anew, and then goes on',
    async (id) => {
      const client = await follow('', { 'Last-Event-ID': id })
      expect((await client.event('resync')).data).toEqual({ reason: 'unknown_event_id' })
      await tell([aChange()])
      const { lastEventId } = await client.event('execution')
      expect(names(client)).toEqual(['resync', 'execution'])
      const again = await follow('', { 'Last-Event-ID': lastEventId })
      await again.heartbeat()
      expect(again.events).toEqual([])
    },
  )

  test('what no longer fits into the memory for it is told as resync', async () => {
    const small = await startTestApp({ beside: app, events: { ringCharacters: 20_000 } })
    try {
      const client = await follow('', {}, small)
      await client.until(() => client.lastEventId !== '')
      const start = client.lastEventId
      const changes = Array.from({ length: 400 }, () => aChange())
      await tell(changes)
      await client.event('execution', ({ id }) => id === changes.at(-1)!.id)
      const again = await follow('', { 'Last-Event-ID': start }, small)
      expect((await again.event('resync')).data).toEqual({ reason: 'unknown_event_id' })
      const middle = client.events.at(-10)!.lastEventId
      const near = await follow('', { 'Last-Event-ID': middle }, small)
      await near.event('execution', ({ id }) => id === changes.at(-1)!.id)
      expect(near.events).toHaveLength(9)
    } finally {
      await small.stop()
    }
  })
})

describe('when the LISTEN connection breaks', () => {
  test('clients are told to read anew once it is back, and older ids no longer count', async () => {
    const client = await follow()
    await client.until(() => client.lastEventId !== '')
    const before = client.lastEventId
    const { rows } = await app.database.query<{ killed: boolean }>(
      `SELECT pg_terminate_backend(pid) AS killed FROM pg_stat_activity
       WHERE application_name = 'jobu-admin-listen' AND datname = current_database()`,
    )
    expect(rows.length).toBeGreaterThan(0)
    expect((await client.event('resync')).data).toEqual({ reason: 'feed_interrupted' })
    await tell([aChange()])
    const { lastEventId } = await client.event('execution')
    const old = await follow('', { 'Last-Event-ID': before })
    expect((await old.event('resync')).data).toEqual({ reason: 'unknown_event_id' })
    const near = await follow('', { 'Last-Event-ID': lastEventId })
    await tell([aChange({ status: 'FAILED' })])
    await near.event('execution')
    expect(names(near)).toEqual(['execution'])
  })
})
