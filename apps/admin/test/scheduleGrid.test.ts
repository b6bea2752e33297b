import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp

beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const task = (key: string, depends_on: string[] = []) => ({ key, handler_name: 'echo', depends_on })

/** A run with its tasks in the states given, by number. */
async function aRun(schedule: number, at: string, states: string[]): Promise<number> {
  const { rows } = await app.database.query<{ id: number }>(
    `WITH run AS (
       INSERT INTO schedule_runs (schedule_id, version_id, scheduled_time, status, trigger, finished_at)
       SELECT id, version_id, $2, 'FAILED', 'manual', now() FROM schedules WHERE id = $1 RETURNING id, version_id
     ), tasks AS (
       INSERT INTO task_runs (run_id, version_id, task_no, state, finished_at)
       SELECT run.id, run.version_id, no - 1, state::task_state, now()
       FROM run, unnest($3::text[]) WITH ORDINALITY AS given (state, no)
     )
     SELECT id FROM run`,
    [schedule, at, states],
  )
  return rows[0]!.id
}

test('the grid shows each run a column, the oldest first, and a row for each task that any of them had', async () => {
  const created = await app.api
    .post('/schedules')
    .send({ title: 'grid', tasks: [task('a'), task('old', ['a'])] })
    .expect(201)
  const id = created.body.id as number
  const first = await aRun(id, '2026-01-01T00:00:00Z', ['SUCCESS', 'FAILED'])
  await app.api
    .patch(`/schedules/${id}`)
    .send({ tasks: [task('a'), task('b', ['a'])] })
    .expect(200)
  const second = await aRun(id, '2026-01-02T00:00:00Z', ['FAILED', 'SKIPPED'])
  const { body } = await app.api.get(`/schedules/${id}/grid`).expect(200)
  expect(body.runs.map((run: { id: number; version: number }) => [run.id, run.version])).toEqual([
    [first, 1],
    [second, 2],
  ])
  const statuses = body.tasks.map(
    ({ key, cells }: { key: string; cells: Array<{ status: string } | null> }) => [
      key,
      ...cells.map((cell) => cell?.status ?? null),
    ],
  )
  expect(statuses).toEqual([
    ['a', 'SUCCESS', 'FAILED'],
    ['b', null, 'SKIPPED'],
    ['old', 'FAILED', null],
  ])
  const last = await app.api.get(`/schedules/${id}/grid?runs=1`).expect(200)
  expect(last.body.runs.map((run: { id: number }) => run.id)).toEqual([second])
})

test('of a schedule that does not exist there is none, and of one that never ran it is empty', async () => {
  await app.api.get('/schedules/999999/grid').expect(404)
  const { body } = await app.api
    .post('/schedules')
    .send({ title: 'new', tasks: [task('a')] })
    .expect(201)
  expect((await app.api.get(`/schedules/${body.id}/grid`).expect(200)).body).toEqual({ runs: [], tasks: [] })
  await app.api.get(`/schedules/${body.id}/grid?runs=51`).expect(400)
})
