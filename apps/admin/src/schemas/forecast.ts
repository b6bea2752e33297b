import { z } from 'zod'
import * as fields from './fields.ts'

const { instantAnswer } = fields

/** How long a bucket is, in milliseconds. */
export const BUCKET_MS = { minute: 60_000, '5min': 300_000, '15min': 900_000, hour: 3_600_000 } as const
export type Interval = keyof typeof BUCKET_MS
const INTERVALS = Object.keys(BUCKET_MS) as Interval[]
/** A week by five minutes, and the parts of it that a page may add. */
export const MAX_BUCKETS = 2_040
const MAX_UPCOMING = 500

const scope = {
  cron_id: fields.queryInteger(0, Number.MAX_SAFE_INTEGER).optional().meta({ description: 'Only this cron' }),
  handler_name: fields.queryText.optional().meta({ description: 'Only crons of this handler' }),
  tag: fields.queryText.optional().meta({ description: 'Only crons with this tag' }),
}

export const forecastQuery = z.strictObject({
  from: fields.queryInstant
    .optional()
    .meta({ description: 'Inclusive; default now, at most an hour before and 366 days after it' }),
  to: fields.queryInstant
    .optional()
    .meta({ description: 'Exclusive; default 24 hours after `from`, at most 7 days' }),
  interval: z
    .enum(INTERVALS)
    .default('15min')
    .meta({ description: `How long a bucket is; at most ${MAX_BUCKETS} of them, so a minute for 34 hours` }),
  ...scope,
})
export type ForecastQuery = z.output<typeof forecastQuery>

export const upcomingQuery = z.strictObject({
  limit: fields.queryInteger(1, MAX_UPCOMING).default(100).meta({ description: 'How many runs' }),
  to: fields.queryInstant
    .optional()
    .meta({ description: 'Exclusive; default 24 hours after now, at most 7 days' }),
  ...scope,
})
export type UpcomingQuery = z.output<typeof upcomingQuery>

const count = z.int().min(0)
const expectedDuration = z.int().min(0).nullable().meta({
  description: 'The average of the last days, of the cron or else of its handler; null where nothing ran',
})
const schedulerRunning = z
  .boolean()
  .meta({ description: 'False: nothing of it runs until the scheduler is started' })
const cron = { cron_id: z.int(), cron_name: z.string(), expected_duration_ms: expectedDuration }

export const forecastAnswer = z
  .object({
    from: instantAnswer,
    to: instantAnswer,
    interval: z.enum(INTERVALS),
    scheduler_running: schedulerRunning,
    pool_size: count.meta({
      description: 'What the workers alive can run at once, those that drain left out',
    }),
    total_runs: count,
    total_crons: count.meta({ description: 'Crons that fire in this time' }),
    is_complete: z.boolean().meta({ description: 'False: a bound was reached, see `left_out`' }),
    left_out: z
      .array(
        z.object({
          reason: z.enum(['TOO_MANY_CRONS', 'TIME', 'DURATIONS', 'COLLIDING', 'REFUSED']),
          crons: count.nullable().meta({ description: 'How many it concerns; null where nobody counted' }),
          message: z.string(),
        }),
      )
      .meta({
        description: 'What these figures do not have. REFUSED alone leaves nothing out that would run',
      }),
    items: z.array(
      z.object({
        at: instantAnswer.meta({
          description:
            'Where the bucket begins: a whole minute, hour and so on of UTC. The first and the last one may be cut by `from` and `to`',
        }),
        runs: count.meta({ description: 'Slots that fire in it' }),
        unknown: count.meta({ description: 'Of those, runs of which nobody knows how long they take' }),
        busy_ms: count.meta({
          description: 'Expected run time in this bucket, of runs that began in it or in one before',
        }),
        expected_running: z.number().min(0).meta({
          description:
            'How many run at once on average: `busy_ms` by the length of the bucket within the time',
        }),
      }),
    ),
    collisions: z
      .array(
        z.object({
          at: instantAnswer,
          crons: z.int().min(2).meta({ description: 'How many fire in this second' }),
          longest: z
            .array(
              z.object({
                ...cron,
                jitter_seconds: count.meta({
                  description: 'Up to so much later it starts, which spreads the load',
                }),
              }),
            )
            .meta({ description: 'Up to 10 of them, those that are expected to run longest' }),
        }),
      )
      .meta({ description: 'The 20 seconds in which most crons fire, those with most first' }),
    crons: z
      .array(
        z.object({
          ...cron,
          handler_name: z.string(),
          runs: count,
          busy_ms: count.meta({ description: 'Of all its runs that begin in this time' }),
        }),
      )
      .meta({ description: 'The 50 crons with most expected run time' }),
  })
  .meta({ id: 'Forecast', description: 'What will fire, by bucket without holes' })
export type ForecastAnswer = z.output<typeof forecastAnswer>

export const upcomingAnswer = z
  .object({
    from: instantAnswer.meta({ description: 'Now; runs come after it' }),
    to: instantAnswer,
    scheduler_running: schedulerRunning,
    is_complete: z.boolean().meta({
      description:
        'False: so many crons are overdue, or cannot fire although they are planned, that not all others were asked',
    }),
    items: z
      .array(
        z.object({
          at: instantAnswer,
          cron_id: cron.cron_id,
          cron_name: cron.cron_name,
          handler_name: z.string(),
          timezone: z.string().meta({ description: "The cron's", example: 'Asia/Seoul' }),
          expected_duration_ms: expectedDuration,
          tags: z.array(z.string()),
        }),
      )
      .meta({ description: 'By time, and then by cron' }),
  })
  .meta({ id: 'UpcomingRuns' })
export type UpcomingAnswer = z.output<typeof upcomingAnswer>
