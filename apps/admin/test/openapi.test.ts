import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { oas31 } from 'zod-openapi'
import { PASSWORD, startTestApp, type TestApp, TOKEN } from './support/startTestApp.ts'

type Schema = Record<string, unknown>
interface Operation extends oas31.OperationObject {
  name: string
  method: string
  path: string
}

let app: TestApp
let document: oas31.OpenAPIObject
let operations: Operation[]

beforeAll(async () => {
  app = await startTestApp()
  document = (await app.api.get('/openapi.json').expect(200)).body
  operations = Object.entries(document.paths!).flatMap(([path, item]) =>
    Object.entries(item as Record<string, oas31.OperationObject>).map(([method, operation]) => ({
      ...operation,
      name: `${method.toUpperCase()} ${path}`,
      method,
      path,
    })),
  )
})
afterAll(() => app.stop())

/** The operations that lack something, by name: a failing test lists them. */
const without = (has: (operation: Operation) => unknown) =>
  operations.filter((operation) => !has(operation)).map(({ name }) => name)

function resolved<T>(value: unknown): T {
  const ref = (value as { $ref?: string }).$ref
  const keys = ref?.replace(/^#\//, '').split('/')
  return (keys ? keys.reduce<unknown>((node, key) => (node as Schema)[key], document) : value) as T
}

const responsesOf = (operation: Operation) =>
  Object.entries(operation.responses ?? {}).map(
    ([status, response]) => [Number(status), resolved<oas31.ResponseObject>(response)] as const,
  )

/** Every schema of the document with its place, those within others included. */
function* schemasIn(value: unknown, place: string): Generator<[place: string, schema: Schema]> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, child] of Object.entries(value)) {
    if (key === 'example' || key === 'examples' || key === 'value') continue
    yield* schemasIn(child, `${place}/${key}`)
  }
  if (!Array.isArray(value) && ('type' in value || 'anyOf' in value || 'oneOf' in value)) {
    yield [place, value as Schema]
  }
}

describe('the document', () => {
  test('is OpenAPI 3.1, as its official schema checks it', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document) as never)
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined })
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'jobu', version: '1.0.0', license: { name: 'MIT' } },
      servers: [{ url: '/api/v1' }],
    })
  })

  test('names every operation once, with a word that client generators can use', () => {
    const ids = operations.map(({ operationId }) => operationId!)
    expect(ids.filter((id) => !/^[a-z][A-Za-z]+$/.test(id))).toEqual([])
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
    expect(ids).toEqual(
      expect.arrayContaining([
        'listCrons',
        'createCron',
        'getCron',
        'updateCron',
        'deleteCron',
        'toggleCron',
        'previewCron',
        'createJob',
        'createJobs',
        'listJobRuns',
        'listJobLogs',
        'retryJob',
      ]),
    )
  })

  test('says of each operation what it does, to what it belongs and how it may be refused', () => {
    const tags = new Map(document.tags!.map(({ name, description }) => [name, description]))
    expect(without(({ summary }) => summary)).toEqual([])
    expect(without(({ description }) => description)).toEqual([])
    // A tag that is missing here is described in openapi/tags.ts.
    expect(without((operation) => operation.tags?.length === 1 && tags.get(operation.tags[0]!))).toEqual([])
    expect(without(({ responses }) => responses?.['400'])).toEqual([])
    expect(without(({ responses }) => Object.keys(responses!).some((status) => status < '400'))).toEqual([])
    // Only what anybody may call needs no credentials, and names no role.
    expect(without((operation) => operation.security!.length === 0 || operation['x-jobu-role'])).toEqual([])
    expect(without((operation) => operation.security!.length === 0 || operation.responses?.['401'])).toEqual(
      [],
    )
  })

  test('has an example of every body, and of every refusal', () => {
    // An example stands at the body's schema: .meta({ example: {...} }).
    expect(
      without(({ requestBody }) => {
        const media =
          requestBody && resolved<oas31.RequestBodyObject>(requestBody).content['application/json']
        return !requestBody || media?.example || media?.examples
      }),
    ).toEqual([])
    expect(
      without((operation) =>
        responsesOf(operation).every(
          ([status, { content }]) =>
            status < 400 ||
            ['/health', '/ready'].includes(operation.path) ||
            content?.['application/json']?.examples ||
            !content,
        ),
      ),
    ).toEqual([])
  })

  test('has examples that are what their schemas say', () => {
    const ajv = new Ajv2020({ allErrors: true, strict: false })
    formats.default(ajv)
    const wrong: unknown[] = []
    const check = (schema: unknown, example: unknown, where: string) => {
      const rooted = { ...(schema as Schema), components: document.components }
      const validate = ajv.compile(rooted)
      if (!validate(example)) wrong.push({ where, example, errors: validate.errors })
    }
    for (const operation of operations) {
      for (const parameter of (operation.parameters ?? []) as oas31.ParameterObject[]) {
        if (parameter.example !== undefined) {
          check(parameter.schema, parameter.example, `${operation.name} ${parameter.name}`)
        }
      }
      const body = operation.requestBody && resolved<oas31.RequestBodyObject>(operation.requestBody)
      const media = body?.content['application/json']
      if (media?.example) check(media.schema, media.example, `${operation.name} body`)
      for (const [status, { content }] of responsesOf(operation)) {
        for (const { schema, examples = {} } of Object.values(content ?? {})) {
          for (const [name, example] of Object.entries(examples)) {
            check(schema, (example as oas31.ExampleObject).value, `${operation.name} ${status} ${name}`)
          }
        }
      }
    }
    for (const [place, schema] of schemasIn(document, '')) {
      for (const example of (schema.examples as unknown[] | undefined) ?? []) check(schema, example, place)
    }
    expect(wrong).toEqual([])
  })

  test('says of every instant of an answer that it is one', () => {
    const names = Object.entries(document.components!.schemas!).flatMap(([name, schema]) =>
      Object.entries((schema as { properties?: Record<string, Schema> }).properties ?? {})
        .filter(
          ([key, property]) => /_(at|time)$/.test(key) && !JSON.stringify(property).includes('date-time'),
        )
        .map(([key]) => `${name}.${key}`),
    )
    expect(names).toEqual([])
  })

  test.each([
    ['GET /crons/{id}', 'id', { type: 'integer', format: 'int64', minimum: 0 }],
    ['GET /crons', 'is_enabled', { type: 'boolean' }],
    ['GET /crons', 'size', { type: 'integer', minimum: 1, maximum: 200 }],
    ['GET /crons', 'q', { type: 'string', minLength: 1, maxLength: 255 }],
    ['GET /jobs', 'from_date', { type: 'string', format: 'date-time' }],
    [
      'GET /jobs',
      'status',
      { type: 'array', items: { type: 'string', enum: expect.arrayContaining(['FAILED']) } },
    ],
  ])('of %s describes %s as a client sends it', (name, parameter, schema) => {
    const operation = operations.find((one) => one.name === name)!
    const found = (operation.parameters as oas31.ParameterObject[]).find((one) => one.name === parameter)
    expect(found!.schema).toMatchObject(schema)
  })

  test('keeps what zod does to read a parameter to itself', () => {
    const odd = operations.flatMap(({ name, parameters = [] }) =>
      (parameters as oas31.ParameterObject[])
        // A list is a list, not a text or a list; and a number no text with a pattern.
        .filter(
          ({ schema }) => typeof (schema as Schema | undefined)?.type !== 'string' || 'pattern' in schema!,
        )
        .map((parameter) => `${name} ${parameter.name}`),
    )
    expect(odd).toEqual([])
  })
})

