import { type Database, type ErrorDetail, type HandlerRow, listHandlers } from '@jobu/db'
import { findSecrets } from '@jobu/handlers'
import type { Logger } from '@jobu/runtime'
import type { HandlerCheck } from '@jobu/workflow'
import { z } from 'zod'
import { fieldName } from '../http/fieldName.ts'
import { issueDetails } from '../http/issueDetails.ts'

/** How old a copy of the handlers may be: a worker that starts publishes anew, and POST /jobs should not ask each time. */
const MAX_AGE_MS = 1_000

interface KnownHandler {
  paramsSchema: string
  /** Null where the published JSON Schema says more than can be checked here; the worker checks anyway. */
  params: z.ZodType | null
}

/** The handlers at one moment. */
export class Handlers {
  readonly #known: ReadonlyMap<string, KnownHandler>

  constructor(known: ReadonlyMap<string, KnownHandler>) {
    this.#known = known
  }

  has(name: string): boolean {
    return this.#known.has(name)
  }

  /**
   * What is wrong with a handler's name and the params for it.
   *
   * @param path  where both stand in the request, as in `['jobs', 17]`
   */
  faults(
    name: string,
    params: unknown,
    path: ReadonlyArray<PropertyKey>,
    fields: { name: string; params: string },
  ): ErrorDetail[] {
    const known = this.#known.get(name)
    if (!known) {
      const names = [...this.#known.keys()]
      const message =
        names.length === 0
          ? 'is not a known handler: no worker has published any yet; start a worker first'
          : `is not a known handler, expected one of ${names.join(', ')}`
      const [detail] = issueDetails([{ code: 'custom', path: [], message, input: name }], name, [
        ...path,
        fields.name,
      ])
      return [{ ...detail!, expected: names }]
    }
    return paramFaults(known, params, [...path, fields.params])
  }

  /** Of each handler what finds fault with params for it, by fields below them. */
  checks(): Map<string, HandlerCheck> {
    return new Map(
      [...this.#known].map(([name, known]) => [
        name,
        (params) =>
          paramFaults(known, params, []).map((fault) =>
            fault.field === 'body' ? { ...fault, field: '' } : fault,
          ),
      ]),
    )
  }
}

function paramFaults(known: KnownHandler, params: unknown, root: readonly PropertyKey[]): ErrorDetail[] {
  const secrets = findSecrets(params)
  if (secrets.faults.length > 0) {
    return secrets.faults.map((fault) => ({
      field: fieldName([...root, ...fault.path]),
      message: fault.message,
    }))
  }
  const parsed = known.params?.safeParse(params)
  if (!parsed || parsed.success) return []
  const stands = secrets.references.map((reference) => reference.path)
  return issueDetails(withoutSecrets(parsed.error.issues, stands), params, root)
}

/**
 * The issues that are not about a secret: only the worker knows its value, so in its place anything fits. Of a union a
 * branch fits whose every issue is about one.
 */
function withoutSecrets(
  issues: readonly z.core.$ZodIssue[],
  secrets: ReadonlyArray<readonly PropertyKey[]>,
  prefix: readonly PropertyKey[] = [],
): z.core.$ZodIssue[] {
  if (secrets.length === 0) return [...issues]
  return issues.filter((issue) => {
    const path = [...prefix, ...issue.path]
    const isAboutSecret = secrets.some(
      (secret) => path.length >= secret.length && secret.every((key, index) => key === path[index]),
    )
    if (isAboutSecret) return false
    if (issue.code !== 'invalid_union') return true
    return !issue.errors.some(
      (branch) => branch.length > 0 && withoutSecrets(branch, secrets, path).length === 0,
    )
  })
}

/** Knows what workers have published, from a copy at most a second old. */
export class HandlerCatalog {
  readonly #database: Database
  readonly #logger: Logger
  #known = new Map<string, KnownHandler>()
  #readAt = -Infinity
  #reading: Promise<void> | undefined

  constructor(database: Database, logger: Logger) {
    this.#database = database
    this.#logger = logger
  }

  /** The handlers, read anew where the copy is old or lacks one of `names`. Call it outside of transactions. */
  async load(names: Iterable<string>): Promise<Handlers> {
    const isOld = performance.now() - this.#readAt > MAX_AGE_MS
    if (isOld || [...names].some((name) => !this.#known.has(name))) {
      this.#reading ??= this.#read().finally(() => {
        this.#reading = undefined
      })
      await this.#reading
    }
    return new Handlers(this.#known)
  }

  async #read(): Promise<void> {
    const startedAt = performance.now()
    const rows = await listHandlers(this.#database)
    this.#known = new Map(rows.map((row) => [row.name, this.#compile(row)]))
    this.#readAt = startedAt
  }

  #compile({ name, paramsSchema }: HandlerRow): KnownHandler {
    const text = JSON.stringify(paramsSchema)
    const before = this.#known.get(name)
    if (before?.paramsSchema === text) return before
    try {
      return { paramsSchema: text, params: z.fromJSONSchema(paramsSchema) }
    } catch (error) {
      this.#logger.warn('params schema of handler cannot be checked here', { handlerName: name, error })
      return { paramsSchema: text, params: null }
    }
  }
}
