import type { ZodOpenApiOverride } from 'zod-openapi'

/** What every schema of the document gets beyond what zod says of it. */
export const schemaOverride: ZodOpenApiOverride = ({ zodSchema, jsonSchema }) => {
  if (zodSchema._zod.def.type === 'date') jsonSchema.format = 'date-time'
  // OpenAPI 3.1 has JSON Schema's `examples`; `example` is the word of 3.0.
  if (jsonSchema.example !== undefined) {
    jsonSchema.examples = [jsonSchema.example]
    delete jsonSchema.example
  }
  // Said of every integer and every map, they would tell nobody anything.
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (zodSchema._zod.def.type === 'record') delete jsonSchema.propertyNames
}
