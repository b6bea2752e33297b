import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { minutesAnswer, minutesQuery } from '../schemas/minutes.ts'
import type { MinuteService } from '../services/minuteService.ts'

export function minuteEndpoints(minutes: MinuteService): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/stats/minutes',
      tag: 'stats',
      role: 'viewer',
      summary: 'What settled and what was in the queues, minute by minute',
      description:
        'At most 24 hours; default the last hour; kept for a week unless configured otherwise. From samples that a dispatcher takes at each full minute, at most 10 seconds late: a minute is what lies between two of them, and null where one is missing since no dispatcher ran. Percentiles are at most 9 % off, and leave out what settles while the hour turns.',
      query: minutesQuery,
      answer: minutesAnswer,
      run: ({ query }) => minutes.series(query),
    }),
  ]
}
