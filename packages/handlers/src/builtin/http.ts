import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { defineHandler } from '../defineHandler.ts'
import { HandlerFailure } from '../errors.ts'
import { toJsonResult } from '../toJsonResult.ts'

const DEFAULT_MAX_RESPONSE_BYTES = 64 * 1024
const ERROR_BODY_CHARS = 500
/** Kept in the result; the others, cookies among them, are nobody's business later. */
const RESULT_HEADERS = [
  'content-type',
  'content-length',
  'date',
  'etag',
  'last-modified',
  'location',
  'retry-after',
  'x-request-id',
]

const status = z.int().min(100).max(599)
const statusRange = z.string().regex(/^[1-5]\d\d-[1-5]\d\d$/, 'expected a range like "200-299"')

let patient: RequestInit['dispatcher']

export const http = defineHandler({
  name: 'http',
  description: 'Sends an HTTP request and keeps the response',
  params: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }).describe('Where to; user:password@ becomes basic authentication'),
      method: z
        .enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'])
        .default('GET')
        .describe('Request method'),
      headers: z
        .record(
          z.string(),
          z
            .string()
            .trim()
            .regex(/^[^\r\n\0]*$/, 'must be one line'),
        )
        .default({})
        .describe('Request headers'),
      body: z
        .json()
        .optional()
        .describe('Text is sent as it is, anything else as JSON; not with GET and HEAD'),
      expected_statuses: z
        .array(z.union([status, statusRange]))
        .min(1)
        .default(['200-299'])
        .describe('Statuses that count as success: numbers, or ranges like "200-299"'),
      follow_redirects: z.boolean().default(true).describe('Follow redirects, or judge their own status'),
      max_response_bytes: z
        .int()
        .min(0)
        .max(1024 * 1024)
        .default(DEFAULT_MAX_RESPONSE_BYTES)
        .describe('How much of the response body is kept; the rest is not read'),
      signing_secret: z
        .string()
        .min(1)
        .optional()
        .describe(
          'Signs the request as Standard Webhooks say (whsec_ and base64, or any text); name a $secret',
        ),
    })
    .refine((params) => params.body === undefined || !['GET', 'HEAD'].includes(params.method), {
      path: ['body'],
      message: 'a GET or HEAD request has no body',
    }),

  async run(params, ctx) {
    const startedAt = performance.now()
    const url = new URL(params.url)
    const label = `${params.method} ${withoutSecrets(url)}`
    const headers = new Headers(params.headers)
    if (url.username && !headers.has('authorization')) {
      const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
      headers.set('authorization', `Basic ${Buffer.from(credentials).toString('base64')}`)
    }
    url.username = url.password = ''
    const isText = typeof params.body === 'string'
    const body =
      params.body === undefined || isText ? (params.body as string | undefined) : JSON.stringify(params.body)
    if (body !== undefined && !isText && !headers.has('content-type')) {
      headers.set('content-type', 'application/json')
    }
    if (params.signing_secret !== undefined)
      sign(headers, body ?? '', params.signing_secret, ctx.execution.id)

    let response: Response
    let bytes: Buffer
    let truncated: boolean
    try {
      response = await fetch(url, {
        method: params.method,
        headers,
        body,
        redirect: params.follow_redirects ? 'follow' : 'manual',
        signal: ctx.signal,
        dispatcher: patientDispatcher(),
      })
      ;({ bytes, truncated } = await readBody(response, params.max_response_bytes))
    } catch (error) {
      ctx.signal.throwIfAborted()
      throw new HandlerFailure('HTTP_REQUEST_FAILED', `${label}: ${whatFailed(error)}`, { cause: error })
    }
    const text = decode(bytes, response.headers.get('content-type'))
    if (!params.expected_statuses.some((expected) => matches(response.status, expected))) {
      const body = text.trim().slice(0, ERROR_BODY_CHARS)
      throw new HandlerFailure(
        'HTTP_STATUS_UNEXPECTED',
        `${label}: status ${response.status} ${response.statusText}, expected ${params.expected_statuses.join(', ')}${body ? `: ${body}` : ''}`,
      )
    }
    return {
      status: response.status,
      headers: Object.fromEntries(
        RESULT_HEADERS.flatMap((name) =>
          response.headers.has(name) ? [[name, response.headers.get(name)]] : [],
        ),
      ),
      body: truncated ? text : parsedIfJson(text, response.headers.get('content-type')),
      duration_ms: Math.round(performance.now() - startedAt),
      truncated,
    }
  },
})

