import {
  appendLogs,
  type ClaimedExecution,
  claimExecutions,
  completeExecutions,
  failExecutions,
  type LogLine,
  recordProgress,
  tellChanges,
} from '@jobu/db'
import { EventClient } from './support/EventClient.ts'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp
let queues = 0
let clients: EventClient[] = []
beforeAll(async () => {
  app = await startTestApp({ events: { heartbeatMs: 50 } })
})
afterEach(() => {
  for (const client of clients) client.close()
  clients = []
})
afterAll(() => app.stop())

const follow = async (id: number, query = '', headers: Record<string, string> = {}) => {
  const client = await EventClient.open(app, `/jobs/${id}/logs${query}`, headers)
  clients.push(client)
  return client
}

/** A job and its worker, as far as its log goes. */
async function aRunningJob(body: object = {}) {
  const queue = `logs-${++queues}`
  const { body: job } = await app.api
    .post('/jobs')
    .send({ type: 'echo', queue, max_retry: 1, retry_delay_seconds: 0, ...body })
    .expect(201)
  let claim: ClaimedExecution
  let line = 0
  const take = async () => {
    const claimed = await claimExecutions(app.database, {
      workerId: 'w',
      leaseMs: 60_000,
      limit: 1,
      ranges: [{ queue, highestPriority: 100, lowestPriority: -100, readyFrom: null }],
      handlers: ['echo'],
      scheduledFrom: null,
    })
    claim = claimed[0]!
    line = 0
  }
  await take()
  const tell = (status: 'RUNNING' | 'SUCCESS' | 'FAILED') => {
    const { id, jobId: job_id, handlerName: handler_name, attempt } = claim
    return tellChanges(app.database, {
      executions: [{ id, status, job_id, handler_name, queue, attempt }],
      more: null,
      logs: [{ id, job_id, handler_name, attempt, line }],
    })
  }
  return {
    id: job.id as number,
    take,
    tell,
    async log(message: string, level: LogLine['level'] = 'info') {
      line++
      await appendLogs(app.database, [{ ...claim, line, level, message, fields: null, loggedAt: new Date() }])
    },
    async lines(count: number) {
      const loggedAt = new Date()
      const lines = Array.from({ length: count }, (_, n) => {
        const message = `line ${n + 1} ${'x'.repeat(200)}`
        return { ...claim, line: n + 1, level: 'info' as const, message, fields: null, loggedAt }
      })
      line = count
      await appendLogs(app.database, lines)
    },
    progress: (percent: number) => recordProgress(app.database, [{ ...claim, percent, step: null }]),
    succeed: () => completeExecutions(app.database, [{ ...claim, result: 'null' }]),
    fail: () =>
      failExecutions(app.database, [
        {
          ...claim,
          outcome: 'FAILED',
          reason: 'HANDLER_ERROR',
          message: 'boom',
          stack: null,
          retryDelayMs: 0,
        },
      ]),
  }
}

const messages = (client: EventClient) =>
  client.events.filter(({ event }) => event === 'log').map(({ data }) => data.message)
const isLog = (message: string) => (data: { message: string }) => data.message === message

