import { type Endpoint, endpoint } from '../http/endpoint.ts'
import {
  dispatcherAnswer,
  dispatcherPage,
  listDispatchersQuery,
  listWorkersQuery,
  serviceParams,
  workerAnswer,
  workerPage,
} from '../schemas/worker.ts'
import type { WorkerService } from '../services/workerService.ts'

const tag = 'workers'

export function workerEndpoints(workers: WorkerService): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/workers',
      tag,
      role: 'viewer',
      summary: 'List workers, live ones first',
      query: listWorkersQuery,
      answer: workerPage,
      run: ({ query }) => workers.list(query),
    }),
    endpoint({
      method: 'get',
      path: '/workers/:id',
      tag,
      role: 'viewer',
      summary: 'One worker, with what it holds now',
      params: serviceParams,
      answer: workerAnswer,
      errors: ['WORKER_NOT_FOUND'],
      run: ({ params }) => workers.get(params.id),
    }),
    endpoint({
      method: 'post',
      path: '/workers/:id/drain',
      tag,
      role: 'admin',
      summary: 'Have a worker finish what it holds and claim nothing more',
      description:
        'For good: to take work again it has to be started again. It hears of it at once, or at its next heartbeat.',
      params: serviceParams,
      answer: workerAnswer,
      errors: ['WORKER_NOT_FOUND', 'WORKER_NOT_ACTIVE'],
      run: ({ params, actor }) => workers.drain(params.id, actor),
    }),
    endpoint({
      method: 'get',
      path: '/dispatchers',
      tag,
      role: 'viewer',
      summary: 'List dispatchers, live ones first',
      query: listDispatchersQuery,
      answer: dispatcherPage,
      run: ({ query }) => workers.listDispatchers(query),
    }),
    endpoint({
      method: 'get',
      path: '/dispatchers/:id',
      tag,
      role: 'viewer',
      summary: 'One dispatcher',
      params: serviceParams,
      answer: dispatcherAnswer,
      errors: ['DISPATCHER_NOT_FOUND'],
      run: ({ params }) => workers.getDispatcher(params.id),
    }),
  ]
}
