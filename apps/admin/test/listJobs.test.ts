import { daysFromNow, jobsOf } from './support/jobsOf.ts'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp
const { create, aFailedJob, aRunningJob, aSuccessfulJob } = jobsOf(() => app)

beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const list = async (query: string) => (await app.api.get(`/jobs?${query}`).expect(200)).body
const idsOf = async (query: string): Promise<number[]> =>
  (await list(query)).items.map((job: { id: number }) => job.id)

describe('GET /jobs', () => {
  test('filters by cron, status, handler, queue, source, priority and time, newest scheduled time first', async () => {
    const queue = 'listed'
    const a = await create({ queue, time: daysFromNow(-1) })
    const b = await create({ queue, time: daysFromNow(2), priority: -3 })
    const c = await create({ queue, handler_name: 'mail', params: { to: 'a@example.com' } })
    await app.api.post(`/jobs/${a.id}/cancel`).expect(200)
    const ids = (query: string) => idsOf(`queue=${queue}&${query}`)
    expect(await ids('')).toEqual([b.id, c.id, a.id])
    expect(await ids('status=CANCELLED')).toEqual([a.id])
    expect(await ids('status=CANCELLED,PENDING')).toEqual([b.id, c.id, a.id])
    expect(await ids('status=CANCELLED&status=SUCCESS')).toEqual([a.id])
    expect(await ids('handler_name=mail')).toEqual([c.id])
    expect(await ids('priority=-3')).toEqual([b.id])
    expect(await ids('param_source=api')).toEqual([b.id, c.id, a.id])
    expect(await ids('param_source=cron,event&param_source=schedule')).toEqual([])
    expect(await ids(`from_date=${daysFromNow(1)}`)).toEqual([b.id])
    expect(await ids(`to_date=${daysFromNow(1)}`)).toEqual([c.id, a.id])
    const korean = new Date(Date.now() + 33 * 3_600_000).toISOString().slice(0, 19)
    expect(await ids(`from_date=${korean}+09:00`)).toEqual([b.id])
    const cron = await app.api
      .post('/crons')
      .send({ name: 'of jobs', cron_expression: '0 0 * * *', handler_name: 'echo' })
    const run = await app.api.post(`/crons/${cron.body.id}/trigger`).expect(201)
    expect((await list(`cron_id=${cron.body.id}`)).items).toEqual([{ ...run.body, expected_finish_at: null }])
    expect(await list(`cron_id=${cron.body.id}&status=SUCCESS`)).toMatchObject({
      items: [],
      total: 0,
      total_is_exact: true,
      next_cursor: null,
      pages: 0,
    })
  })

  test('orders by scheduled time, by id and by creation, either way', async () => {
    const queue = 'ordered'
    const a = await create({ queue, time: daysFromNow(-3) })
    const b = await create({ queue, time: daysFromNow(-1) })
    const c = await create({ queue, time: daysFromNow(-2) })
    const ids = (order: string) => idsOf(`queue=${queue}&order_by=${order}`)
    expect(await ids('scheduled_time')).toEqual([a.id, c.id, b.id])
    expect(await ids('-scheduled_time')).toEqual([b.id, c.id, a.id])
    expect(await ids('id')).toEqual([a.id, b.id, c.id])
    expect(await ids('-created_at')).toEqual([c.id, b.id, a.id])
    expect((await idsOf('order_by=-id&size=2')).slice(0, 2)).toEqual([c.id, b.id])
  })

  test('pages by page and size, by limit and offset, and by cursor, which shows each execution once', async () => {
    const queue = 'paged'
    const made: number[] = []
    for (let n = 0; n < 7; n++) made.push((await create({ queue, time: daysFromNow(-10 - n) })).id)
    expect(await list(`queue=${queue}&size=2&page=2`)).toMatchObject({
      items: [{ id: made[2] }, { id: made[3] }],
      total: 7,
      total_is_exact: true,
      page: 2,
      size: 2,
      pages: 4,
    })
    expect(await idsOf(`queue=${queue}&limit=3&offset=5`)).toEqual(made.slice(5))
    expect(await list(`queue=${queue}&page=2000`)).toMatchObject({ items: [], total: 7, next_cursor: null })

    const seen: number[] = []
    let cursor = ''
    let page = 1
    do {
      const body = await list(`queue=${queue}&size=3${cursor && `&cursor=${cursor}`}`)
      expect(body).toMatchObject({ page: page++, size: 3, total: 7, pages: 3 })
      seen.push(...body.items.map((job: { id: number }) => job.id))
      // Newer than the page: it must not move what follows.
      await create({ queue: 'other' })
      cursor = body.next_cursor
    } while (cursor)
    expect(seen).toEqual(made)
  })

  test('fields narrows the items', async () => {
    const { id } = await create({ queue: 'narrow', params: { a: 1 } })
    const { items } = await list('queue=narrow&fields=id,status&fields=params')
    expect(items).toEqual([{ id, status: 'PENDING', params: { a: 1 } }])
    expect((await list('queue=narrow&fields=id')).items).toEqual([{ id }])
  })

  test('q finds an id, a part of a name in any case, and words of an error', async () => {
    const failed = await aFailedJob('upstream refused: quota of bucket "photos" reached')
    expect(await idsOf(`q=${failed}`)).toContain(failed)
    expect(await idsOf('q=bucket+PHOT')).toEqual([failed])
    expect(await idsOf('q=bucket+sounds')).toEqual([])
    const mail = await create({ handler_name: 'mail', params: { to: 'a@example.com' }, queue: 'searched' })
    expect(await idsOf('q=AI&queue=searched')).toEqual([mail.id])
    const cron = await app.api
      .post('/crons')
      .send({ name: 'Tidy 100%_up', cron_expression: '0 0 * * *', handler_name: 'echo' })
    const run = await app.api.post(`/crons/${cron.body.id}/trigger`).expect(201)
    expect(await idsOf('q=100%25_U')).toEqual([run.body.id])
    expect(await idsOf('q=100_%25')).toEqual([])
  })

  test('the total counts what has ended by the roll-up, exactly, through a retry and a deletion', async () => {
    const total = async (status: string) => (await list(`status=${status}&size=1`)).total
    const [failed, success] = [await total('FAILED'), await total('SUCCESS')]
    const ids = [await aFailedJob(), await aFailedJob(), await aFailedJob()]
    await aSuccessfulJob()
    expect(await list('status=FAILED&size=1')).toMatchObject({ total: failed + 3, total_is_exact: true })
    await app.api.post(`/jobs/${ids[0]}/retry`).expect(200)
    await app.api.delete(`/jobs/${ids[1]}`).expect(204)
    expect(await total('FAILED')).toBe(failed + 1)
    expect(await total('SUCCESS')).toBe(success + 1)
    expect(await list('status=FAILED,SUCCESS&size=1')).toMatchObject({ total: failed + success + 2 })
  })

  test('an execution is found in whatever status it is', async () => {
    const { id, claim } = await aRunningJob()
    for (const query of [`queue=${claim.queue}`, `queue=${claim.queue}&status=RUNNING`]) {
      expect(await idsOf(query)).toEqual([id])
    }
    expect(await idsOf(`queue=${claim.queue}&status=PENDING`)).toEqual([])
  })

  test.each([
    ['status', 'status=DONE'],
    ['status', 'status='],
    ['status', 'status=PENDING,'],
    ['cron_id', 'cron_id=x'],
    ['cron_id', 'cron_id=1&cron_id=2'],
    ['cron_id', 'cron_id=99999999999999999999'],
    ['from_date', 'from_date=2026-01-01'],
    ['from_date', 'from_date=2026-01-01T00:00:00'],
    ['to_date', 'to_date=never'],
    ['queue', 'queue=%00'],
    ['queue', 'queue=%ED%A0%80%00'],
    ['size', 'size=1000'],
    ['limit', 'page=2&offset=1'],
    ['param_source', 'param_source=nobody'],
    ['priority', 'priority=1.5'],
    ['priority', 'priority=99999'],
    ['priority', 'priority=high'],
    ['q', 'q='],
    ['order_by', 'order_by=priority'],
    ['order_by', 'order_by=-id&order_by=id'],
    ['fields', 'fields=id,colour'],
    ['fields', 'fields='],
    ['fields', 'fields=__proto__'],
    ['cursor', 'cursor='],
    ['cursor', 'cursor=nonsense'],
    ['cursor', `cursor=${Buffer.from('[]').toString('base64url')}`],
    ['cursor', `cursor=${Buffer.from('{"a":').toString('base64url')}`],
    ['cursor', 'cursor=a&cursor=b'],
    ['cursor', 'cursor=abc&page=2'],
  ])('refuses a bad %s: ?%s', async (field, query) => {
    const { body } = await app.api.get(`/jobs?${query}`).expect(400)
    expect(body.error.code).toBe('VALIDATION_FAILED')
    expect(body.error.details[0].field).toMatch(new RegExp(`^${field}(\\[\\d\\])?$`))
  })

  test('a cursor of another filter, of another order, and one that was tampered with are refused', async () => {
    for (let n = 0; n < 3; n++) await create({ queue: 'scoped', time: daysFromNow(-20 - n) })
    const { next_cursor } = await list('queue=scoped&size=1')
    expect(await idsOf(`queue=scoped&size=2&cursor=${next_cursor}`)).toHaveLength(2)
    const [hash, ...position] = JSON.parse(Buffer.from(next_cursor, 'base64url').toString())
    const forged = (...values: unknown[]) =>
      Buffer.from(JSON.stringify([hash, ...values])).toString('base64url')
    expect(forged(...position)).toBe(next_cursor)
    for (const query of [
      `queue=other&cursor=${next_cursor}`,
      `queue=scoped&order_by=scheduled_time&cursor=${next_cursor}`,
      `queue=scoped&status=PENDING&cursor=${next_cursor}`,
      `queue=scoped&cursor=${forged(1e300, 1, 0)}`,
      `queue=scoped&cursor=${forged(...position, 1)}`,
      `queue=scoped&cursor=${forged(position[0], -1, 0)}`,
      `queue=scoped&cursor=${forged('now()', 1, 0)}`,
      `queue=scoped&cursor=${forged(8.64e15, 1, 0)}`,
    ]) {
      const { body } = await app.api.get(`/jobs?${query}`).expect(400)
      expect(body.error.details[0].field).toBe('cursor')
    }
  })

  test('pages behind the first ten thousand are refused by number, and order by id of as many', async () => {
    await app.api
      .post('/jobs/bulk')
      .send({ jobs: Array.from({ length: 10_000 }, () => ({ type: 'echo', queue: 'long' })) })
      .expect(201)
    await create({ queue: 'long' })
    const deep = await app.api.get('/jobs?queue=long&page=501&size=20').expect(400)
    expect(deep.body.error.details[0]).toMatchObject({ field: 'page', received: 501 })
    const sorted = await app.api.get('/jobs?queue=long&order_by=id').expect(400)
    expect(sorted.body.error.details[0].field).toBe('order_by')
    const last = await list('queue=long&page=50&size=200')
    expect(last.items).toHaveLength(200)
    expect(await idsOf(`queue=long&size=200&cursor=${last.next_cursor}`)).toHaveLength(1)
    expect(last).toMatchObject({ total: 10_001, total_is_exact: false })
  })
})
