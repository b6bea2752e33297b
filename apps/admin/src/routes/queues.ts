import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { listQueuesQuery, queuePage } from '../schemas/queue.ts'
import type { QueueService } from '../services/queueService.ts'

export function queueEndpoints(queues: QueueService): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/queues',
      tag: 'queues',
      role: 'viewer',
      summary: 'List queues by name, with what they hold and who serves them',
      description:
        'Those with ready, waiting or running executions, those that a live worker or a cron names, and `default`. Ready executions are counted up to 10,000 a queue, waiting and running ones up to 10,000 in all.',
      query: listQueuesQuery,
      answer: queuePage,
      run: ({ query }) => queues.list(query),
    }),
  ]
}
