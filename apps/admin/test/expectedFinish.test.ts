import type { Tx } from '@jobu/db'
import { aCron, anExecution, secondsAgo } from '../../../test/support/builders.ts'
import { TypicalDurations } from '../src/services/typicalDurations.ts'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp

beforeAll(async () => {
  app = await startTestApp()
})
afterEach(async () => {
  for (const table of ['job_executions', 'execution_stats', 'execution_stats_hourly', 'cron_jobs']) {
    await app.database.query(`DELETE FROM ${table}`)
  }
})
afterAll(() => app.stop())

/** That it took so long each time, a few hours ago. */
async function took(
  ms: number,
  of: { jobId?: number; handlerName: string; hoursAgo?: number; status?: string },
) {
  const { jobId, handlerName, hoursAgo = 3, status = 'SUCCESS' } = of
  const columns = `hour, handler_name, status, count, duration_sum_ms, duration_max_ms, lateness_sum_ms, lateness_max_ms, duration_histogram, lateness_histogram`
  const values = `date_trunc('hour', now()) - $1 * interval '1 hour', $2, $3, 1, $4::integer, $4::integer, 0, 0, jobu_histogram_unit($4::integer), 0`
  const given = [hoursAgo, handlerName, status, ms]
  if (jobId === undefined) {
    await app.database.query(`INSERT INTO execution_stats_hourly (${columns}) VALUES (${values})`, given)
  } else {
    await app.database.query(`INSERT INTO execution_stats (${columns}, job_id) VALUES (${values}, $5)`, [
      ...given,
      jobId,
    ])
  }
}
const running = (state: object) =>
  anExecution(app.database, { status: 'RUNNING', startedAt: secondsAgo(10), ...state })
const expectedMs = (job: { started_at: string; expected_finish_at: string | null }) =>
  job.expected_finish_at && Date.parse(job.expected_finish_at) - Date.parse(job.started_at)
const jobOf = async (id: number) => (await app.api.get(`/jobs/${id}`).expect(200)).body

describe('expected_finish_at', () => {
  test('is the start and the median of the cron, else of the handler, else null; of the last seven days and of successes', async () => {
    const [known, unknown] = [
      await aCron(app.database, { handlerName: 'h1' }),
      await aCron(app.database, { handlerName: 'h1' }),
    ]
    for (const hoursAgo of [1, 2, 3]) await took(60_000, { jobId: known.id, handlerName: 'h1', hoursAgo })
    await took(5, { jobId: known.id, handlerName: 'h1', status: 'FAILED' })
    for (const hoursAgo of [200, 201, 202, 203, 204])
      await took(5, { jobId: known.id, handlerName: 'h1', hoursAgo })
    await took(1_000, { handlerName: 'h1' })
    const jobs = {
      ofCron: await running({ jobId: known.id, handlerName: 'h1' }),
      ofHandler: await running({ jobId: unknown.id, handlerName: 'h1' }),
      without: await running({ handlerName: 'h2' }),
      pending: await anExecution(app.database, { handlerName: 'h1' }),
      ended: await anExecution(app.database, { handlerName: 'h1', status: 'SUCCESS' }),
    }
    const { body } = await app.api.get('/jobs').expect(200)
    const listed = new Map(body.items.map((job: { id: number }) => [job.id, job]))
    for (const [name, ms] of Object.entries({ ofCron: 60_000, ofHandler: 1_000 })) {
      const { id } = jobs[name as keyof typeof jobs]
      for (const job of [listed.get(id), await jobOf(id)]) {
        // Percentiles of the roll-ups are at most 9 % off.
        expect(Math.abs((expectedMs(job as never)! as number) - ms) / ms).toBeLessThan(0.09)
      }
    }
    for (const { id } of [jobs.without, jobs.pending, jobs.ended]) {
      expect([
        (listed.get(id) as { expected_finish_at: null }).expected_finish_at,
        (await jobOf(id)).expected_finish_at,
      ]).toEqual([null, null])
    }
  })

  test('is among the fields that can be asked for, and not looked up where it is not', async () => {
    const { id } = await running({ handlerName: 'h3' })
    await took(1_000, { handlerName: 'h3' })
    const { body: narrow } = await app.api.get('/jobs?fields=id,status').expect(200)
    expect(narrow.items).toEqual([{ id, status: 'RUNNING' }])
    // Had it been looked up, nothing would be known of the handler for a minute.
    const { body } = await app.api.get('/jobs?fields=expected_finish_at').expect(200)
    expect(body.items).toEqual([{ expected_finish_at: expect.any(String) }])
  })
})

test('TypicalDurations asks once a minute for a cron or handler, and nothing where nothing runs', async () => {
  const asked: string[] = []
  const tx = {
    query: async (query: { name: string }) => {
      asked.push(query.name)
      return { rows: [], rowCount: 0 }
    },
  } as unknown as Tx
  const durations = new TypicalDurations()
  const row = { id: 1, jobId: 2, handlerName: 'echo', status: 'RUNNING' as const, startedAt: new Date() }
  await durations.expectedFinishes(tx, [
    { ...row, status: 'SUCCESS' },
    { ...row, startedAt: null },
  ])
  expect(asked).toEqual([])
  await durations.expectedFinishes(tx, [row, { ...row, id: 2 }])
  await durations.expectedFinishes(tx, [row])
  expect(asked).toEqual(['typicalDurationsOfCrons', 'typicalDurationsOfHandlers'])
  await durations.expectedFinishes(tx, [row, { ...row, jobId: 3 }])
  expect(asked.slice(2)).toEqual(['typicalDurationsOfCrons'])
})
