import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { parse } from 'yaml'

type Tree = Record<string, unknown>
interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required?: boolean
  style?: string
  explode?: boolean
  schema: Tree
}
interface Operation {
  parameters: Parameter[]
  body: { schema: string; isRequired: boolean } | null
  /** By status: what its content may be. */
  answers: Record<string, Record<string, string>>
}
export interface Match {
  /** `GET /dags/{dag_id}` */
  name: string
  operation: Operation
  params: Record<string, string>
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

/** Airflow's published description of one version: which requests and answers there are. */
export class Description {
  static readonly #known = new Map<2 | 3, Description>()
  readonly #document: Tree
  readonly #prefix: string
  readonly #requests = ajv()
  readonly #answers = ajv()
  readonly #parameters = new Map<Parameter, ValidateFunction>()
  readonly #routes: Array<{
    name: string
    method: string
    pattern: RegExp
    keys: string[]
    operation: Operation
  }> = []

  /** Read once: it is long. */
  static of(version: 2 | 3): Description {
    const known = Description.#known.get(version) ?? new Description(version)
    Description.#known.set(version, known)
    return known
  }

  private constructor(version: 2 | 3) {
    const file = new URL(`rest-api-v${version - 1}.openapi.yaml`, import.meta.url)
    this.#document = parse(readFileSync(file, 'utf8')) as Tree
    this.#prefix = '/api/v'.concat(String(version - 1))
    this.#requests.addSchema(asSchema(this.#document, true) as Tree, 'doc', false, false)
    this.#answers.addSchema(asSchema(this.#document, false) as Tree, 'doc', false, false)
    for (const [path, item] of Object.entries(this.#document.paths as Record<string, Tree>)) {
      // Version 2 writes its paths beneath the server's own.
      const full = path.startsWith(this.#prefix) ? path : this.#prefix + path
      const keys = [...full.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!)
      const pattern = new RegExp(`^${full.replace(/\{\w+\}/g, '([^/]+)')}$`)
      for (const method of METHODS.filter((one) => item[one])) {
        const name = `${method.toUpperCase()} ${full.slice(this.#prefix.length)}`
        this.#routes.push({ name, method, pattern, keys, operation: this.#operation(path, method) })
      }
    }
  }

  find(method: string, path: string): Match | null {
    const found = this.#routes
      .filter((route) => route.method === method.toLowerCase() && route.pattern.test(path))
      .sort((a, b) => a.keys.length - b.keys.length)[0]
    if (!found) return null
    const values = found.pattern.exec(path)!.slice(1).map(decodeURIComponent)
    return {
      name: found.name,
      operation: found.operation,
      params: Object.fromEntries(found.keys.map((key, index) => [key, values[index]!])),
    }
  }

  /** What is wrong with a request to the operation. */
  requestFaults(
    { operation, params }: Match,
    query: URLSearchParams,
    body: unknown,
    contentType: string,
  ): string[] {
    const faults: string[] = []
    for (const name of new Set(query.keys())) {
      if (!operation.parameters.some((known) => known.in === 'query' && known.name === name))
        faults.push(`query ${name} is not described`)
    }
    for (const parameter of operation.parameters) {
      const given = parameter.in === 'path' ? [params[parameter.name]!] : query.getAll(parameter.name)
      if (parameter.in === 'header') continue
      if (given.length === 0) {
        if (parameter.required) faults.push(`${parameter.in} ${parameter.name} is missing`)
        continue
      }
      const validate =
        this.#parameters.get(parameter) ?? this.#requests.compile(asSchema(parameter.schema, true) as Tree)
      this.#parameters.set(parameter, validate)
      if (!accepts(validate, given))
        faults.push(
          `${parameter.in} ${parameter.name}: ${given}: ${this.#requests.errorsText(validate.errors)}`,
        )
    }
    if (operation.body === null) {
      if (body !== undefined) faults.push('a body is not described')
    } else if (body === undefined) {
      if (operation.body.isRequired) faults.push('the body is missing')
    } else {
      if (!contentType.startsWith('application/json')) faults.push(`content-type ${contentType}`)
      faults.push(...this.#faults(this.#requests, operation.body.schema, body, 'body'))
    }
    return faults
  }

  /** What is wrong with an answer of the operation. */
  answerFaults({ name, operation }: Match, status: number, contentType: string, body: unknown): string[] {
    const content = operation.answers[status]
    if (!content) return [`${name} has no answer ${status}`]
    if (Object.keys(content).length === 0) return body === undefined ? [] : [`${name} ${status} has no body`]
    const schema = content[contentType.split(';')[0]!]
    if (!schema) return [`${name} ${status} is not of type ${contentType}`]
    return this.#faults(this.#answers, schema, body, `answer of ${name}`)
  }

  #faults(validator: Ajv2020, pointer: string, value: unknown, what: string): string[] {
    const validate = validator.getSchema(`doc#${pointer}`) as ValidateFunction
    return validate(value) ? [] : [`${what}: ${validator.errorsText(validate.errors)}`]
  }

  #operation(path: string, method: string): Operation {
    const item = (this.#document.paths as Record<string, Tree>)[path]!
    const operation = item[method] as Tree
    const at = ['paths', path, method]
    const parameters = [...((item.parameters as Tree[]) ?? []), ...((operation.parameters as Tree[]) ?? [])]
    const body = operation.requestBody as Tree | undefined
    const answers = Object.entries(operation.responses as Record<string, Tree>).map(([status, given]) => {
      const place = given.$ref ? (given.$ref as string).slice(2).split('/') : [...at, 'responses', status]
      const content = Object.keys(((this.#at(place) as Tree).content as Tree) ?? {})
      const pointers = content.map((type) => [type, pointerTo([...place, 'content', type, 'schema'])])
      return [status, Object.fromEntries(pointers)]
    })
    return {
      parameters: parameters.map(
        (given) =>
          (given.$ref ? this.#at((given.$ref as string).slice(2).split('/')) : given) as unknown as Parameter,
      ),
      body: body
        ? {
            schema: pointerTo([...at, 'requestBody', 'content', 'application/json', 'schema']),
            isRequired: body.required === true,
          }
        : null,
      answers: Object.fromEntries(answers),
    }
  }

  #at(place: string[]): unknown {
    return place.reduce<unknown>((node, key) => (node as Tree)[key], this.#document)
  }
}

const pointerTo = (place: string[]) =>
  place.map((key) => `/${encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')

function ajv(): Ajv2020 {
  const made = new Ajv2020({ strict: false, allErrors: true, coerceTypes: false, logger: false })
  formats.default(made)
  // Version 2 writes both.
  made.addFormat('datetime', made.formats['date-time']!)
  return made
}

/** A parameter is text: it fits when it does in one of the types it could be read as. */
function accepts(validate: ValidateFunction, given: string[]): boolean {
  const [first] = given
  const readings: unknown[] = [first, given, given.flatMap((text) => text.split(','))]
  if (/^-?\d+(\.\d+)?$/.test(first!)) readings.push(Number(first))
  if (first === 'true' || first === 'false') readings.push(first === 'true')
  return readings.some((value) => validate(value))
}

/**
 * OpenAPI 3.0 as JSON Schema: `nullable` becomes null. In a request what only Airflow may say is refused, and so is, as
 * Airflow does, what is not described.
 */
function asSchema(node: unknown, isRequest: boolean): unknown {
  if (Array.isArray(node)) return node.map((each) => asSchema(each, isRequest))
  if (typeof node !== 'object' || node === null) return node
  const isSchema = !('responses' in node) && !('get' in node)
  const { nullable, readOnly, discriminator: _, example: __, ...rest } = node as Tree
  if (isRequest && readOnly === true) return { not: {} }
  const made = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, key === 'enum' ? value : asSchema(value, isRequest)]),
  )
  if (
    isRequest &&
    isSchema &&
    made.type === 'object' &&
    made.properties &&
    made.additionalProperties === undefined
  )
    made.additionalProperties = false
  return nullable === true ? { anyOf: [made, { type: 'null' }] } : made
}
