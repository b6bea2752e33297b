import type { oas31 } from 'zod-openapi'

export type Schema = Record<string, unknown>

/** An operation of the document with what a request to it is made of. */
export interface Operation {
  id: string
  method: string
  /** `/crons/{id}` */
  path: string
  isPublic: boolean
  /** Whether one that is accepted stays open. */
  isStream: boolean
  parameters: oas31.ParameterObject[]
  /** Of its body; undefined where it has none. */
  body: { schema: Schema; example: Schema } | undefined
  statuses: number[]
}

/** Every operation of a document, its references resolved. */
export function operationsOf(document: oas31.OpenAPIObject): Operation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item as Record<string, oas31.OperationObject>).map(([method, operation]) => {
      const responses = Object.entries(operation.responses ?? {})
      const media = (operation.requestBody as oas31.RequestBodyObject | undefined)?.content[
        'application/json'
      ]
      return {
        id: operation.operationId!,
        method: method.toUpperCase(),
        path,
        isPublic: operation.security?.length === 0,
        isStream: responses.some(([, one]) =>
          Object.keys((one as oas31.ResponseObject).content ?? {}).includes('text/event-stream'),
        ),
        parameters: (operation.parameters ?? []) as oas31.ParameterObject[],
        body: media && {
          schema: resolve(media.schema as Schema, document),
          example: (media.example ?? {}) as Schema,
        },
        statuses: responses.map(([status]) => Number(status)),
      }
    }),
  )
}

/** Whether the admin reads a body there, if only to refuse one. */
export const takesBody = ({ method }: Operation) =>
  method === 'POST' || method === 'PUT' || method === 'PATCH'

/** The schema itself, where it is a reference; those within it stay. */
export function resolve(schema: Schema, document: oas31.OpenAPIObject): Schema {
  const name = /^#\/components\/schemas\/(.+)$/.exec(String(schema.$ref ?? ''))?.[1]
  return name === undefined ? schema : (document.components!.schemas![name] as Schema)
}