describe('GET /openapi.json', () => {
  test.each(['/openapi.json', '/api/openapi.json', '/api/v1/openapi.json'])(
    '%s wants credentials',
    async (path) => {
      await app.anonymous.get(path).expect(401)
      const { body } = await app.anonymous.get(path).set('Authorization', `Bearer ${TOKEN}`).expect(200)
      expect(body).toEqual(document)
    },
  )

  test('is not sent again to whom has it', async () => {
    const { headers } = await app.api.get('/openapi.json').expect(200)
    expect(headers['cache-control']).toBe('private, no-cache')
    const again = await app.api.get('/openapi.json').set('If-None-Match', headers.etag!).expect(304)
    expect(again.text).toBe('')
  })
})

describe.each(['/docs', '/redoc'])('%s', (page) => {
  test('asks a browser for a name and a password, and then answers', async () => {
    const refusal = await app.anonymous.get(page).set('User-Agent', 'Mozilla/5.0').expect(401)
    expect(refusal.headers['www-authenticate']).toContain('Basic realm="jobu"')
    const response = await app.anonymous.get(page).auth('admin', PASSWORD).expect(200)
    expect(response.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(response.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/)
  })

  test('and its parts come from here, each with its type', async () => {
    const get = (path: string) => app.anonymous.get(path).set('Authorization', `Bearer ${TOKEN}`)
    const { text } = await get(page).expect(200)
    const parts = Array.from(text.matchAll(/(?:src|href)="([^"]+)"/g), ([, address]) => address!)
    expect(parts.filter((address) => !address.startsWith(`${page}/`))).toEqual(['data:,'])
    for (const address of parts.filter((one) => one.startsWith('/'))) {
      const { headers } = await get(address).expect(200)
      expect(headers['content-type']).toMatch(address.includes('.css') ? /^text\/css/ : /javascript/)
      await app.anonymous.get(address).expect(401)
    }
  })

  test('has no other files', async () => {
    for (const path of [
      '/swagger-ui.js',
      '/index.html',
      '/package.json',
      '/..%2fpackage.json',
      '/redoc.lib.js',
    ]) {
      await app.anonymous.get(`${page}${path}`).set('Authorization', `Bearer ${TOKEN}`).expect(404)
    }
  })
})
