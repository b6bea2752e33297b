import { z } from 'zod'
import { pageOfAnswers } from './answers.ts'
import { instantAnswer } from './fields.ts'
import { INTERVALS } from './stats.ts'

const count = z.int().min(0)
const milliseconds = z.int().min(0).nullable()
const counts = {
  total: count.meta({ description: 'All that settled' }),
  success: count,
  failed: count,
  timeout: count,
  cancelled: count,
  skipped: count.meta({ description: 'Slots that were skipped' }),
}
const successRate = z
  .number()
  .min(0)
  .max(1)
  .nullable()
  .meta({ description: 'Successes among what succeeded, failed or timed out; null where nothing did' })
const window = {
  from: instantAnswer.meta({ description: 'The first instant that counts' }),
  to: instantAnswer.meta({ description: 'The first instant that does not' }),
}

const measured = z
  .object({
    count: count.meta({ description: 'How many were measured: what ran and settled' }),
    avg_ms: milliseconds,
    max_ms: milliseconds,
    p50_ms: milliseconds,
    p95_ms: milliseconds,
    p99_ms: milliseconds,
  })
  .meta({
    id: 'Measured',
    description:
      'Durations or latenesses in milliseconds, null where nothing was measured. Average and maximum are exact, percentiles at most 9 % off.',
  })

const period = z
  .object({ ...window, ...counts, success_rate: successRate })
  .meta({ id: 'StatPeriod', description: 'What settled in a time' })

export const summaryAnswer = z
  .object({
    timezone: z.string(),
    today: period,
    last_hour: period,
    last_24_hours: period,
    duration: measured.meta({ description: 'Of the last 24 hours' }),
    lateness: measured.meta({ description: 'Of the last 24 hours' }),
  })
  .meta({ id: 'StatSummary' })

const series = { ...window, interval: z.enum(INTERVALS), timezone: z.string() }
const at = instantAnswer.meta({ description: 'Where the hour or day begins' })

export const throughputAnswer = z
  .object({ ...series, items: z.array(z.object({ at, ...counts })) })
  .meta({ id: 'Throughput', description: 'What settled, by hour or day, without holes' })

export const measuredAnswer = z
  .object({ ...series, items: z.array(z.object({ at, ...measured.shape })) })
  .meta({ id: 'MeasuredSeries', description: 'Durations or latenesses, by hour or day, without holes' })

export const dailyAnswer = z
  .object({
    ...window,
    timezone: z.string(),
    items: z.array(
      z.object({ date: z.iso.date().meta({ example: '2026-01-31' }), ...counts, success_rate: successRate }),
    ),
  })
  .meta({ id: 'DailyStats', description: 'What settled, by day, without holes' })

const summary = {
  runs: count.meta({ description: 'All but the skipped' }),
  failures: count.meta({ description: 'Failed or timed out' }),
  ...counts,
  success_rate: successRate,
  duration: measured,
  lateness: measured,
  last_failure_hour: instantAnswer
    .nullable()
    .meta({ description: 'The hour of the last failure in this time' }),
}

export const cronStatsPage = pageOfAnswers(
  z.object({ cron_id: z.int(), cron_name: z.string(), handler_name: z.string(), ...summary }),
)
  .extend(window)
  .meta({
    id: 'CronStatsPage',
    description: '`total` counts as far as the page after this one; there may be more.',
  })

export const handlerStatsPage = pageOfAnswers(z.object({ handler_name: z.string(), ...summary }))
  .extend(window)
  .meta({ id: 'HandlerStatsPage' })
