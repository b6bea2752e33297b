import { z } from 'zod'
import type { Handler, Isolation } from './defineHandler.ts'
import { HandlerDefinitionError } from './errors.ts'
import { toJsonResult } from './toJsonResult.ts'
import { validateHandler } from './validateHandler.ts'

/** What a worker publishes of a handler, for admin to check requests and draw forms. */
export interface HandlerDescription {
  name: string
  description: string | null
  /** JSON Schema (2020-12) of the params before parsing: a field with a default is optional. */
  paramsSchema: Record<string, unknown>
  isolation: Isolation
  timeoutSeconds: number | null
  /** `builtin`, or the file it was loaded from. */
  source: string
}

/** The handlers one worker serves, by name. */
export class HandlerRegistry {
  readonly #entries = new Map<string, { handler: Handler; description: HandlerDescription }>()

  /**
   * @param source  where the handler comes from: a file, or `builtin`
   * @throws HandlerDefinitionError when its shape is wrong, its schema has no JSON Schema, or its name is taken
   */
  register(handler: Handler, source: string): void {
    validateHandler(handler)
    const taken = this.#entries.get(handler.name)
    if (taken) {
      throw new HandlerDefinitionError(
        'HANDLER_DUPLICATE',
        `handler "${handler.name}" of ${source} is already defined in ${taken.description.source}`,
      )
    }
    const description: HandlerDescription = {
      name: handler.name,
      description: handler.description ?? null,
      paramsSchema: paramsSchema(handler),
      isolation: handler.isolation ?? 'none',
      timeoutSeconds: handler.timeoutSeconds ?? null,
      source,
    }
    try {
      // A worker publishes all of them in one statement, which one that PostgreSQL refuses would fail.
      toJsonResult(description)
    } catch (error) {
      throw new HandlerDefinitionError(
        'HANDLER_MALFORMED',
        `handler "${handler.name}" cannot be published: ${(error as Error).message.replace(/^(a key of )?result/, '$1handler')}`,
        { cause: error },
      )
    }
    this.#entries.set(handler.name, { handler, description })
  }

  get(name: string): Handler | undefined {
    return this.#entries.get(name)?.handler
  }

  names(): string[] {
    return [...this.#entries.keys()]
  }

  list(): Handler[] {
    return Array.from(this.#entries.values(), (entry) => entry.handler)
  }

  describe(): HandlerDescription[] {
    return Array.from(this.#entries.values(), (entry) => entry.description)
  }
}

function paramsSchema(handler: Handler): Record<string, unknown> {
  if (!handler.params) return { type: 'object' }
  try {
    return z.toJSONSchema(handler.params, { io: 'input', unrepresentable: 'any' })
  } catch (error) {
    throw new HandlerDefinitionError(
      'HANDLER_MALFORMED',
      `handler "${handler.name}": its params have no JSON Schema: ${error instanceof Error ? error.message : error}`,
      { cause: error },
    )
  }
}
