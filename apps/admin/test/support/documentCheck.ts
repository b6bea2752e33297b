import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { Express } from 'express'
import type { oas31 } from 'zod-openapi'
import { bodyOf, fieldsOf, keysOf, parsed, queryValue } from './answerText.ts'

/** Headers that any answer may have: of HTTP, of helmet, of CORS. */
const GENERAL_HEADERS =
  /^(date|connection|keep-alive|content-(type|length|security-policy)|transfer-encoding|cache-control|vary|x-(content-type-options|dns-prefetch-control|download-options|frame-options|permitted-cross-domain-policies|xss-protection|accel-buffering)|cross-origin-\w+-policy|origin-agent-cluster|referrer-policy|strict-transport-security|access-control-[\w-]+)$/
/** What a path or a method that the document does not have may be answered. */
const REFUSALS = [400, 401, 403, 404, 405, 429, 503]
/** Not operations but pages. */
const PAGES = /^\/(docs|redoc)(\/|$)/
/** The API reads more than RFC 3339 has: no seconds, a blank for the T, an offset without its colon. */
const INSTANT = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?(Z|z|[+ -]\d\d(:?\d\d)?)$/
const MAX_SHOWN = 1_000
const MAX_LISTED = 30

type Schema = Record<string, unknown>
interface Operation {
  pattern: RegExp
  path: string
  methods: Record<string, oas31.OperationObject>
}

/**
 * Holds every answer of a server against its OpenAPI document: the path and method, the status, the headers, the body;
 * and the query and body of every request that was accepted.
 */
export class DocumentCheck {
  readonly #document: oas31.OpenAPIObject
  readonly #answers: Ajv2020
  readonly #requests: Ajv2020
  readonly #paths: Operation[]
  readonly #compiled = new Map<unknown, ValidateFunction>()
  /** The first of each kind. */
  readonly #violations = new Map<string, string>()

