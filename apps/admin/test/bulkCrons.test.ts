import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp

beforeAll(async () => {
  app = await startTestApp()
})
afterEach(async () => {
  for (const table of [
    'job_executions',
    'execution_stat_deltas',
    'cron_jobs',
    'cron_revisions',
    'audit_log',
  ]) {
    await app.database.query(`DELETE FROM ${table}`)
  }
})
afterAll(() => app.stop())

let crons = 0
async function create(fields: Record<string, unknown> = {}) {
  const { body } = await app.api
    .post('/crons')
    .send({ name: `cron-${++crons}`, cron_expression: '0 0 * * *', handler_name: 'echo', ...fields })
    .expect(201)
  return body
}
const cronOf = async (id: number) => (await app.api.get(`/crons/${id}`).expect(200)).body
const bulk = async (verb: string, body: object, query = '') =>
  (await app.api.post(`/crons/bulk/${verb}${query}`).send(body).expect(200)).body

describe('POST /crons/bulk/{verb} by ids', () => {
  test('enables as the toggle of a single one does; those that are enabled already are counted and left alone', async () => {
    const enabled = await create()
    const off = [await create({ is_enabled: false }), await create({ is_enabled: false })]
    await app.database.query(
      `UPDATE cron_jobs SET disabled_reason = 'five failures', enabled_at = now() - interval '1 day' WHERE id = $1`,
      [off[0].id],
    )
    const ids = [...off.map(({ id }) => id), enabled.id, off[0].id, 999_999_999]
    const counts = { matched: 3, skipped: 1, is_exact: true }
    const dry = { ...counts, dry_run: true, changed: 0, remaining: 2 }
    expect(await bulk('enable', { ids, dry_run: true })).toEqual(dry)
    expect((await cronOf(off[0].id)).is_enabled).toBe(false)
    expect(await bulk('enable', { ids })).toEqual({ ...counts, dry_run: false, changed: 2, remaining: 0 })

    const single = await create({ is_enabled: false })
    await app.api.post(`/crons/${single.id}/toggle`).send({ is_enabled: true }).expect(200)
    const { next_run_at, completed_at, disabled_reason, version, is_enabled } = await cronOf(single.id)
    for (const { id } of off) {
      expect(await cronOf(id)).toMatchObject({
        next_run_at,
        completed_at,
        disabled_reason,
        is_enabled,
        version,
      })
    }
    expect({ disabled_reason, is_enabled, version }).toEqual({
      disabled_reason: null,
      is_enabled: true,
      version: 2,
    })
    expect((await cronOf(enabled.id)).version).toBe(1)
    const { rows } = await app.database.query<{ isNew: boolean }>(
      `SELECT enabled_at > now() - interval '1 hour' AS "isNew" FROM cron_jobs WHERE id = $1`,
      [off[0].id],
    )
    expect(rows).toEqual([{ isNew: true }])
  })

  test('one whose expression cannot be read stays disabled and is counted as skipped; one without runs left is completed', async () => {
    const [bad, good] = [await create({ is_enabled: false }), await create({ is_enabled: false })]
    const done = await create({ is_enabled: false, max_runs: 1 })
    await app.database.query(`UPDATE cron_jobs SET cron_expression = '99 * * * *' WHERE id = $1`, [bad.id])
    await app.database.query('UPDATE cron_jobs SET run_count = 1 WHERE id = $1', [done.id])
    expect(await bulk('enable', { all: true })).toEqual({
      dry_run: false,
      matched: 3,
      changed: 2,
      skipped: 1,
      remaining: 0,
      is_exact: true,
    })
    expect(await cronOf(bad.id)).toMatchObject({ is_enabled: false, next_run_at: null })
    expect(await cronOf(good.id)).toMatchObject({ is_enabled: true, next_run_at: expect.any(String) })
    expect(await cronOf(done.id)).toMatchObject({
      is_enabled: true,
      next_run_at: null,
      completed_at: expect.any(String),
    })
  })

  test('disables, and leaves the next run to nobody; the history of each knows it', async () => {
    const some = [await create(), await create()]
    expect(await bulk('disable', { ids: some.map(({ id }) => id) })).toMatchObject({ changed: 2 })
    for (const { id } of some) {
      expect(await cronOf(id)).toMatchObject({ is_enabled: false, next_run_at: null, version: 2 })
      const { rows } = await app.database.query(
        'SELECT is_enabled, replaced_next_run_at IS NOT NULL AS replaced FROM cron_revisions WHERE job_id = $1 ORDER BY id',
        [id],
      )
      expect(rows).toEqual([
        { is_enabled: true, replaced: false },
        { is_enabled: false, replaced: true },
      ])
    }
  })

  test('deletes, and cancels what of them has not finished, and nothing else', async () => {
    const [gone, kept] = [await create(), await create()]
    const job = (await app.api.post(`/crons/${gone.id}/trigger`).expect(201)).body
    const other = (await app.api.post(`/crons/${kept.id}/trigger`).expect(201)).body
    expect(await bulk('delete', { ids: [gone.id] })).toMatchObject({ matched: 1, changed: 1, skipped: 0 })
    await app.api.get(`/crons/${gone.id}`).expect(404)
    expect((await app.api.get(`/jobs/${job.id}`)).body).toMatchObject({
      status: 'CANCELLED',
      reason: 'CRON_DELETED',
      cron_name: gone.name,
    })
    expect((await app.api.get(`/jobs/${other.id}`)).body.status).toBe('PENDING')
    expect(await bulk('delete', { ids: [gone.id] })).toMatchObject({ matched: 0, changed: 0 })
  })
})

