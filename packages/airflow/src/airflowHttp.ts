import { setTimeout as pause } from 'node:timers/promises'
import { AirflowError, type AirflowFailure } from './airflowError.ts'
import type { AirflowConfig } from './config.ts'

/** An answer longer than this is none of Airflow's, in bytes. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024
/** Before a request that changes nothing by being repeated is repeated. */
const RETRY_PAUSE_MS = 250
const MESSAGE_CHARS = 300
/** Beneath it are proxies and restarts, which a second try often gets past. */
const PASSING_STATUSES = [502, 503, 504]

export interface AirflowRequest {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Beneath `base_url`, its parts encoded. */
  path: string
  query?: Record<string, string | number | boolean | undefined>
  body?: unknown
  headers?: Record<string, string>
  accept?: string
  /** Sent again once after a failure on the way; only what may happen twice. Default: a GET. */
  isRepeatable?: boolean
  /** Text beyond this is cut off instead of refused, in bytes. */
  cutAtBytes?: number
}

export interface AirflowAnswer {
  text: string
  contentType: string
  isCut: boolean
  /** When it was sent, by Airflow's clock; null where it did not say. */
  at: Date | null
}

/** One request to Airflow, within its time and size. @throws AirflowError */
export async function airflowFetch(config: AirflowConfig, request: AirflowRequest): Promise<AirflowAnswer> {
  const { method = 'GET', isRepeatable = method === 'GET' } = request
  const signal = AbortSignal.timeout(config.timeout_seconds * 1000)
  const label = `${method} ${request.path}`
  for (let attempt = 1; ; attempt++) {
    const failure = await send(config, request, signal, label).catch((error: unknown) => {
      if (error instanceof AirflowError) return error
      if (signal.aborted) {
        const message = `Airflow did not answer within ${config.timeout_seconds} s (${label})`
        return new AirflowError('AWAY', message, null, error)
      }
      return new AirflowError('AWAY', `Airflow cannot be reached: ${causeOf(error)}`, null, error)
    })
    if (!(failure instanceof AirflowError)) return failure
    const isPassing =
      failure.kind === 'AWAY' && (failure.status === null || PASSING_STATUSES.includes(failure.status))
    if (!isRepeatable || !isPassing || attempt > 1 || signal.aborted) throw failure
    await pause(RETRY_PAUSE_MS)
  }
}

async function send(config: AirflowConfig, request: AirflowRequest, signal: AbortSignal, label: string) {
  const url = new URL(`${config.base_url.replace(/\/+$/, '')}${request.path}`)
  for (const [key, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) url.searchParams.append(key, String(value))
  }
  const response = await fetch(url, {
    method: request.method ?? 'GET',
    headers: {
      accept: request.accept ?? 'application/json',
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...request.headers,
    },
    body: request.body === undefined ? undefined : JSON.stringify(request.body),
    // Credentials go where the configuration says and nowhere else; a login page is no answer.
    redirect: 'manual',
    signal,
  })
  const { text, isCut } = await read(response, request.cutAtBytes ?? MAX_ANSWER_BYTES)
  if (!response.ok) throw refusal(response.status, text, label)
  if (isCut && request.cutAtBytes === undefined) {
    throw new AirflowError(
      'MALFORMED',
      `Airflow's answer is longer than ${MAX_ANSWER_BYTES} bytes (${label})`,
    )
  }
  const date = Date.parse(response.headers.get('date') ?? '')
  return {
    text,
    isCut,
    contentType: response.headers.get('content-type') ?? '',
    at: Number.isNaN(date) ? null : new Date(date),
  }
}

async function read(response: Response, maxBytes: number): Promise<{ text: string; isCut: boolean }> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk)
    size += chunk.byteLength
    if (size > maxBytes) break
  }
  const text = new TextDecoder().decode(Buffer.concat(chunks).subarray(0, maxBytes))
  return { text, isCut: size > maxBytes }
}

function refusal(status: number, text: string, label: string): AirflowError {
  const said = detailOf(text)
  const is = (kind: AirflowFailure, what: string) =>
    new AirflowError(kind, `${what}${said && `: ${said}`} (${status}, ${label})`, status)
  if (status === 401) return is('DENIED', 'Airflow does not accept the credentials')
  if (status === 403) return is('DENIED', 'Airflow does not allow it')
  if (status === 404) return is('NOT_FOUND', 'Airflow does not have it')
  if (status === 409) return is('CONFLICT', 'Airflow says it is in conflict')
  if (status >= 300 && status < 400) return is('MALFORMED', 'Airflow redirects; is base_url right')
  if (status === 429 || status >= 500) return is('AWAY', 'Airflow failed')
  return is('REFUSED', 'Airflow refused')
}

/** What an error answer of either version says for people. */
function detailOf(text: string): string {
  try {
    const { detail, title } = JSON.parse(text) as { detail?: unknown; title?: unknown }
    const said = detail ?? title ?? ''
    return (typeof said === 'string' ? said : JSON.stringify(said)).slice(0, MESSAGE_CHARS)
  } catch {
    // A page for people; its status says as much.
    return ''
  }
}

/** fetch says "fetch failed"; why is in its cause, for several addresses in that one's `errors`. */
function causeOf(error: unknown): string {
  const cause = (error as Error).cause as (NodeJS.ErrnoException & { errors?: Error[] }) | undefined
  return cause?.message || cause?.errors?.map((each) => each.message).join(', ') || (error as Error).message
}