  constructor(document: oas31.OpenAPIObject) {
    this.#document = document
    this.#answers = ajvOf(document)
    this.#requests = ajvOf(document)
    this.#requests.addFormat('date-time', INSTANT)
    this.#paths = Object.entries(document.paths ?? {})
      .map(([path, methods]) => ({
        path,
        pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`, 'i'),
        methods: methods as Record<string, oas31.OperationObject>,
      }))
      // As the router does: a fixed path before the pattern that would match it as well.
      .sort((a, b) => Number(a.path.includes('{')) - Number(b.path.includes('{')))
  }

  /** Checks what `server` answers from now on, with the document of `app`, which is built for the first answer. */
  static watch(server: Server, app: Express): { throwViolations(): void } {
    let check: DocumentCheck | undefined
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
      const { method = '', url = '' } = request
      const text = bodyOf(response)
      response.on('finish', () => {
        check ??= new DocumentCheck(app.locals.openapi())
        // As Express' parser left it.
        const { body } = request as IncomingMessage & { body?: unknown }
        try {
          check.#exchange({ method, url, sent: body }, response, text())
        } catch (error) {
          const problem = `the document cannot be used: ${error}`
          check.#violations.set(problem, `${method} ${url}: ${problem}`)
        }
      })
    })
    return { throwViolations: () => check?.throwViolations() }
  }

  /** @throws Error that lists what differs from the document */
  throwViolations(): void {
    if (this.#violations.size === 0) return
    const list = [...this.#violations.values()].slice(0, MAX_LISTED).join('\n\n')
    throw new Error(
      `In ${this.#violations.size} ways the API did not do what its OpenAPI document says. ` +
        `Change the endpoint's schemas, statuses, headers or errors, or what it does:\n\n${list}`,
    )
  }

  #exchange(
    request: { method: string; url: string; sent: unknown },
    response: ServerResponse,
    text: string,
  ): void {
    const { method, url } = request
    if (method === 'OPTIONS') return
    const { statusCode: status } = response
    const pathname = url.replace(/[?#].*$/s, '')
    const hasPrefix = /^\/api(\/|$)/.test(pathname)
    const path = pathname.replace(/^\/api(\/v1)?(?=\/)/, '')
    if (!hasPrefix && PAGES.test(path) && status < 400) return

    // Beside the API's prefix only what belongs to the service is served.
    const isElsewhere = !hasPrefix && [401, 404, 405].includes(status)
    const item = isElsewhere ? undefined : this.#paths.find(({ pattern }) => pattern.test(path))
    const violate = (message: string) => {
      const kind = `${method} ${item?.path ?? path} ${status} ${message}`
      if (this.#violations.has(kind)) return
      const example = `${method} ${url.slice(0, 200)} -> ${status}: ${message}\n  ${shorten(text)}`
      this.#violations.set(kind, example)
    }
    const operation = item?.methods[method === 'HEAD' ? 'get' : method.toLowerCase()]
    if (!item || !operation) {
      if (!REFUSALS.includes(status)) violate('the document has no such operation')
      else if (method !== 'HEAD') this.#validate(this.#answers, this.#error(), parsed(text), violate)
      return
    }
    const documented = operation.responses?.[status]
    if (!documented) {
      const has = Object.keys(operation.responses ?? {}).join(', ')
      violate(`${operation.operationId} has no such status in the document, only ${has}`)
      return
    }
    const answer = this.#resolve<oas31.ResponseObject>(documented)
    this.#checkHeaders(answer, response, violate)
    if (method !== 'HEAD') this.#checkBody(answer, response, text, fieldsOf(url), violate)
    if (status < 300) this.#checkRequest(operation, request, violate)
  }

  #checkHeaders(
    answer: oas31.ResponseObject,
    response: ServerResponse,
    violate: (message: string) => void,
  ): void {
    const documented = new Map(
      Object.entries(answer.headers ?? {}).map(([name, header]) => [
        name.toLowerCase(),
        this.#resolve(header),
      ]),
    )
    for (const name of response.getHeaderNames()) {
      if (!documented.has(name) && !GENERAL_HEADERS.test(name))
        violate(`the header ${name} is not in the document`)
    }
    for (const [name, { required }] of documented as Map<string, oas31.HeaderObject>) {
      if (required && !response.hasHeader(name)) violate(`the header ${name} is missing`)
    }
  }

  #checkBody(
    answer: oas31.ResponseObject,
    response: ServerResponse,
    text: string,
    fields: string[] | undefined,
    violate: (message: string) => void,
  ): void {
    const type = String(response.getHeader('content-type') ?? '').replace(/;.*$/, '')
    const media = answer.content?.[type]
    if (!answer.content) {
      if (text !== '') violate('the document has no body here')
      return
    }
    // Somebody's file, of any type.
    if (!media && '*/*' in answer.content) return
    const types = Object.entries(answer.content).map(([one]) => one.replace(/;.*$/, ''))
    if (!media && !types.includes(type)) {
      violate(`the document has ${types.join(', ')} here, not ${type || 'an answer without a content type'}`)
      return
    }
    if (type !== 'application/json' || !media?.schema) return
    const body = parsed(text)
    if (fields && response.statusCode < 300) {
      this.#validate(this.#answers, this.#narrowed(media.schema as Schema), body, violate)
      for (const key of keysOf(body)) {
        if (!fields.includes(key)) violate(`${key} is not one of the fields asked for`)
      }
    } else this.#validate(this.#answers, media.schema as Schema, body, violate)
  }

  /** The request of an answer that took it: were its query and body what the document asks for? */
  #checkRequest(
    operation: oas31.OperationObject,
    { url, sent }: { url: string; sent: unknown },
    violate: (message: string) => void,
  ): void {
    const say = (message: string) => violate(`accepted what the document refuses, ${message}`)
    if (operation.requestBody) {
      const { content, required } = this.#resolve<oas31.RequestBodyObject>(operation.requestBody)
      const schema = content['application/json']?.schema
      if (sent !== undefined && schema) this.#validate(this.#requests, schema as Schema, sent, say)
      else if (sent === undefined && required) say('no body')
    }
    const parameters = (operation.parameters ?? []).map((one) => this.#resolve<oas31.ParameterObject>(one))
    const query = new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : '')
    for (const name of new Set(query.keys())) {
      const parameter = parameters.find((one) => one.in === 'query' && one.name === name)
      if (!parameter) say(`the parameter ${name}`)
      else {
        const schema = parameter.schema as Schema
        this.#validate(this.#requests, schema, queryValue(schema, query.getAll(name)), (message) =>
          say(`the parameter ${name}: ${message}`),
        )
      }
    }
  }

  #validate(ajv: Ajv2020, schema: Schema, value: unknown, violate: (message: string) => void): void {
    let validate = this.#compiled.get(schema)
    if (!validate) {
      validate = ajv.compile(named(schema))
      this.#compiled.set(schema, validate)
    }
    if (validate(value)) return
    const faults = (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath || 'it'} ${message} ${JSON.stringify(params)}`,
    )
    violate(faults.slice(0, 5).join('; '))
  }

  /** Of an object, or of each item of a page, nothing is required: `fields` names what comes. */
  #narrowed(schema: Schema): Schema {
    const known = this.#narrow.get(schema)
    if (known) return known
    const whole = this.#resolve<Schema>(schema)
    const items = (whole.properties as Record<string, Schema> | undefined)?.items
    const made = items
      ? {
          ...whole,
          properties: {
            ...(whole.properties as object),
            items: { ...items, items: { ...this.#resolve<Schema>(items.items as Schema), required: [] } },
          },
        }
      : { ...whole, required: [] }
    this.#narrow.set(schema, made)
    return made
  }
  readonly #narrow = new Map<Schema, Schema>()

  #error(): Schema {
    return this.#document.components!.schemas!.Error as Schema
  }

  #resolve<T>(value: unknown): T {
    const ref = (value as { $ref?: string }).$ref
    if (ref === undefined) return value as T
    const found = ref
      .replace(/^#\//, '')
      .split('/')
      .reduce<unknown>((node, key) => (node as Schema)[key], this.#document)
    return found as T
  }
}

function ajvOf(document: oas31.OpenAPIObject): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    discriminator: true,
  })
  formats.default(ajv)
  for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
    ajv.addSchema(named(schema as Schema), `schema:${name}`)
  }
  return ajv
}

/** The schema with references by the names under which the document's components are known to ajv. */
function named(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/components/schemas/', '"$ref":"schema:'))
}

const shorten = (text: string) => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text)
