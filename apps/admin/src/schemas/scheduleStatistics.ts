import { RUN_STATUSES } from '@jobu/db'
import { z } from 'zod'
import { isTimezone } from '../config.ts'
import * as fields from './fields.ts'
import { pagingFields, refuseMixedPaging } from './paging.ts'
import { scheduleRunPage } from './scheduleRunAnswer.ts'

const EARLIEST_YEAR = 2000
const LATEST_YEAR = 2100

const timezone = fields.queryText
  .refine(isTimezone, 'expected an IANA time zone such as Asia/Seoul')
  .optional()
  .meta({
    description: "The zone of days; default the configuration's display_timezone",
    example: 'Asia/Seoul',
  })
const monthFields = {
  year: fields.queryInteger(EARLIEST_YEAR, LATEST_YEAR).meta({ example: 2026 }),
  month: fields.queryInteger(1, 12).meta({ example: 3 }),
  timezone,
}
const scheduleId = fields
  .queryInteger(1, Number.MAX_SAFE_INTEGER)
  .optional()
  .meta({ description: 'Only this schedule' })

export const monthQuery = z.strictObject({ ...monthFields, schedule_id: scheduleId })
export type MonthQuery = z.output<typeof monthQuery>

export const dayQuery = z
  .strictObject({
    ...monthFields,
    day: fields.queryInteger(1, 31).meta({ example: 1 }),
    schedule_id: scheduleId,
    ...pagingFields,
  })
  .superRefine(refuseMixedPaging)
  .superRefine(({ year, month, day }, context) => {
    const days = new Date(Date.UTC(year, month, 0)).getUTCDate()
    if (day <= days) return
    const message = `is a day that ${year}-${String(month).padStart(2, '0')} does not have, expected 1 to ${days}`
    context.addIssue({ code: 'custom', path: ['day'], message })
  })
export type DayQuery = z.output<typeof dayQuery>

export const cacheQuery = z.strictObject(monthFields)
export type CacheQuery = z.output<typeof cacheQuery>

const counts = {
  success: z.int(),
  failed: z.int(),
  cancelled: z.int(),
  pending: z.int(),
  running: z.int(),
}
const date = z.string().meta({ description: 'YYYY-MM-DD', example: '2026-03-01' })
const totals = z.object(counts).meta({ id: 'RunCounts', description: 'Runs by status' })

export const monthAnswer = z
  .object({
    year: z.int(),
    month: z.int(),
    timezone: z.string(),
    days: z.array(z.object({ date, ...counts })).meta({ description: 'Every day of the month' }),
    totals,
  })
  .meta({ id: 'MonthlyStatistics' })

export const dayAnswer = z
  .object({ date, timezone: z.string(), totals, runs: scheduleRunPage })
  .meta({ id: 'DailyStatistics' })

export const cacheAnswer = z
  .object({
    year: z.int(),
    month: z.int(),
    corrected: z
      .array(z.object({ date, status: z.enum(RUN_STATUSES), was: z.int(), is: z.int() }))
      .meta({ description: 'What differed from the runs, by day and status; empty: nothing' }),
  })
  .meta({ id: 'StatisticsRebuilt' })
