import { pruneAudit, recordAudit } from '@jobu/db'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())
beforeEach(async () => {
  await app.database.query('DELETE FROM audit_log')
})

/** Entries of these instants, in this order. */
async function entries(...given: Array<Record<string, string | null>>) {
  for (const [index, { at, ...fields }] of given.entries()) {
    await recordAudit(app.database, {
      actorKind: 'user',
      actorName: 'mina',
      actorId: null,
      action: 'cron.update',
      targetType: 'cron',
      targetId: String(index),
      targetName: `cron ${index}`,
      before: null,
      after: null,
      requestId: 'r',
      address: null,
      ...fields,
    })
    if (at)
      await app.database.query('UPDATE audit_log SET at = $1 WHERE id = (SELECT max(id) FROM audit_log)', [
        at,
      ])
  }
}
const targets = async (query: string) => {
  const { body } = await app.api.get(`/audit?${query}`).expect(200)
  return body.items.map((item: { target_id: string }) => item.target_id)
}

test('tells who did what to what, from where, before and after', async () => {
  const cron = { name: 'c', cron_expression: '0 0 * * *', handler_name: 'echo' }
  const { body } = await app.api.post('/crons').send(cron).expect(201)
  await app.api.put(`/crons/${body.id}`).set('X-Request-Id', 'mine').send({ priority: 7 }).expect(200)
  const { items } = (await app.api.get('/audit').expect(200)).body
  expect(items[0]).toEqual({
    id: expect.any(Number),
    at: expect.any(String),
    actor_kind: 'environment',
    actor_name: 'api token',
    actor_id: null,
    action: 'cron.update',
    target_type: 'cron',
    target_id: String(body.id),
    target_name: 'c',
    before: expect.objectContaining({ priority: 0 }),
    after: expect.objectContaining({ priority: 7 }),
    request_id: 'mine',
    address: expect.stringMatching(/127\.0\.0\.1|::1/),
  })
  expect(items[1]).toMatchObject({ action: 'cron.create', before: null })
})

test('is newest first, and filtered by each of its parts', async () => {
  await entries(
    { at: '2026-01-01T00:00:00Z' },
    { at: '2026-01-02T00:00:00Z', actorName: 'jiwoo' },
    { at: '2026-01-03T00:00:00Z', action: 'cron.delete' },
    { at: '2026-01-04T00:00:00Z', targetType: 'job', targetName: '100%_sure' },
  )
  expect(await targets('')).toEqual(['3', '2', '1', '0'])
  expect(await targets('actor=jiwoo')).toEqual(['1'])
  expect(await targets('action=cron.delete')).toEqual(['2'])
  expect(await targets('target_type=job')).toEqual(['3'])
  expect(await targets('target_type=cron&target_id=0')).toEqual(['0'])
  expect(await targets('from=2026-01-02T00:00:00Z&to=2026-01-04T00:00:00Z')).toEqual(['2', '1'])
  expect(await targets('q=JIW')).toEqual(['1'])
  expect(await targets('q=%25_')).toEqual(['3'])
  expect(await targets('actor=mina&action=cron.update&q=cron')).toEqual(['3', '0'])
})

test('is paged by page and size, and by cursor without a gap or a repetition', async () => {
  // Some of the same instant, as those of one transaction are.
  const at = '2026-01-01T00:00:00.123Z'
  await entries(...Array.from({ length: 7 }, (_, i) => ({ at: i < 5 ? at : null })))
  const first = (await app.api.get('/audit?page=2&size=3').expect(200)).body
  expect(first).toMatchObject({ total: 7, page: 2, size: 3, pages: 3, total_is_exact: true })
  expect(first.items).toHaveLength(3)

  const seen: string[] = []
  for (let cursor = ''; ; ) {
    const { body } = await app.api.get(`/audit?size=2${cursor}`).expect(200)
    seen.push(...body.items.map((item: { target_id: string }) => item.target_id))
    if (body.next_cursor === null) break
    cursor = `&cursor=${body.next_cursor}`
  }
  expect(seen).toEqual(['6', '5', '4', '3', '2', '1', '0'])
})

test.each([
  ['cursor=x', 'cursor'],
  [`cursor=${Buffer.from('1.2.3').toString('base64url')}`, 'cursor'],
  [`cursor=${Buffer.from('99999999999999.1').toString('base64url')}&page=2`, 'cursor'],
  ['page=501', 'page'],
  ['limit=20&offset=10000', 'offset'],
  ['from=yesterday', 'from'],
  ['actor=', 'actor'],
  ['actor=a&actor=b', 'actor'],
  ['nothing=1', 'nothing'],
])('%s is refused for %s', async (query, field) => {
  const { body } = await app.api.get(`/audit?${query}`).expect(400)
  expect(body.error.details[0].field).toBe(field)
})

test('a cursor from beyond time is the end or the beginning, not an error', async () => {
  await entries({})
  const cursor = (text: string) => Buffer.from(text).toString('base64url')
  expect(await targets(`cursor=${cursor('99999999999999.1')}`)).toEqual(['0'])
  expect(await targets(`cursor=${cursor('0.0')}`)).toEqual([])
})

test('cannot be written or erased through the API', async () => {
  for (const method of ['post', 'put', 'patch', 'delete'] as const) {
    expect((await app.api[method]('/audit')).status).toBe(405)
  }
})

test('every list walks an index in its order', async () => {
  for (const [where, index] of [
    ['true', 'audit_log_at_idx'],
    [`actor_name = 'mina'`, 'audit_log_actor_idx'],
    [`action = 'cron.update'`, 'audit_log_action_idx'],
    [`target_type = 'cron' AND target_id = '1'`, 'audit_log_target_idx'],
  ]) {
    const { rows } = await app.database.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN SELECT * FROM audit_log WHERE ${where} AND (at, id) < (now(), 5) ORDER BY at DESC, id DESC LIMIT 20`,
    )
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).toContain(`Index Scan Backward using ${index}`)
    expect(plan).not.toContain('Sort')
  }
})

test('what is past retention is deleted in batches, the rest is not', async () => {
  const old = new Date(Date.now() - 366 * 86_400_000).toISOString()
  await entries({ at: old }, { at: old }, { at: old }, {})
  expect(await pruneAudit(app.database, 365, 2)).toBe(2)
  expect(await pruneAudit(app.database, 365, 2)).toBe(1)
  expect(await pruneAudit(app.database, 365, 2)).toBe(0)
  expect(await targets('')).toEqual(['3'])
})
