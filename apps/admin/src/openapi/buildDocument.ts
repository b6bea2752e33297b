import { createDocument, type oas31, type ZodOpenApiPathsObject } from 'zod-openapi'
import type { Endpoint } from '../http/endpoint.ts'
import { operationOf } from './operation.ts'
import { HEADERS, SHARED_RESPONSES } from './responses.ts'
import { schemaOverride } from './schemaOverride.ts'
import { SECURITY_SCHEMES } from './security.ts'
import { TAGS } from './tags.ts'

export interface DocumentOptions {
  version: string
}

const DESCRIPTION = `jobu runs cron jobs and ad hoc jobs on PostgreSQL.

**Credentials.** Send \`Authorization: Bearer <token>\`, or sign in and send the session's cookie, with the header
\`X-CSRF-Token\` on everything that is not GET. Each operation names the least role that may call it: a \`viewer\` reads,
an \`operator\` also runs, retries, cancels and toggles, an \`admin\` does everything.

**Times** are ISO 8601 instants with an offset; answers show them in UTC.

**Lists** are paged by \`page\` and \`size\`, or by \`limit\` and \`offset\`; where there is a \`cursor\`, the \`next_cursor\` of one
page leads to the next, and the last page costs as much as the first.

**Errors** are always \`{"error": {"code", "message", "details"}}\`; \`details\` names each field at fault, what came and
what was expected. A parameter or a field that is not described here is refused.`

/** The OpenAPI 3.1 document of these endpoints, made from the schemas that validate their requests. */
export function buildDocument(
  endpoints: readonly Endpoint[],
  { version }: DocumentOptions,
): oas31.OpenAPIObject {
  const paths: ZodOpenApiPathsObject = {}
  for (const endpoint of endpoints) {
    const path = endpoint.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [endpoint.method]: operationOf(endpoint) }
  }
  const used = new Set(endpoints.map(({ tag }) => tag))
  const known = Object.keys(TAGS).filter((tag) => used.has(tag))
  const document = createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'jobu',
        version,
        description: DESCRIPTION,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/api/v1', description: 'This server; /api is the same' }],
      tags: [...new Set([...known, ...used])].map((name) => ({ name, description: TAGS[name] })),
      paths,
      components: { securitySchemes: SECURITY_SCHEMES, headers: HEADERS, responses: SHARED_RESPONSES },
    },
    { override: schemaOverride },
  )
  for (const item of Object.values(document.paths ?? {})) describeParameters(item)
  return document
}

/** Readers look for a parameter's description and example at the parameter; zod knows them of its schema. */
function describeParameters(item: oas31.PathItemObject): void {
  for (const operation of Object.values(item) as oas31.OperationObject[]) {
    for (const parameter of operation.parameters ?? []) {
      if ('$ref' in parameter || !parameter.schema || '$ref' in parameter.schema) continue
      parameter.description ??= parameter.schema.description
      delete parameter.schema.description
      // Of those that may be left out it stays at the schema: pages fill in what they find at a parameter.
      if (parameter.required) parameter.example ??= parameter.schema.examples?.[0]
    }
  }
}
