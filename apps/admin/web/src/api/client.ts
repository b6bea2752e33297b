import { QueryClient } from '@tanstack/react-query'
import i18next from 'i18next'
import createFetchClient, { type Middleware } from 'openapi-fetch'
import createQueryClient from 'openapi-react-query'
import { ApiError, type ErrorBody, Unreachable } from './apiError.ts'
import type { components, paths } from './schema.d.ts'

export type Schemas = components['schemas']

/** Of the session; it goes with every change. Kept in memory only. */
let csrfToken: string | null = null
export const setCsrfToken = (token: string | null) => {
  csrfToken = token
}

/** Called when admin no longer knows who asks. */
let onSignedOut = () => {}
export const whenSignedOut = (listener: () => void) => {
  onSignedOut = listener
}

const middleware: Middleware = {
  onRequest({ request }) {
    // Schedules come in words.
    request.headers.set('Accept-Language', i18next.language)
    if (csrfToken && request.method !== 'GET') request.headers.set('X-CSRF-Token', csrfToken)
  },
  async onResponse({ response, request }) {
    if (response.ok) return
    if (response.status === 401 && !/\/auth\/(sign-in|session)$/.test(request.url)) onSignedOut()
    throw await errorOf(response)
  },
  onError({ error }) {
    return error instanceof ApiError || (error as Error).name === 'AbortError'
      ? (error as Error)
      : new Unreachable(error)
  },
}

/** A proxy in between may answer in words of its own. */
async function errorOf(response: Response): Promise<ApiError> {
  const requestId = response.headers.get('X-Request-Id')
  const body = (await response.json().catch(() => null)) as { error?: ErrorBody } | null
  const unknown = { code: 'INTERNAL_ERROR', message: `HTTP ${response.status}`, details: [] } as ErrorBody
  return new ApiError(response.status, body?.error ?? unknown, requestId)
}

/** The document's operations, of which each refusal is thrown as an `ApiError`. */
type ThrowingPaths = {
  [Path in keyof paths]: {
    [Method in keyof paths[Path]]: paths[Path][Method] extends { responses: infer Responses }
      ? Omit<paths[Path][Method], 'responses'> & {
          responses: {
            [Status in keyof Responses]: Status extends 200 | 201 | 204
              ? Responses[Status]
              : { headers: Record<string, unknown>; content: { 'application/json': ApiError } }
          }
        }
      : paths[Path][Method]
  }
}

/** Calls outside of a component: `fetchClient.GET('/jobs/{id}', { params: { path: { id } } })`. Throws `ApiError`. */
export const fetchClient = createFetchClient<ThrowingPaths>({ baseUrl: `${location.origin}/api/v1` })
fetchClient.use(middleware)

/** Hooks, by method and path of the OpenAPI document: `api.useQuery('get', '/jobs/{id}', { params: ... })`. */
export const api = createQueryClient(fetchClient)

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What is wrong with a request stays wrong; what is wrong with a connection may pass.
      retry: (failures, error) =>
        failures < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status === 503),
      refetchOnWindowFocus: false,
    },
  },
})

i18next.on('languageChanged', () => void queryClient.invalidateQueries())

declare module '@tanstack/react-query' {
  interface Register {
    defaultError: ApiError
  }
}
