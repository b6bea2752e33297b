import { type Endpoint, endpoint } from '../http/endpoint.ts'
import {
  cacheAnswer,
  cacheQuery,
  dayAnswer,
  dayQuery,
  monthAnswer,
  monthQuery,
} from '../schemas/scheduleStatistics.ts'
import type { ScheduleStatsService } from '../services/scheduleStatsService.ts'

const tag = 'schedules'
const BY = 'Runs count by their scheduled time and the status they have now.'

export function scheduleStatisticsEndpoints(stats: ScheduleStatsService): Endpoint[] {
  return [
    endpoint({
      id: 'getMonthlyStatistics',
      method: 'get',
      path: '/schedules/statistics/monthly',
      tag,
      role: 'viewer',
      summary: 'A month of runs, day by day',
      description: `${BY} It costs the same whatever the history holds.`,
      query: monthQuery,
      answer: monthAnswer,
      run: ({ query }) => stats.month(query),
    }),
    endpoint({
      id: 'getDailyStatistics',
      method: 'get',
      path: '/schedules/statistics/daily',
      tag,
      role: 'viewer',
      summary: 'The runs of a day',
      description: `${BY} The newest slot first.`,
      query: dayQuery,
      answer: dayAnswer,
      run: ({ query }) => stats.day(query),
    }),
    endpoint({
      id: 'rebuildMonthlyStatistics',
      method: 'delete',
      path: '/schedules/statistics/monthly/cache',
      tag,
      role: 'admin',
      summary: 'Count the runs of a month anew',
      description:
        'The statistics are made again from the runs, and the answer says what differed. Days whose runs retention has deleted stay as they are.',
      query: cacheQuery,
      answer: cacheAnswer,
      run: ({ query, actor }) => stats.rebuild(query, actor),
    }),
  ]
}