describe('POST /crons/bulk/{verb} by filter', () => {
  test('works in batches, and leaves those outside of the filter alone', async () => {
    await app.database.query(
      `INSERT INTO cron_jobs (name, cron_expression, timezone, handler_name, owner, is_enabled)
       SELECT 'mass ' || i, '0 0 * * *', 'UTC', 'echo', 'mass', false FROM generate_series(1, 1300) AS i`,
    )
    const other = await create({ is_enabled: false })
    const filter = { owner: 'mass' }
    const dry = { dry_run: true, matched: 1_300, changed: 0, skipped: 0, remaining: 1_300, is_exact: true }
    expect(await bulk('enable', { filter }, '?dry_run=true')).toEqual(dry)
    expect(await bulk('enable', { filter })).toEqual({
      ...dry,
      dry_run: false,
      changed: 1_300,
      remaining: 0,
    })
    expect(await bulk('enable', { filter })).toMatchObject({ matched: 1_300, changed: 0, skipped: 1_300 })
    const { rows } = await app.database.query(
      'SELECT count(*) FROM cron_jobs WHERE is_enabled AND next_run_at > now()',
    )
    expect(rows).toEqual([{ count: 1_300 }])
    expect((await cronOf(other.id)).is_enabled).toBe(false)
    expect(await bulk('delete', { filter })).toMatchObject({ changed: 1_300, remaining: 0 })
    expect((await app.api.get('/crons')).body.total).toBe(1)
  })

  test('takes every field of the list', async () => {
    const cron = await create({ tags: ['a', 'b'], owner: 'ann', description: 'nightly' })
    await app.database.query(
      `INSERT INTO job_executions (job_id, scheduled_time, run_at, ready_at, handler_name, param_source)
       VALUES ($1, now() - interval '1 minute', now(), now(), 'echo', 'cron')`,
      [cron.id],
    )
    const filter = {
      is_enabled: true,
      q: 'NIGHT',
      tag: ['a', 'b'],
      owner: 'ann',
      handler_name: 'echo',
      last_status: 'PENDING',
    }
    expect(await bulk('disable', { filter, dry_run: true })).toMatchObject({ matched: 1, remaining: 1 })
    for (const other of [
      { is_enabled: false },
      { q: 'daily' },
      { tag: ['a', 'c'] },
      { owner: 'bob' },
      { handler_name: 'mail' },
      { last_status: 'FAILED' },
    ]) {
      expect(await bulk('disable', { filter: { ...filter, ...other } })).toMatchObject({ changed: 0 })
    }
    expect(await bulk('disable', { filter })).toMatchObject({ matched: 1, changed: 1 })
  })

  test('a filter for those that are so already changes nothing', async () => {
    await create({ is_enabled: false })
    const counts = { matched: 1, changed: 0, skipped: 1, remaining: 0 }
    expect(await bulk('disable', { filter: { is_enabled: false } })).toMatchObject(counts)
  })

  test.each([
    [{}, 'ids'],
    [{ ids: [] }, 'ids'],
    [{ ids: ['x'] }, 'ids[0]'],
    [{ ids: [1], all: true }, 'ids'],
    [{ filter: {} }, 'filter'],
    [{ filter: { overlap_policy: 'skip' } }, 'filter.overlap_policy'],
    [{ filter: { last_status: 'SUCCESS' } }, 'filter.last_status'],
    [{ all: false }, 'all'],
  ])('refuses %j', async (body, field) => {
    for (const verb of ['enable', 'disable', 'delete']) {
      const { body: answer } = await app.api.post(`/crons/bulk/${verb}`).send(body).expect(400)
      expect(answer.error.details[0].field).toBe(field)
    }
  })
})

test('the audit log has one entry for many, and none for what changed nothing', async () => {
  const cron = await create()
  await app.database.query('DELETE FROM audit_log')
  await bulk('disable', { ids: [cron.id] })
  await bulk('disable', { ids: [cron.id] })
  await bulk('enable', { filter: { handler_name: 'echo' }, dry_run: true })
  await bulk('delete', { all: true })
  const { rows } = await app.database.query(
    'SELECT action, target_type, target_id, before, after FROM audit_log ORDER BY id',
  )
  const target = { target_type: 'crons', target_id: null, before: null }
  expect(rows).toEqual([
    { ...target, action: 'crons.disable', after: { ids: [cron.id], changed: 1 } },
    { ...target, action: 'crons.delete', after: { all: true, changed: 1 } },
  ])
})
