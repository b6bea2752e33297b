import { type AirflowConfig, airflowSchema } from '@jobu/airflow'
import { mirrorEngineRun } from '@jobu/db'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp

beforeAll(async () => {
  // Nobody listens there.
  const config = {
    base_url: 'http://127.0.0.1:9',
    dags_folder: '/dags',
    jobu_url: 'http://127.0.0.1:9',
    token: 't',
  }
  app = await startTestApp({ airflow: airflowSchema.parse(config) as AirflowConfig })
})
afterAll(() => app.stop())

const tasks = [
  { key: 'a', handler_name: 'echo' },
  { key: 'b', operator: 'bash', params: { command: 'date' }, depends_on: ['a'] },
]
async function create(changes: object = {}) {
  const body = { title: 'elsewhere', engine: 'airflow', cron_expression: '0 2 * * *', tasks, ...changes }
  return (await app.api.post('/schedules').send(body).expect(201)).body
}
/** Whether somebody is to look after it in its engine. */
async function isSyncDue(id: number) {
  const { rows } = await app.database.query<{ due: boolean }>(
    'SELECT coalesce(engine_sync_at <= now(), false) AS due FROM schedules WHERE id = $1',
    [id],
  )
  await app.database.query('UPDATE schedules SET engine_sync_at = NULL WHERE id = $1', [id])
  return rows[0]!.due
}

describe('a schedule of another engine', () => {
  test('is left for that engine to run, which hears of every change', async () => {
    const { id, ...made } = await create()
    expect(made).toMatchObject({ engine: 'airflow', engine_state: null, next_run_at: null, status: 'ACTIVE' })
    expect(await isSyncDue(id)).toBe(true)
    for (const change of [
      () => app.api.patch(`/schedules/${id}`).send({ title: 'renamed' }),
      () => app.api.patch(`/schedules/${id}`).send({ tasks: [tasks[0]] }),
      () => app.api.patch(`/schedules/${id}/toggle`).send({}),
      () => app.api.post(`/schedules/${id}/start`).send({}),
      () => app.api.delete(`/schedules/${id}`),
    ]) {
      const { status } = await change()
      expect([status < 300, await isSyncDue(id)]).toEqual([true, true])
    }
  })

  test('shows what the engine says, without what is for the dispatcher alone', async () => {
    const { id } = await create()
    const at = '2026-03-01T00:00:00.000Z'
    const state = {
      state: 'READY',
      message: null,
      since: at,
      checked_at: at,
      dag_id: `jobu_${id}`,
      next_run_at: at,
    }
    await app.database.query('UPDATE schedules SET engine_state = $2 WHERE id = $1', [
      id,
      { ...state, sync: { failures: 0 }, leased_until: at },
    ])
    const { body } = await app.api.get(`/schedules/${id}`).expect(200)
    expect(body).toMatchObject({ engine_state: state, next_run_at: at })
    expect(Object.keys(body.engine_state).sort()).toEqual(Object.keys(state).sort())
  })

  test('a run waits for it, and ends at once where it does not have it yet', async () => {
    const { id } = await create()
    const { body: run } = await app.api.post(`/schedules/${id}/start`).send({}).expect(201)
    expect(run).toMatchObject({ status: 'PENDING', task_counts: { PENDING: 2 } })
    const path = `/schedules/${id}/runs/${run.id}`
    const { body: marked } = await app.api.post(`${path}/tasks/a/skip`).send({}).expect(409)
    expect(marked.error.code).toBe('TASK_STATE')
    const { body } = await app.api.post(`${path}/cancel`).expect(200)
    expect(body).toMatchObject({ status: 'CANCELLED' })
    const { body: again } = await app.api.post(`${path}/rerun`).send({}).expect(409)
    expect(again.error.code).toBe('TASK_NOT_RERUNNABLE')
  })

  test('what that engine cannot do is refused by field, also when one moves there', async () => {
    const wanted = [
      { key: 'ask', approval: {} },
      { key: 'each', handler_name: 'echo', for_each: [1] },
      { key: 'when', handler_name: 'echo', condition: 'true' },
    ]
    const faults = (body: { error: { details: Array<{ field: string }> } }) =>
      body.error.details.map(({ field }) => field)
    const body = { title: 'x', tasks: wanted, cron_expression: '0 0 * * 1#2', overlap_policy: 'replace' }
    const { body: refused } = await app.api
      .post('/schedules')
      .send({ ...body, engine: 'airflow' })
      .expect(400)
    expect(faults(refused).sort()).toEqual([
      'cron_expression',
      'overlap_policy',
      'tasks[0].approval',
      'tasks[1].for_each',
      'tasks[2].condition',
    ])
    const { body: made } = await app.api.post('/schedules').send({ title: 'x', tasks: wanted }).expect(201)
    const { body: moved } = await app.api
      .patch(`/schedules/${made.id}`)
      .send({ engine: 'airflow' })
      .expect(400)
    expect(faults(moved)).toEqual(['tasks[0].approval', 'tasks[1].for_each', 'tasks[2].condition'])
    const { id } = await create()
    const { body: back } = await app.api.patch(`/schedules/${id}`).send({ engine: 'jobu' }).expect(400)
    expect(faults(back)).toEqual(['tasks[1].operator'])
  })

  test('says of its tasks what it knows, and has no log of them while it is away', async () => {
    const { id } = await create()
    const { body: run } = await app.api.post(`/schedules/${id}/start`).send({}).expect(201)
    const task = (key: string, state: 'SUCCESS' | 'WAITING') => ({
      key,
      state,
      reason: null,
      finishedAt: state === 'SUCCESS' ? new Date('2026-03-01T00:00:09Z') : null,
      errorMessage: null,
      result: { attempts: 2, started_at: '2026-03-01T00:00:04.000Z', hostname: 'celery-1' },
    })
    await app.database.transactional({ label: 'mirror' }, (tx) =>
      mirrorEngineRun(tx, {
        scheduleId: id,
        id: run.id,
        versionId: 0,
        externalRunId: 'manual__1',
        status: 'RUNNING',
        scheduledTime: new Date(run.scheduled_time),
        startedAt: new Date('2026-03-01T00:00:00Z'),
        finishedAt: null,
        params: {},
        tasks: [task('a', 'SUCCESS'), task('b', 'WAITING')],
      }),
    )
    const path = `/schedules/${id}/runs/${run.id}`
    const { body } = await app.api.get(path).expect(200)
    expect(body).toMatchObject({ status: 'RUNNING', external_run_id: 'manual__1' })
    expect(body.tasks[0]).toMatchObject({
      status: 'SUCCESS',
      attempts: 2,
      duration_ms: 5_000,
      worker_id: 'celery-1',
      result: null,
      executions: [],
    })
    const { body: away } = await app.api.get(`${path}/tasks/a/logs`).expect(503)
    expect(away.error.code).toBe('ENGINE_UNAVAILABLE')
  })
})