/**
 * The headers by which a receiver knows who sent a request, and that it has seen it before: the id is the execution's, so
 * that it is the same in every attempt. https://www.standardwebhooks.com
 */
function sign(headers: Headers, body: string, secret: string, executionId: number): void {
  const id = `jobu_${executionId}`
  const timestamp = Math.floor(Date.now() / 1000)
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  headers.set('webhook-id', id)
  headers.set('webhook-timestamp', String(timestamp))
  headers.set('webhook-signature', `v1,${signature}`)
}

/**
 * fetch gives up by itself after 300 s without headers or data, while a handler's bound is its timeout. So: an
 * agent of the class Node keeps its own under; where it keeps none there, fetch's bound stands.
 */
function patientDispatcher(): RequestInit['dispatcher'] {
  const own = (globalThis as Record<symbol, object | undefined>)[Symbol.for('undici.globalDispatcher.1')]
  if (own?.constructor.name !== 'Agent') return undefined
  const Agent = own.constructor as new (options: object) => NonNullable<RequestInit['dispatcher']>
  patient ??= new Agent({ headersTimeout: 0, bodyTimeout: 0 })
  return patient
}

/** Query values may be keys and tokens, so only their names are shown. */
function withoutSecrets(url: URL): string {
  const names = [...url.searchParams.keys()].map((name) => `${name}=...`)
  return `${url.origin}${url.pathname}${names.length > 0 ? `?${names.join('&')}` : ''}`
}

function matches(actual: number, expected: number | string): boolean {
  if (typeof expected === 'number') return actual === expected
  const [from, to] = expected.split('-').map(Number)
  return actual >= from! && actual <= to!
}

async function readBody(
  response: Response,
  maxBytes: number,
): Promise<{ bytes: Buffer; truncated: boolean }> {
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop early cancels the body and with it the transfer.
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk)
    size += chunk.byteLength
    if (size > maxBytes) break
  }
  return { bytes: Buffer.concat(chunks).subarray(0, maxBytes), truncated: size > maxBytes }
}

/** As text PostgreSQL can store: a binary body loses its NUL bytes, which is why it is not for keeping files. */
function decode(bytes: Buffer, contentType: string | null): string {
  const charset = /charset="?([^\s;"]+)/i.exec(contentType ?? '')?.[1] ?? 'utf-8'
  let decoder: InstanceType<typeof TextDecoder>
  try {
    decoder = new TextDecoder(charset)
  } catch {
    // A charset nobody knows; the server's mistake is no reason to fail a request that worked.
    decoder = new TextDecoder()
  }
  return decoder.decode(bytes, { stream: true }).replaceAll('\0', '\uFFFD')
}

function parsedIfJson(text: string, contentType: string | null): unknown {
  if (!/[/+]json\b/i.test(contentType ?? '')) return text
  try {
    const value: unknown = JSON.parse(text)
    // Escapes such as \\u0000 parse to what PostgreSQL cannot store; as text they can be kept.
    toJsonResult(value)
    return value
  } catch {
    return text
  }
}

/** fetch says "fetch failed"; what failed is in its cause, for several addresses in that one's `errors`. */
function whatFailed(error: unknown): string {
  const cause = (error as Error).cause as (NodeJS.ErrnoException & { errors?: Error[] }) | undefined
  if (!cause) return (error as Error).message
  const message = cause.message || cause.errors?.map((each) => each.message).join(', ') || 'request failed'
  return cause.code && !message.includes(cause.code) ? `${message} (${cause.code})` : message
}
