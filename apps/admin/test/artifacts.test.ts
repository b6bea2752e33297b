import { randomBytes } from 'node:crypto'
import { type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type NewArtifact, putArtifact } from '@jobu/db'
import { aRun, executionOfTask } from '../../../test/support/aRun.ts'
import { jobsOf } from './support/jobsOf.ts'
import { startTestApp, type TestApp, TOKEN } from './support/startTestApp.ts'

/** Of the file that is too large for the buffers between server and client. */
const CHUNKS = 200

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())
const { aRunningJob, create } = jobsOf(() => app)

/** An artifact of a job of its own, and the job's id. */
async function anArtifact(more: Partial<NewArtifact> = {}, content: string | Buffer = 'a,b') {
  const { id, claim } = await aRunningJob()
  const artifact = {
    ...claim,
    taskRunId: null,
    name: 'rows.csv',
    contentType: 'text/csv; charset=utf-8',
    ...more,
  }
  return { jobId: id, ...(await putArtifact(app.database, artifact, [content], { maxBytes: 100_000_000 })) }
}
const download = (id: number, query = '') => app.api.get(`/artifacts/${id}/content${query}`)

describe('GET /jobs/{id}/artifacts', () => {
  test('lists what the attempts of an execution left, each as GET /artifacts/{id} tells it', async () => {
    const { jobId, id } = await anArtifact()
    const { body } = await app.api.get(`/jobs/${jobId}/artifacts`).expect(200)
    expect(body.items).toEqual([
      {
        id,
        execution_id: jobId,
        attempt: 1,
        task_key: null,
        name: 'rows.csv',
        content_type: 'text/csv; charset=utf-8',
        size_bytes: 3,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        created_at: expect.stringMatching(/Z$/),
      },
    ])
    expect((await app.api.get(`/artifacts/${id}`).expect(200)).body).toEqual(body.items[0])
  })

  test('is empty for a job that left none, and 404 for one that is not there', async () => {
    const { id } = await create()
    expect((await app.api.get(`/jobs/${id}/artifacts`).expect(200)).body).toEqual({ items: [] })
    expect((await app.api.get('/jobs/999999/artifacts').expect(404)).body.error.code).toBe('JOB_NOT_FOUND')
  })
})

describe('GET /schedules/{id}/runs/{run_id}/artifacts', () => {
  test('pages what the tasks of a run left, and knows no run of another schedule', async () => {
    const { scheduleId, runId } = await aRun(app.database, [{ key: 'extract' }, { key: 'report' }])
    for (const key of ['extract', 'report']) {
      const task = await executionOfTask(app.database, runId, key)
      for (const name of ['a', 'b']) {
        await putArtifact(app.database, { ...task, attempt: 1, name, contentType: 'text/plain' }, ['x'], {
          maxBytes: 10,
        })
      }
    }
    const path = `/schedules/${scheduleId}/runs/${runId}/artifacts`
    const { body } = await app.api.get(`${path}?size=3&page=1`).expect(200)
    expect(body).toMatchObject({ total: 4, pages: 2 })
    expect(body.items.map(({ task_key, name }: Record<string, string>) => `${task_key} ${name}`)).toEqual([
      'extract a',
      'extract b',
      'report a',
    ])
    expect((await app.api.get(`${path}?size=3&page=2`).expect(200)).body.items).toHaveLength(1)
    const { body: refused } = await app.api
      .get(`/schedules/${scheduleId + 1}/runs/${runId}/artifacts`)
      .expect(404)
    expect(refused.error.code).toBe('RUN_NOT_FOUND')
    await app.api.get(`${path}?size=0`).expect(400)
  })
})

