import { EXECUTION_STATUSES } from '@jobu/db'
import { z } from 'zod'
import { instantAnswer, queryInteger, severalIds } from './fields.ts'

const MAX_CRONS = 200
const MAX_RUNS = 100

export const recentRunsQuery = z.strictObject({
  ids: severalIds(MAX_CRONS),
  count: queryInteger(1, MAX_RUNS).default(30).meta({ description: 'Runs of each' }),
})

export const recentRunsAnswer = z
  .object({
    items: z.array(
      z.object({
        cron_id: z.int(),
        runs: z
          .array(
            z
              .object({
                job_id: z.int().meta({ description: 'The execution' }),
                scheduled_time: instantAnswer,
                status: z.enum(EXECUTION_STATUSES),
                duration_ms: z.int().nullable(),
                started_at: instantAnswer.nullable(),
              })
              .meta({ id: 'RecentRun' }),
          )
          .meta({ description: 'Oldest first, skipped slots among them' }),
      }),
    ),
  })
  .meta({ id: 'RecentRuns', description: 'One item for each id, in their order' })

const facets = z.array(z.object({ name: z.string(), count: z.int().min(1) }))

export const cronFacetsAnswer = z.object({ tags: facets, owners: facets, handlers: facets }).meta({
  id: 'CronFacets',
  description: 'What crons can be filtered by, each with how many crons have it, the most frequent first',
  example: {
    tags: [{ name: 'backup', count: 12 }],
    owners: [{ name: 'platform', count: 40 }],
    handlers: [{ name: 'http', count: 96 }],
  },
})
