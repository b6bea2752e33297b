import { publishHandlers } from '@jobu/db'
import { z } from 'zod'
import { startTestApp, type TestApp } from './support/startTestApp.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
  await publishHandlers(app.database, [
    {
      name: 'wide',
      description: null,
      paramsSchema: z.toJSONSchema(
        z.strictObject({
          url: z.url(),
          port: z.int().min(1).optional(),
          mode: z.enum(['a', 'b']).optional(),
          headers: z.record(z.string(), z.string()).optional(),
          statuses: z.array(z.union([z.int(), z.string().regex(/^\d+-\d+$/)])).optional(),
          auth: z
            .union([
              z.strictObject({ user: z.string(), password: z.string() }),
              z.strictObject({ token: z.string().min(20) }),
            ])
            .optional(),
        }),
        { io: 'input' },
      ) as Record<string, unknown>,
      isolation: 'none',
      source: 'test',
    },
  ])
})
afterAll(() => app.stop())

const enqueue = (params: object) => app.api.post('/jobs').send({ handler_name: 'wide', params })
const secret = { $secret: 'NAME' }
const url = 'https://example.com'

describe('params that name a secret', () => {
  test.each([
    ['a text of a format', { url: secret }],
    ['a number', { url, port: secret }],
    ['one of some words', { url, mode: secret }],
    ['a whole object', { url, headers: secret }],
    ['a value of a record', { url, headers: { authorization: secret } }],
    ['an item of a list of alternatives', { url, statuses: [200, secret, '300-399'] }],
    ['a part of one of several shapes', { url, auth: { token: secret } }],
    ['parts of another of them', { url, auth: { user: 'me', password: secret } }],
  ])('may have it in place of %s, and show it as it was sent', async (_what, params) => {
    const { body } = await enqueue(params).expect(201)
    expect(body.params).toEqual(params)
    expect((await app.api.get(`/jobs/${body.id}`)).body.params).toEqual(params)
  })

  test.each([
    ['a number for its name', { url, headers: { a: { $secret: 5 } } }, 'params.headers.a'],
    ['another key beside it', { url, headers: { a: { $secret: 'X', or: 'hunter22' } } }, 'params.headers.a'],
    [
      'a bad name, which is rather the secret itself',
      { url: { $secret: 'hunter22 and more' } },
      'params.url',
    ],
    ['a path', { url, statuses: [{ $secret: '../x' }] }, 'params.statuses[0]'],
    ['all of the params as one', { $secret: 'X' }, 'params'],
  ])('with %s are refused, and what came is not shown', async (_what, params, field) => {
    const { body } = await enqueue(params).expect(400)
    expect(body.error.details).toMatchObject([{ field, message: expect.stringContaining('secret') }])
    expect(JSON.stringify(body)).not.toContain('hunter22')
  })

  test.each([
    ['beside it', { url: 'no url', headers: { a: secret } }, ['params.url']],
    [
      'in a shape that has a secret and does not fit',
      { url, auth: { token: secret, more: 1 } },
      ['params.auth'],
    ],
    ['of a key that is not known', { url, nothing: secret }, ['params.nothing']],
  ])('are checked as ever: a fault %s', async (_what, params, fields) => {
    const { body } = await enqueue(params).expect(400)
    expect(body.error.details.map(({ field }: { field: string }) => field)).toEqual(fields)
  })

  test('of a cron are checked by the same rules, and stored as they are', async () => {
    const cron = { name: 'with a secret', cron_expression: '0 0 * * *', handler_name: 'wide' }
    const { body } = await app.api
      .post('/crons')
      .send({ ...cron, handler_params: { url: { $secret: 5 } } })
      .expect(400)
    expect(body.error.details).toMatchObject([{ field: 'handler_params.url' }])
    const made = await app.api
      .post('/crons')
      .send({ ...cron, handler_params: { url: secret } })
      .expect(201)
    expect(made.body.handler_params).toEqual({ url: secret })
    const triggered = await app.api.post(`/crons/${made.body.id}/trigger`).send({}).expect(201)
    expect(triggered.body.params).toEqual({ url: secret })
  })
})
