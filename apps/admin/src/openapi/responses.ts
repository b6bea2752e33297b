import { type ErrorCode, ROLES } from '@jobu/db'
import type { oas31, ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi'
import type { Endpoint } from '../http/endpoint.ts'
import { HTTP_STATUS } from '../http/httpStatus.ts'
import { errorAnswer } from '../schemas/answers.ts'
import { errorExample } from './errorExamples.ts'

const REQUEST_ID = { $ref: '#/components/headers/RequestId' }
const NO_BODY = [204, 304]

export const HEADERS: Record<string, oas31.HeaderObject> = {
  RequestId: {
    description: "The request's name in the log: the one that was sent, where it is sane",
    required: true,
    schema: { type: 'string' },
  },
  Location: {
    description: 'Where it is',
    required: true,
    schema: { type: 'string', format: 'uri-reference' },
  },
  RetryAfter: { description: 'Seconds until it may go better', required: true, schema: { type: 'integer' } },
  Challenge: { description: 'The ways to say who asks', required: true, schema: { type: 'string' } },
}

const DESCRIPTIONS: Record<number, string> = {
  200: 'Done',
  201: 'Made',
  202: 'Accepted',
  204: 'Done; there is nothing to say',
  400: 'The request is wrong; `details` names each field',
  401: 'Credentials are missing or wrong',
  403: 'The role is not enough, or the session sent no valid CSRF token',
  404: 'There is no such thing',
  406: 'The client accepts nothing that this answers',
  409: 'It contradicts the present state',
  413: 'The body is too large',
  415: 'The body is not JSON, or is encoded in an unknown way',
  429: 'Too many attempts',
  500: 'A bug; the request id finds its log entry',
  503: 'The database is away or too slow',
}

/** Refusals that many operations share. */
const SHARED: Record<string, readonly ErrorCode[]> = {
  Invalid: ['VALIDATION_FAILED'],
  Malformed: ['VALIDATION_FAILED', 'REQUEST_MALFORMED'],
  Unauthorized: ['UNAUTHORIZED'],
  Forbidden: ['FORBIDDEN', 'CSRF_TOKEN_INVALID'],
  CsrfRefused: ['CSRF_TOKEN_INVALID'],
  PayloadTooLarge: ['PAYLOAD_TOO_LARGE'],
  UnsupportedMediaType: ['UNSUPPORTED_MEDIA_TYPE'],
  TooManyRequests: ['TOO_MANY_REQUESTS'],
  InternalError: ['INTERNAL_ERROR'],
  Unavailable: ['DATABASE_UNAVAILABLE'],
}
const SHARED_NAMES = new Map(Object.entries(SHARED).map(([name, codes]) => [codes.join(), name]))

export const SHARED_RESPONSES = Object.fromEntries(
  Object.entries(SHARED).map(([name, codes]) => [name, errorResponse(HTTP_STATUS[codes[0]!], codes)]),
)

/** Every answer that an endpoint may give, refusals included. */
export function responsesOf(endpoint: Endpoint): ZodOpenApiResponsesObject {
  const codes = new Map<number, ErrorCode[]>()
  for (const code of errorCodesOf(endpoint)) {
    const status = HTTP_STATUS[code]
    codes.set(status, [...(codes.get(status) ?? []), code])
  }
  const errors = Array.from(codes, ([status, ofStatus]) => {
    const shared = SHARED_NAMES.get(ofStatus.join())
    const response = shared
      ? { $ref: `#/components/responses/${shared}` as const }
      : errorResponse(status, ofStatus)
    return [status, response]
  })
  const status = endpoint.status ?? (endpoint.answer || endpoint.stream ? 200 : 204)
  const successes = [[status, DESCRIPTIONS[status]!], ...Object.entries(endpoint.otherStatuses ?? {})]
  return {
    ...Object.fromEntries(errors),
    ...Object.fromEntries(
      successes.map(([one, text]) => [one, successResponse(endpoint, Number(one), String(text))]),
    ),
  }
}

function errorCodesOf({ role, method, body, path, errors = [] }: Endpoint): Set<ErrorCode> {
  const isRead = method === 'get'
  const hasInput = !isRead || path.includes(':') || body !== undefined
  return new Set<ErrorCode>([
    'VALIDATION_FAILED',
    ...(hasInput ? (['REQUEST_MALFORMED'] as const) : []),
    ...errors,
    ...(role === null ? [] : (['UNAUTHORIZED', 'TOO_MANY_REQUESTS'] as const)),
    ...(role === null || role === ROLES[0] ? [] : (['FORBIDDEN'] as const)),
    ...(role === null || isRead ? [] : (['CSRF_TOKEN_INVALID'] as const)),
    ...(isRead || method === 'delete' ? [] : (['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const)),
    'INTERNAL_ERROR',
    'DATABASE_UNAVAILABLE',
  ])
}

function errorResponse(status: number, codes: readonly ErrorCode[]): ZodOpenApiResponseObject {
  const headers: Record<string, typeof REQUEST_ID> = { 'X-Request-Id': REQUEST_ID }
  if (status === 401) headers['WWW-Authenticate'] = { $ref: '#/components/headers/Challenge' }
  if (status === 429 || status === 503) headers['Retry-After'] = { $ref: '#/components/headers/RetryAfter' }
  return {
    description: DESCRIPTIONS[status] ?? codes.join(', '),
    headers,
    content: {
      'application/json': {
        schema: errorAnswer,
        examples: Object.fromEntries(codes.map((code) => [code, { value: errorExample(code) }])),
      },
    },
  }
}

function successResponse(endpoint: Endpoint, status: number, description: string): ZodOpenApiResponseObject {
  const { answer, run, stream, streamType = 'text/event-stream' } = endpoint
  const declared = Object.entries(endpoint.headers ?? {}).map(([name, text]) => [
    name,
    { description: text, schema: { type: 'string' } },
  ])
  const headers = { 'X-Request-Id': REQUEST_ID, ...Object.fromEntries(declared) }
  if (isMade(endpoint)) {
    // Another success may have made nothing, as a dry run.
    headers.Location ??=
      status === endpoint.status
        ? { $ref: '#/components/headers/Location' }
        : { ...HEADERS.Location, required: false }
  }
  if (NO_BODY.includes(status)) return { description, headers }
  const json = answer && run ? { 'application/json': { schema: answer } } : {}
  // A stream's schema, where it has one, is of JSON; text says nothing of its lines.
  const streamSchema = streamType.endsWith('json') && answer ? answer : ({ type: 'string' } as const)
  const streamed = stream && status < 400 ? { [streamType]: { schema: streamSchema } } : {}
  return { description, headers, content: { ...json, ...streamed } }
}

/** Whether it answers with the thing that it made, and so says where that is. */
function isMade({ status, answer }: Endpoint): boolean {
  return status === 201 && answer !== undefined && 'shape' in answer && 'id' in (answer.shape as object)
}
