import type { Request } from 'express'
import type { z } from 'zod'
import { issueDetails } from './issueDetails.ts'
import { refuseUnstorable } from './refuseUnstorable.ts'
import { validationError } from './validationError.ts'

/** The request's body as `schema` reads it; no body is an empty object. @throws JobuError VALIDATION_FAILED */
export function parseBody<S extends z.ZodType>(schema: S, request: Request): z.output<S> {
  return parse(schema, request.body === undefined ? {} : request.body)
}

/** @throws JobuError VALIDATION_FAILED, also for a parameter nobody knows: an ignored filter answers too much */
export function parseQuery<S extends z.ZodType>(schema: S, request: Request): z.output<S> {
  refuseUnstorable(request.query)
  return parse(schema, request.query)
}

/** The id in the path. @throws JobuError VALIDATION_FAILED */
export function parseId(request: Request): number {
  const text = String(request.params.id)
  const id = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(id)) return id
  throw validationError([
    { field: 'id', message: 'expected a whole number below 2^53', received: text.slice(0, 100) },
  ])
}

function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw validationError(issueDetails(parsed.error.issues, value))
}
