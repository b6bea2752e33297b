import { ApiError, CliError, EXIT } from '../errors.ts'
import type { Connection } from '../settings.ts'
import type { ErrorDetail } from './types.ts'

/** How long an answer is waited for, in milliseconds. */
const TIMEOUT_MS = 120_000
const PREFIX = '/api/v1'

export type Query = Record<string, string | number | boolean | readonly string[] | undefined>

export interface RequestOptions {
  query?: Query
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
}

/**
 * Sends a request and resolves with its answer, whose status is 2xx.
 *
 * @throws ApiError the API's own refusal; CliError `unreachable` where no server answers
 */
export async function send(
  { url, token }: Connection,
  method: string,
  path: string,
  { query, body, headers, signal }: RequestOptions = {},
): Promise<Response> {
  let response: Response
  try {
    response = await fetch(`${url}${PREFIX}${path}${searchOf(query)}`, {
      method,
      headers: {
        accept: 'application/json',
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    })
  } catch (error) {
    signal?.throwIfAborted()
    throw unreachable(url, error)
  }
  if (!response.ok) throw await refusal(response, url, token)
  return response
}

/** As `send`, with the answer's JSON; undefined for an answer without a body. */
export async function call<T>(
  connection: Connection,
  method: string,
  path: string,
  { signal, ...options }: RequestOptions = {},
): Promise<T> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS)
  const signals = signal ? AbortSignal.any([signal, timeout]) : timeout
  try {
    const response = await send(connection, method, path, { ...options, signal: signals })
    const text = await response.text()
    return (text === '' ? undefined : parse(text, response.status, connection.url)) as T
  } catch (error) {
    signal?.throwIfAborted()
    if (timeout.aborted) {
      throw new CliError(`${connection.url} did not answer within ${TIMEOUT_MS / 1000} s`, EXIT.unreachable)
    }
    if (error instanceof CliError) throw error
    // The connection broke within the answer.
    throw unreachable(connection.url, error)
  }
}

function searchOf(query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, Array.isArray(value) ? value.join(',') : String(value))
  }
  return search.size > 0 ? `?${search}` : ''
}

async function refusal(response: Response, url: string, token: string | undefined): Promise<CliError> {
  const text = await response.text().catch(() => '')
  let error: { code?: string; message?: string; details?: ErrorDetail[] } | undefined
  try {
    error = JSON.parse(text).error
  } catch {
    // Not the API's own: a proxy's page, or another program's answer.
  }
  if (!error?.code) {
    return new CliError(
      `${url} answered ${response.status} ${response.statusText}, not as the API of jobu does`,
    )
  }
  const refused = new ApiError(response.status, error.code, error.message ?? '', error.details)
  if (response.status !== 401) return refused
  const hint = token === undefined ? 'no token was sent' : 'the token that was sent is not valid there'
  return new CliError(refused.message, EXIT.failed, [
    `${hint}: set JOBU_TOKEN, or give --token-file with the path of a file that holds it`,
  ])
}

function parse(text: string, status: number, url: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CliError(`${url} answered ${status} without JSON; is that the API of jobu?`)
  }
}

function unreachable(url: string, error: unknown): CliError {
  const { cause } = error as { cause?: { code?: string; message?: string; errors?: unknown[] } }
  const reason = cause?.code ?? cause?.message ?? (error as Error).message
  const words = reason === 'ECONNREFUSED' ? 'nothing listens there; does admin run (npm start)?' : reason
  return new CliError(`cannot reach ${url}: ${words}`, EXIT.unreachable, [], { cause: error })
}
