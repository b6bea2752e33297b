import { RANKED_FAILURES } from '@jobu/db'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { failuresAnswer, failuresQuery } from '../schemas/failures.ts'
import {
  cronStatsQuery,
  dailyQuery,
  handlerStatsQuery,
  MAX_RANK,
  seriesQuery,
  summaryQuery,
} from '../schemas/stats.ts'
import {
  cronStatsPage,
  dailyAnswer,
  handlerStatsPage,
  measuredAnswer,
  summaryAnswer,
  throughputAnswer,
} from '../schemas/statsAnswer.ts'
import { MOST_EARLIER, MOST_FAILURES } from '../services/listFailures.ts'
import type { StatsService } from '../services/statsService.ts'

const tag = 'stats'
const HOURS =
  'Times are whole hours of UTC: `from` counts from the start of its hour, `to` to the end of its own.'
const SERIES = `At most 14 days by hour and 92 by day; default the last 24 hours, or 30 days. ${HOURS} An hour belongs to the day in which it begins, also in a zone whose days begin at half an hour.`
const PERCENTILES =
  'Percentiles come from logarithmic histograms, eight buckets an octave, and are at most 9 % off.'
const COUNTED =
  'By the time of settling. An execution that is retried by a person counts again when it settles again; a skipped one counts the slots it stands for.'

export function statsEndpoints(stats: StatsService): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/stats/summary',
      tag,
      role: 'viewer',
      summary: 'Today, the last hour and the last 24 hours at a glance',
      description: `From the full hour on in which each begins. ${COUNTED} ${PERCENTILES}`,
      query: summaryQuery,
      answer: summaryAnswer,
      run: ({ query }) => stats.summary(query),
    }),
    endpoint({
      method: 'get',
      path: '/stats/throughput',
      tag,
      role: 'viewer',
      summary: 'How many executions settled, by hour or day',
      description: `${COUNTED} ${SERIES}`,
      query: seriesQuery,
      answer: throughputAnswer,
      run: ({ query }) => stats.throughput(query),
    }),
    endpoint({
      method: 'get',
      path: '/stats/durations',
      tag,
      role: 'viewer',
      summary: 'How long executions ran, by hour or day',
      description: `The attempt that settled, without those before it. ${PERCENTILES} ${SERIES}`,
      query: seriesQuery,
      answer: measuredAnswer,
      run: ({ query }) => stats.measured('duration', query),
    }),
    endpoint({
      method: 'get',
      path: '/stats/lateness',
      tag,
      role: 'viewer',
      summary: 'How long after they were due executions started, by hour or day',
      description: `Due is the scheduled time, with jitter, or the end of a backoff. By the hour of settling. ${PERCENTILES} ${SERIES}`,
      query: seriesQuery,
      answer: measuredAnswer,
      run: ({ query }) => stats.measured('lateness', query),
    }),
    endpoint({
      method: 'get',
      path: '/stats/daily',
      tag,
      role: 'viewer',
      summary: 'How many executions settled on each day of a zone',
      description: `${COUNTED} ${SERIES}`,
      query: dailyQuery,
      answer: dailyAnswer,
      run: ({ query }) => stats.daily(query),
    }),
    endpoint({
      method: 'get',
      path: '/stats/crons',
      tag,
      role: 'viewer',
      summary: 'Crons with what settled of them, the worst first',
      description: `At most 7 days; default the last 24 hours. ${HOURS} The orders are those an index gives, so that they cost the same for a hundred thousand crons: by failures, by the last failure, by the longest duration or lateness, by name. Crons without failures, or whose longest is below a millisecond, are not in those orders; the most failures are sought among the newest ${RANKED_FAILURES} hours of crons with failures. Pages reach the first ${MAX_RANK}; \`cron_id\` asks for any cron. ${PERCENTILES}`,
      query: cronStatsQuery,
      answer: cronStatsPage,
      run: ({ query }) => stats.crons(query),
    }),
    endpoint({
      method: 'get',
      path: '/stats/failures',
      tag,
      role: 'viewer',
      summary: 'What failed or timed out, by cause',
      description: `Grouped by reason, handler and what the messages have in common; the 50 groups with the most failures. At most 7 days; default the last 24 hours. ${HOURS} By the time of settling. The groups are made of the executions that still are as they failed, the newest ${MOST_FAILURES} scheduled in this time and ${MOST_EARLIER} scheduled before it; \`total\` counts also those that were retried or deleted since.`,
      query: failuresQuery,
      answer: failuresAnswer,
      run: ({ query }) => stats.failures(query),
    }),
    endpoint({
      method: 'get',
      path: '/stats/handlers',
      tag,
      role: 'viewer',
      summary: 'Handlers with what settled under them',
      description: `At most 7 days; default the last 24 hours. ${HOURS} ${PERCENTILES}`,
      query: handlerStatsQuery,
      answer: handlerStatsPage,
      run: ({ query }) => stats.handlers(query),
    }),
  ]
}