describe('GET /jobs/{id}/logs as a stream', () => {
  test('sends what is stored, then what is written, over attempts, until the execution is final', async () => {
    const job = await aRunningJob()
    await job.log('before')
    const client = await follow(job.id)
    expect(client.headers['content-type']).toMatch(/^text\/event-stream/)
    await client.event('log', isLog('before'))
    await job.log('while')
    await job.progress(40)
    await job.tell('RUNNING')
    await client.event('log', isLog('while'))
    await client.event('execution', ({ progress_percentage }) => progress_percentage === 40)
    await job.fail()
    await job.take()
    await job.log('again')
    await job.tell('RUNNING')
    await client.event('log', isLog('again'))
    await job.log('last')
    await job.succeed()
    await job.tell('SUCCESS')
    const end = await client.event('end')
    await client.closed
    expect(messages(client)).toEqual(['before', 'while', 'again', 'last'])
    expect(client.events.find(({ data }) => data.message === 'again')).toMatchObject({
      lastEventId: '2:1',
      data: { attempt: 2, line: 1, level: 'info', fields: null, logged_at: expect.any(String) },
    })
    expect(end).toEqual({
      lastEventId: '2:2:end',
      event: 'end',
      data: {
        id: job.id,
        status: 'SUCCESS',
        reason: null,
        error_message: null,
        finished_at: expect.any(String),
      },
    })
    expect(client.events.at(-1)).toBe(end)
  })

  test('also tells what nobody notified of', async () => {
    const job = await aRunningJob()
    const client = await follow(job.id)
    await client.event('execution')
    await job.log('unheard')
    await client.event('log', isLog('unheard'))
    await job.succeed()
    expect((await client.event('end')).data.status).toBe('SUCCESS')
  })

  test('waits for the last lines of a handler that committed its own SUCCESS', async () => {
    const job = await aRunningJob()
    const client = await follow(job.id)
    await client.event('execution')
    await job.succeed()
    // It wakes the stream, but does not say that the log is whole.
    await job.tell('RUNNING')
    await client.event('execution', ({ status }) => status === 'SUCCESS')
    await job.log('late')
    await job.tell('SUCCESS')
    await client.event('end')
    expect(messages(client)).toEqual(['late'])
  })

  test('of an execution that has ended sends all and ends', async () => {
    const job = await aRunningJob()
    await job.lines(1_200)
    await job.fail()
    await job.take()
    await job.log('once more')
    await job.fail()
    await job.tell('FAILED')
    const client = await follow(job.id)
    await client.closed
    expect(messages(client)).toHaveLength(1_201)
    expect(client.events.at(-1)).toMatchObject({
      event: 'end',
      lastEventId: '2:1:end',
      data: { status: 'FAILED', reason: 'HANDLER_ERROR', error_message: 'boom' },
    })
  })

  test('goes on after Last-Event-ID', async () => {
    const job = await aRunningJob()
    await job.lines(3)
    const client = await follow(job.id, '', { 'Last-Event-ID': '1:2' })
    await client.event('log')
    await job.log('new')
    await job.tell('RUNNING')
    await client.event('log', isLog('new'))
    expect(
      client.events.filter(({ event }) => event === 'log').map(({ lastEventId }) => lastEventId),
    ).toEqual(['1:3', '1:4'])
  })

  test('after the end is answered 204, unless the execution has been retried', async () => {
    const job = await aRunningJob({ max_retry: 0 })
    await job.log('only')
    await job.fail()
    await job.tell('FAILED')
    const first = await follow(job.id)
    await first.closed
    const { lastEventId } = first
    expect((await follow(job.id, '', { 'Last-Event-ID': lastEventId })).status).toBe(204)
    await app.api.post(`/jobs/${job.id}/retry`).expect(200)
    const again = await follow(job.id, '', { 'Last-Event-ID': lastEventId })
    await job.take()
    await job.log('second')
    await job.tell('RUNNING')
    await again.event('log')
    expect(messages(again)).toEqual(['second'])
  })

  test('ends when the execution is deleted', async () => {
    const { body: job } = await app.api.post('/jobs').send({ type: 'echo', queue: 'nobody' }).expect(201)
    const client = await follow(job.id)
    await client.event('execution')
    await app.api.delete(`/jobs/${job.id}`).expect(204)
    expect((await client.event('end')).data).toMatchObject({ id: job.id, is_deleted: true })
    await client.closed
  })

  test('outlives its database connections', async () => {
    const job = await aRunningJob()
    const client = await follow(job.id)
    await client.event('execution')
    await app.database
      .query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
         ORDER BY pid = pg_backend_pid()`,
      )
      .catch(() => {})
    await job.log('after').catch(() => job.log('after'))
    await client.event('log')
    expect(messages(client)).toEqual(['after'])
  })

  test('a client that reads slowly still gets every line', async () => {
    const job = await aRunningJob()
    await job.lines(20_000)
    await job.succeed()
    await job.tell('SUCCESS')
    const client = await follow(job.id)
    client.pause()
    await new Promise((resolve) => setTimeout(resolve, 200))
    client.resume()
    await client.closed
    expect(messages(client)).toHaveLength(20_000)
    expect(client.events.at(-1)!.event).toBe('end')
  })

  test('what it cannot do is refused before it begins', async () => {
    const { id } = await aRunningJob()
    const stream = (path: string) => app.api.get(path).set('Accept', 'text/event-stream')
    const { body } = await stream('/jobs/999999999/logs').expect(404)
    expect(body.error.code).toBe('JOB_NOT_FOUND')
    for (const bad of ['x', '1', '1:2:3', '99999999999:1', '-1:2']) {
      const refused = await stream(`/jobs/${id}/logs`).set('Last-Event-ID', bad).expect(400)
      expect(refused.body.error.details).toEqual([
        expect.objectContaining({ field: 'Last-Event-ID', received: bad }),
      ])
    }
    const paged = await stream(`/jobs/${id}/logs?size=5`).expect(400)
    expect(paged.body.error.details[0].field).toBe('size')
  })
})

describe('filters', () => {
  test('level passes lines as bad and worse, attempt one attempt, in pages and in streams', async () => {
    const job = await aRunningJob()
    await job.log('1 info')
    await job.log('1 warn', 'warn')
    await job.fail()
    await job.take()
    await job.log('2 debug', 'debug')
    await job.log('2 warn', 'warn')
    await job.log('2 error', 'error')
    await job.succeed()
    await job.tell('SUCCESS')
    const expected = {
      '': ['1 info', '1 warn', '2 debug', '2 warn', '2 error'],
      '?level=warn': ['1 warn', '2 warn', '2 error'],
      '?attempt=2': ['2 debug', '2 warn', '2 error'],
      '?attempt=2&level=error': ['2 error'],
    }
    for (const [query, lines] of Object.entries(expected)) {
      const { body } = await app.api.get(`/jobs/${job.id}/logs${query}`).expect(200)
      expect(body.items.map((item: { message: string }) => item.message)).toEqual(lines)
      expect(body.total).toBe(lines.length)
      const client = await follow(job.id, query)
      await client.closed
      expect(messages(client)).toEqual(lines)
    }
  })

  test.each(['?level=fatal', '?attempt=0', '?attempt=x'])('%s is answered 400', async (query) => {
    const { id } = await aRunningJob()
    await app.api.get(`/jobs/${id}/logs${query}`).expect(400)
  })
})
