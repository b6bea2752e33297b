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

/** What the path names. @throws JobuError VALIDATION_FAILED */
export function parseParams<S extends z.ZodType>(schema: S, request: Request): z.output<S> {
  refuseUnstorable(request.params)
  return parse(schema, request.params)
}

/** @throws JobuError VALIDATION_FAILED */
export function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw validationError(issueDetails(parsed.error.issues, value))
}
