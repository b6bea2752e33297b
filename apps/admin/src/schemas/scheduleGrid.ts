import { EXECUTION_STATUSES, RUN_STATUSES, RUN_TRIGGERS } from '@jobu/db'
import { z } from 'zod'
import * as fields from './fields.ts'
import { instantAnswer } from './fields.ts'

/** Cells of one answer: of a schedule with more tasks fewer runs are shown. */
export const MAX_CELLS = 30_000

export const gridQuery = z.strictObject({
  runs: fields
    .queryInteger(1, 50)
    .default(30)
    .meta({ description: 'How many of the last runs', example: 30 }),
})
export type GridQuery = z.output<typeof gridQuery>

export const gridAnswer = z
  .object({
    runs: z
      .array(
        z.object({
          id: z.int(),
          version: z.int(),
          status: z.enum(RUN_STATUSES),
          trigger: z.enum(RUN_TRIGGERS),
          scheduled_time: instantAnswer,
          started_at: instantAnswer.nullable(),
          duration_ms: z.int().nullable(),
        }),
      )
      .meta({
        description: `Oldest first; fewer than asked for where there would be over ${MAX_CELLS} cells`,
      }),
    tasks: z
      .array(
        z.object({
          key: z.string(),
          cells: z
            .array(
              z.object({ status: z.enum(EXECUTION_STATUSES), duration_ms: z.int().nullable() }).nullable(),
            )
            .meta({ description: 'One for each run; null where the run has no such task, or has not begun' }),
        }),
      )
      .meta({ description: 'Of any of the runs, in the order of the newest version that has them' }),
  })
  .meta({
    id: 'ScheduleGrid',
    description: 'The last runs of a schedule by its tasks',
    example: {
      runs: [
        {
          id: 311,
          version: 1,
          status: 'SUCCESS',
          trigger: 'cron',
          scheduled_time: '2026-02-28T17:00:00.000Z',
          started_at: '2026-02-28T17:00:00.012Z',
          duration_ms: 2437,
        },
      ],
      tasks: [{ key: 'extract', cells: [{ status: 'SUCCESS', duration_ms: 1210 }] }],
    },
  })
