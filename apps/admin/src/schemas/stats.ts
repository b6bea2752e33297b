import { CRON_RANKS, FINAL_STATUSES } from '@jobu/db'
import { z } from 'zod'
import { isTimezone } from '../config.ts'
import * as fields from './fields.ts'
import { pagingFields, refuseMixedPaging } from './paging.ts'

export const INTERVALS = ['hour', 'day'] as const
/** Cron ids that one request may name. */
const MAX_CRONS = 200
/** How far down a ranking pages go. */
export const MAX_RANK = 500

const cronId = fields.queryInteger(0, Number.MAX_SAFE_INTEGER)
const timezone = fields.queryText
  .refine(isTimezone, 'expected an IANA time zone such as Asia/Seoul')
  .optional()
  .meta({
    description: "The zone of days; default the configuration's display_timezone",
    example: 'Asia/Seoul',
  })
/** Repeated, or separated by commas. */
const statuses = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => [given].flat().flatMap((text) => text.split(',')))
  .pipe(z.array(z.enum(FINAL_STATUSES)).min(1).max(100))
  .optional()
  .meta({
    ...fields.sentAs({ type: 'array', items: { type: 'string', enum: [...FINAL_STATUSES] }, minItems: 1 }),
    description: 'Only these statuses; repeated, or separated by commas',
  })

export const time = {
  from: fields.queryInstant.optional().meta({
    description: 'Inclusive, on the time of settling; counts from the full hour in which it lies',
  }),
  to: fields.queryInstant.optional().meta({
    description: 'Exclusive, default now; counts to the end of the hour in which it lies',
  }),
}
export const scope = {
  cron_id: cronId.optional().meta({ description: 'Only this cron' }),
  handler_name: fields.queryText.optional().meta({ description: 'Only this handler' }),
}

export const summaryQuery = z.strictObject({ timezone })
export const seriesQuery = z.strictObject({
  ...time,
  interval: z.enum(INTERVALS).default('hour'),
  timezone,
  ...scope,
  status: statuses,
})
export const dailyQuery = z.strictObject({ ...time, timezone, ...scope, status: statuses })
export const handlerStatsQuery = z
  .strictObject({
    ...time,
    handler_name: scope.handler_name,
    order_by: z
      .enum(['-runs', '-failures', '-success_rate', 'success_rate', '-duration_p95', '-lateness_p95', 'name'])
      .default('-runs'),
    ...pagingFields,
  })
  .superRefine(refuseMixedPaging)
export const cronStatsQuery = z
  .strictObject({
    ...time,
    cron_id: z
      .union([cronId, z.array(cronId).max(MAX_CRONS)])
      .transform((given) => [given].flat())
      .optional()
      .meta({
        ...fields.sentAs({ type: 'array', items: { type: 'integer', minimum: 0 }, maxItems: MAX_CRONS }),
        description: `Only these crons, at most ${MAX_CRONS}; repeated`,
        example: [7],
      }),
    order_by: z.enum(CRON_RANKS).default('-failures'),
    ...pagingFields,
  })
  .superRefine(refuseMixedPaging)

export type SummaryQuery = z.output<typeof summaryQuery>
export type SeriesQuery = z.output<typeof seriesQuery>
export type DailyQuery = z.output<typeof dailyQuery>
export type HandlerStatsQuery = z.output<typeof handlerStatsQuery>
export type CronStatsQuery = z.output<typeof cronStatsQuery>
