import type { z } from 'zod'
import type { ZodOpenApiOperationObject } from 'zod-openapi'
import type { Endpoint } from '../http/endpoint.ts'
import { idParams } from '../schemas/fields.ts'
import { operationIdOf } from './operationId.ts'
import { responsesOf } from './responses.ts'
import { securityOf } from './security.ts'

/** An endpoint as the document describes it. */
export function operationOf(endpoint: Endpoint): ZodOpenApiOperationObject {
  const { summary, description, tag, role, method, path, params, query, body, deprecated } = endpoint
  const access = role === null ? 'Needs no credentials.' : `Needs the role \`${role}\`.`
  return {
    operationId: operationIdOf(endpoint),
    summary,
    description: description === undefined ? access : `${description}\n\n${access}`,
    tags: [tag],
    ...(deprecated ? { deprecated } : {}),
    ...(role === null ? {} : { 'x-jobu-role': role }),
    security: securityOf(role, method),
    requestParams: {
      ...(path.includes(':') ? { path: params ?? idParams } : {}),
      ...(query ? { query: query as z.ZodObject } : {}),
    },
    ...(body ? { requestBody: requestBodyOf(body) } : {}),
    responses: responsesOf(endpoint),
  }
}

function requestBodyOf(body: z.ZodType) {
  const example = body.meta()?.example
  return {
    // What nobody sends is read as an empty object.
    required: !body.safeParse({}).success,
    content: { 'application/json': { schema: body, ...(example === undefined ? {} : { example }) } },
  }
}
