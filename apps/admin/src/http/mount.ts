import { JobuError, type Role } from '@jobu/db'
import { type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { idParams } from '../schemas/fields.ts'
import { type Actor, hasRole } from './actor.ts'
import { type Endpoint, Reply } from './endpoint.ts'
import { guardStream } from './guardStream.ts'
import { methodNotAllowed } from './methodNotAllowed.ts'
import { parseBody, parseParams, parseQuery } from './parse.ts'

export interface MountOptions {
  /** Finds out who asks, or refuses. */
  authenticate: RequestHandler
  /** Reads the body of those who may send one. */
  readBody: RequestHandler[]
  /** The same for those whom nobody knows. */
  readPublicBody: RequestHandler[]
}

const noFields = z.strictObject({})

/** Endpoints as a router: whether the caller may, then the parsed input, one function, its value. */
export function mount(endpoints: readonly Endpoint[], options: MountOptions): Router {
  const router = Router()
  const paths = new Map<string, Endpoint[]>()
  for (const one of endpoints) paths.set(one.path, [...(paths.get(one.path) ?? []), one])
  // A fixed path before the pattern that would match it as well: /crons/preview before /crons/:id.
  const inOrder = [...paths].sort(([a], [b]) => Number(a.includes(':')) - Number(b.includes(':')))
  for (const [path, operations] of inOrder) {
    const route = router.route(path)
    for (const operation of operations) {
      const access = operation.role === null ? [] : [options.authenticate, requireRole(operation.role)]
      const readBody = operation.role === null ? options.readPublicBody : options.readBody
      route[operation.method](...access, ...(readsBody(operation) ? readBody : []), handlerOf(operation))
    }
    const isPublic = operations.every((operation) => operation.role === null)
    route.all(...(isPublic ? [] : [options.authenticate]), methodNotAllowed)
  }
  return router
}

function requireRole(role: Role): RequestHandler {
  return (_request, response, next) => {
    const actor: Actor = response.locals.actor
    if (!hasRole(actor, role)) {
      throw new JobuError(
        'FORBIDDEN',
        `This needs the role ${role}; ${actor.name} has the role ${actor.role}`,
        {
          details: [{ field: 'role', message: 'is not enough', received: actor.role, expected: role }],
        },
      )
    }
    next()
  }
}

/** A GET has no body by HTTP, whatever a client sends. */
function readsBody({ method, body }: Endpoint): boolean {
  return body !== undefined || method === 'post' || method === 'put' || method === 'patch'
}

function handlerOf(operation: Endpoint): RequestHandler {
  const {
    params = idParams,
    query = noFields,
    body = readsBody(operation) ? noFields : undefined,
  } = operation
  const hasParams = operation.path.includes(':')
  const streamType = operation.streamType ?? 'text/event-stream'
  return async (request, response) => {
    const input = {
      params: hasParams ? parseParams(params, request) : {},
      query: parseQuery(query, request),
      body: body && parseBody(operation.isBodyUnchecked ? z.unknown() : body, request),
      actor: response.locals.actor,
      request,
    } as never
    const wantsStream =
      operation.stream && (!operation.run || request.accepts(['application/json', streamType]) === streamType)
    if (wantsStream) {
      guardStream(response, operation.role)
      return operation.stream!(input, response)
    }

    const value = await operation.run!(input)
    const reply = value instanceof Reply ? value : new Reply(value)
    response.status(reply.status ?? operation.status ?? (operation.answer ? 200 : 204))
    for (const [name, text] of Object.entries(reply.headers)) response.set(name, text as string | string[])
    if (reply.location !== undefined) response.location(`${request.baseUrl}${reply.location}`)
    if (operation.answer) response.json(reply.value)
    else response.end()
  }
}
