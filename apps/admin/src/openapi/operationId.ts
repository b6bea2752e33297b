import type { Endpoint, Method } from '../http/endpoint.ts'

const VERBS: Record<Method, string> = {
  get: 'get',
  post: 'create',
  put: 'update',
  patch: 'update',
  delete: 'delete',
}

/**
 * The name by which generated clients call an operation: `listCrons`, `getCron`, `toggleCron`, `listJobRuns`. An
 * endpoint whose path reads badly that way names itself (`id`).
 */
export function operationIdOf({ id, method, path, answer }: Endpoint): string {
  if (id !== undefined) return id
  const segments = path.split('/').filter((segment) => segment !== '')
  const words = segments.flatMap((segment, index) =>
    segment.startsWith(':') ? [] : [segments[index + 1]?.startsWith(':') ? singular(segment) : segment],
  )
  const endsInName = !segments.at(-1)!.startsWith(':')
  const isList = method === 'get' && endsInName && answer !== undefined && 'items' in shapeOf(answer)
  if (isList) return camelCase(['list', ...words])
  if (method !== 'post') return camelCase([VERBS[method], ...words])
  // POST /crons makes one; POST /crons/:id/toggle does what its last word says.
  return words.length === 1
    ? camelCase([VERBS.post, singular(words[0]!)])
    : camelCase([words.at(-1)!, ...words.slice(0, -1)])
}

function shapeOf(answer: object): object {
  return 'shape' in answer ? (answer.shape as object) : {}
}

const singular = (word: string) => word.replace(/ies$/, 'y').replace(/s$/, '')

function camelCase(words: readonly string[]): string {
  const parts = words.flatMap((word) => word.split(/[^A-Za-z0-9]+/)).filter((part) => part !== '')
  return parts.map((part, index) => (index === 0 ? part : part[0]!.toUpperCase() + part.slice(1))).join('')
}
