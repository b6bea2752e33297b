import type { components } from './schema.d.ts'

export type ErrorBody = components['schemas']['Error']['error']

/** What admin refused, or could not do. `requestId` finds it in admin's log. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: ErrorBody['code'] | 'UNREACHABLE'
  /** Of HTTP; 0 when there was no answer. */
  readonly status: number
  readonly details: ErrorBody['details']
  readonly requestId: string | null

  constructor(
    status: number,
    { code, message, details }: Pick<ApiError, 'code' | 'message' | 'details'>,
    requestId: string | null,
  ) {
    super(message)
    this.status = status
    this.code = code
    this.details = details
    this.requestId = requestId
  }

  /** What is wrong with each field of a form, by its name. */
  get byField(): Record<string, string> {
    return Object.fromEntries(this.details.flatMap(({ field, message }) => (field ? [[field, message]] : [])))
  }
}

export class Unreachable extends ApiError {
  constructor(cause: unknown) {
    super(0, { code: 'UNREACHABLE', message: String(cause), details: [] }, null)
  }
}