describe('GET /artifacts/{id}/content', () => {
  test('answers the bytes as they were written, to be saved under the name, and never to be run', async () => {
    const content = randomBytes(3_000_000)
    const { id } = await anArtifact(
      { name: '2026/\uBCF4\uACE0 "1";.html', contentType: 'text/html' },
      content,
    )
    const answer = await download(id).buffer(true).parse(binary).expect(200)
    expect((answer.body as Buffer).equals(content)).toBe(true)
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html',
      'content-length': '3000000',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'self'",
    })
    const disposition = answer.headers['content-disposition']!
    expect(disposition).toMatch(/^attachment; filename="\?\? \\"1\\";\.html"; filename\*=UTF-8''/)
    expect(decodeURIComponent(disposition.split("''")[1]!)).toBe('\uBCF4\uACE0 "1";.html')
  })

  test.each([
    ['image/png', 'inline', 'image/png'],
    ['text/csv; charset=utf-8', 'inline', 'text/plain; charset=utf-8'],
    ['application/json', 'inline', 'text/plain; charset=utf-8'],
    ['TEXT/PLAIN', 'inline', 'text/plain; charset=utf-8'],
    ['text/html', 'attachment', 'text/html'],
    ['image/svg+xml', 'attachment', 'image/svg+xml'],
    ['application/pdf', 'attachment', 'application/pdf'],
    ['application/xhtml+xml', 'attachment', 'application/xhtml+xml'],
  ])('with inline=1 %s is answered as %s, %s', async (contentType, disposition, type) => {
    const { id } = await anArtifact({ contentType, name: 'a' })
    const answer = await download(id, '?inline=1').buffer(true).parse(binary).expect(200)
    expect(answer.headers['content-type']).toBe(type)
    expect(answer.headers['content-disposition']).toBe(`${disposition}; filename=a`)
    const saved = await download(id, '?inline=0').buffer(true).parse(binary).expect(200)
    expect(saved.headers['content-disposition']).toMatch(/^attachment/)
  })

  test('answers HEAD and an empty file without a body', async () => {
    const { id } = await anArtifact({}, '')
    const answer = await download(id).buffer(true).parse(binary).expect(200)
    expect([answer.headers['content-length'], (answer.body as Buffer).length]).toEqual(['0', 0])
    const full = await anArtifact({}, 'text')
    const head = await fetch(urlOf(full.id), {
      method: 'HEAD',
      headers: { Authorization: `Bearer ${TOKEN}` },
    })
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '4', ''])
  })

  test('is read from the database no faster than the client takes it, and not on once it has gone', async () => {
    const { id } = await anArtifact({}, randomBytes(CHUNKS * 262_144))
    let read = 0
    const { database } = app
    const query = database.query.bind(database)
    database.query = ((text: { name?: string }, values: unknown[]) => {
      if (text.name === 'readArtifactChunk') read++
      return query(text as never, values)
    }) as typeof database.query
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const sent = request(urlOf(id), { headers: { Authorization: `Bearer ${TOKEN}` } }, resolve)
        sent.on('error', reject).end()
      })
      // Nobody reads: once the sockets' buffers are full, nothing more comes out of the database.
      const taken = await standstill(() => read)
      expect(taken).toBeLessThan(CHUNKS / 2)
      response.destroy()
      expect(await standstill(() => read)).toBeLessThan(taken + 5)
    } finally {
      database.query = query as typeof database.query
    }
  })

  test('ends in a broken connection where the file goes away in the middle of it', async () => {
    const { id } = await anArtifact({}, randomBytes(1_000_000))
    await app.database.query('DELETE FROM artifact_chunks WHERE artifact_id = $1 AND no > 0', [id])
    const answer = await fetch(urlOf(id), { headers: { Authorization: `Bearer ${TOKEN}` } })
    await expect(answer.arrayBuffer()).rejects.toThrow()
  })

  test('is 404 for what is not there or not whole, 401 without credentials, 400 for a query that is none', async () => {
    expect((await download(999_999).expect(404)).body.error.code).toBe('ARTIFACT_NOT_FOUND')
    const { id } = await anArtifact()
    await app.database.query('UPDATE artifacts SET finished_at = NULL WHERE id = $1', [id])
    await download(id).expect(404)
    await app.api.get(`/artifacts/${id}`).expect(404)
    await app.anonymous.get(`/api/v1/artifacts/${id}/content`).expect(401)
    await download(id, '?inline=yes').expect(400)
  })
})

/** The count once it has not changed for a while. */
async function standstill(count: () => number): Promise<number> {
  for (let last = -1; ; ) {
    if (count() === last) return last
    last = count()
    await pause(250)
  }
}

function urlOf(id: number): string {
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/api/v1/artifacts/${id}/content`
}

function binary(response: unknown, done: (error: Error | null, body: Buffer) => void): void {
  const chunks: Buffer[] = []
  const stream = response as NodeJS.ReadableStream
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  stream.on('end', () => done(null, Buffer.concat(chunks)))
}
