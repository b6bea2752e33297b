import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { gridAnswer, gridQuery } from '../schemas/scheduleGrid.ts'
import type { ScheduleGridService } from '../services/scheduleGridService.ts'

export function scheduleGridEndpoints(grid: ScheduleGridService): Endpoint[] {
  return [
    endpoint({
      id: 'getScheduleGrid',
      method: 'get',
      path: '/schedules/:id/grid',
      tag: 'schedules',
      role: 'viewer',
      summary: 'The last runs by their tasks',
      description: 'What became of each task in each run: where it began to fail, and what is always slow.',
      query: gridQuery,
      answer: gridAnswer,
      errors: ['SCHEDULE_NOT_FOUND'],
      run: ({ params, query }) => grid.get(params.id, query),
    }),
  ]
}
