import { JobuError } from '@jobu/db'
import type { RequestHandler } from 'express'

/** Ends a route: a method it has no handler for is answered with those it has. */
export const methodNotAllowed: RequestHandler = (request, response) => {
  const { methods } = request.route as { methods: Record<string, boolean> }
  const allowed = Object.keys(methods)
    .filter((method) => method !== '_all')
    .map((method) => method.toUpperCase())
  response.set('Allow', allowed.join(', '))
  throw new JobuError(
    'METHOD_NOT_ALLOWED',
    `${request.method} is not possible here, expected ${allowed.join(', ')}`,
  )
}
