import { z } from 'zod'
import { instantAnswer } from './fields.ts'
import { scope, time } from './stats.ts'

export const failuresQuery = z.strictObject({ ...time, ...scope })
export type FailuresQuery = z.output<typeof failuresQuery>

const groupExample = {
  reason: 'HANDLER_ERROR',
  message: 'connect ECONNREFUSED #:#',
  handler_name: 'http',
  count: 17,
  cron_count: 1,
  crons: [{ id: 42, name: 'nightly backup' }],
  first_at: '2026-02-28T17:00:02.450Z',
  last_at: '2026-03-01T17:00:02.451Z',
  last_job_id: 1042,
  statuses: ['FAILED'],
  example: 'connect ECONNREFUSED 10.0.0.7:443',
}

export const failuresAnswer = z
  .object({
    from: instantAnswer.meta({ description: 'The first instant that counts' }),
    to: instantAnswer.meta({ description: 'The first instant that does not' }),
    total: z.int().min(0).meta({ description: 'Failures of this time, all of them' }),
    grouped: z
      .int()
      .min(0)
      .meta({ description: 'How many of them the groups hold, those not shown included' }),
    is_complete: z.boolean().meta({ description: 'False: there may be more than were looked at' }),
    items: z.array(
      z
        .object({
          reason: z.string().nullable().meta({ description: 'The code' }),
          message: z.string().meta({
            description:
              'The first line of the messages, at most 200 characters, with placeholders for what differs: `#`, `<text>`, `<uuid>`, `<time>`',
          }),
          handler_name: z.string(),
          count: z.int().min(1),
          cron_count: z.int().min(0),
          crons: z
            .array(z.object({ id: z.int(), name: z.string() }))
            .meta({ description: 'Those with the most of these failures, at most 5' }),
          first_at: instantAnswer,
          last_at: instantAnswer,
          last_job_id: z.int().meta({ description: 'The last execution that failed so' }),
          statuses: z.array(z.enum(['FAILED', 'TIMEOUT'])),
          example: z.string().meta({ description: 'The last message, at most 1,000 characters' }),
        })
        .meta({ id: 'FailureGroup', description: 'Failures of one cause', example: groupExample }),
    ),
  })
  .meta({ id: 'Failures' })
