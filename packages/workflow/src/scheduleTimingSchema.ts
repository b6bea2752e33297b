import { DAY_MATCHES, FREQUENCIES } from '@jobu/db'
import { z } from 'zod'

/**
 * When a schedule runs, as the API takes it; its `shape` is for larger bodies. Which of the fields go together is checked
 * by `timingOf`, since an edit may bring only one of them.
 */
export const scheduleTimingSchema = z.strictObject({
  cron_expression: z.string().trim().nullable().optional().meta({
    description: 'Instead of a frequency; with neither the schedule is started by hand',
    example: '0 2 * * *',
  }),
  frequency: z
    .enum(FREQUENCIES)
    .nullable()
    .optional()
    .meta({ description: '`once` runs at start_date', example: 'daily' }),
  time: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as 09:30')
    .nullable()
    .optional()
    .meta({
      description: 'Of daily, weekly and monthly; left out: as in start_date, or 00:00',
      example: '02:00',
    }),
  minute: z
    .int()
    .min(0)
    .max(59)
    .nullable()
    .optional()
    .meta({ description: 'Of hourly; left out: as in start_date, or 0' }),
  day_of_week: z
    .int()
    .min(0)
    .max(6)
    .nullable()
    .optional()
    .meta({ description: 'Of weekly, 0 is Sunday; left out: as in start_date, or Monday' }),
  day_of_month: z.int().min(1).max(31).nullable().optional().meta({
    description:
      'Of monthly, 31 is the last day, a month without the 29th or 30th has no run; left out: as in start_date, or the 1st',
  }),
  timezone: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .meta({ description: "An IANA name; left out: the configuration's", example: 'Asia/Seoul' }),
  day_match: z
    .enum(DAY_MATCHES)
    .optional()
    .meta({ description: 'With both day fields of a cron set: either may match, or both must' }),
})
export type ScheduleTimingBody = z.output<typeof scheduleTimingSchema>
