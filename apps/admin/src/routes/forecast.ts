import type { ForecastService } from '../forecast/forecastService.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { forecastAnswer, forecastQuery, upcomingAnswer, upcomingQuery } from '../schemas/forecast.ts'

const PLANS =
  'From the plans of the crons that are enabled: their next run, `start_at`, `end_at`, `max_runs` and daylight saving hold. What an overlap or misfire policy would skip is counted, jitter is left out, and what is overdue counts as one run of those that `max_runs` leaves.'

export function forecastEndpoints(forecasts: ForecastService): Endpoint[] {
  return [
    endpoint({
      id: 'getForecast',
      method: 'get',
      path: '/stats/forecast',
      tag: 'stats',
      role: 'viewer',
      summary: 'What will fire, how busy it will keep the workers, and which crons collide',
      description: `${PLANS} Each run is expected to take as long as its cron did on average in the last days, else as its handler did; averages are read anew every five minutes. Backfills and runs that are started by hand or are running already are not in it. The same question is answered alike for five seconds.`,
      query: forecastQuery,
      answer: forecastAnswer,
      run: ({ query }) => forecasts.forecast(query),
    }),
    endpoint({
      id: 'listUpcomingRuns',
      method: 'get',
      path: '/scheduler/upcoming',
      tag: 'scheduler',
      role: 'viewer',
      summary: 'The next runs of all crons, in order of time',
      description: PLANS,
      query: upcomingQuery,
      answer: upcomingAnswer,
      run: ({ query }) => forecasts.upcoming(query),
    }),
  ]
}
