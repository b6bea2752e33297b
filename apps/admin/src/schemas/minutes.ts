import { z } from 'zod'
import * as fields from './fields.ts'
import { instantAnswer, queryInstant } from './fields.ts'

export const minutesQuery = z.strictObject({
  from: queryInstant.optional().meta({
    description: 'Inclusive; counts from the full minute in which it lies. Default: an hour before `to`',
  }),
  to: queryInstant.optional().meta({
    description:
      'Exclusive; counts to the end of its minute, at most to the start of the present one, the default',
  }),
  queue: fields.queryText.max(100).optional().meta({
    description: 'Only this queue; what settled and how late is not known by queue, and null',
  }),
})
export type MinutesQuery = z.output<typeof minutesQuery>

const count = z.int().min(0).nullable()
const milliseconds = z.int().min(0)

export const minutesAnswer = z
  .object({
    from: instantAnswer.meta({ description: 'Where the first minute begins' }),
    to: instantAnswer.meta({ description: 'Where the last one ends' }),
    queue: z.string().nullable().meta({ description: 'The one asked for; null: all together' }),
    items: z.array(
      z.object({
        at: instantAnswer.meta({ description: 'Where the minute begins' }),
        settled: count.meta({ description: 'All that settled in it' }),
        success: count,
        failed: count,
        timeout: count,
        cancelled: count,
        skipped: count.meta({ description: 'Slots that were skipped' }),
        lateness: z
          .object({ p50_ms: milliseconds, p95_ms: milliseconds, p99_ms: milliseconds })
          .nullable()
          .meta({ description: 'Of what settled in it, in milliseconds; null where nothing was measured' }),
        running: count.meta({ description: 'How many ran at its end' }),
        ready: count.meta({
          description: 'How many could be claimed at its end; of each queue at most 10,000 are counted',
        }),
        oldest_ready_ms: milliseconds.nullable().meta({
          description:
            'For how long the oldest of them could be; null where there are none, or it is not known',
        }),
      }),
    ),
  })
  .meta({
    id: 'MinuteSeries',
    description: 'Minute by minute, without holes: what is not known of a minute is null',
  })
