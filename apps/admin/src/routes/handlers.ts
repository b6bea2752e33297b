import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { handlerAnswer, handlerPage, handlerParams, listHandlersQuery } from '../schemas/handler.ts'
import type { HandlerService } from '../services/handlerService.ts'

const tag = 'handlers'

export function handlerEndpoints(handlers: HandlerService): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/handlers',
      tag,
      role: 'viewer',
      summary: 'List handlers by name, with who serves them',
      query: listHandlersQuery,
      answer: handlerPage,
      run: ({ query }) => handlers.list(query),
    }),
    endpoint({
      method: 'get',
      path: '/handlers/:name',
      tag,
      role: 'viewer',
      summary: 'One handler',
      params: handlerParams,
      answer: handlerAnswer,
      errors: ['HANDLER_NOT_FOUND'],
      run: ({ params }) => handlers.get(params.name),
    }),
  ]
}
