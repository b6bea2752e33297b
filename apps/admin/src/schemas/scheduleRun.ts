import { EXECUTION_STATUSES, LOG_LEVELS, RUN_STATUSES, RUN_TRIGGERS } from '@jobu/db'
import { z } from 'zod'
import * as fields from './fields.ts'
import { cursorFields, pagingFields, refuseMixedPaging } from './paging.ts'

/** A run of more tasks is big: what it shows of each is less. */
export const BIG_RUN = 200
/** Log lines of one answer. */
export const MAX_LINES = 20_000

const instant = fields.instant.optional()

export const startScheduleBody = z
  .strictObject({
    params: fields.jsonObject.optional().meta({ description: 'What its tasks see as `run.params`' }),
    logical_date: instant.meta({
      description: 'What its tasks see as `run.scheduled_time`; left out: now. It does not delay the run',
    }),
    scheduled_time: instant.meta({ description: 'Another name for `logical_date`' }),
  })
  .superRefine(({ logical_date: one, scheduled_time: other }, context) => {
    if (!one || !other || one.getTime() === other.getTime()) return
    const message = 'contradicts logical_date; give one of them'
    context.addIssue({ code: 'custom', path: ['scheduled_time'], message })
  })
  .meta({
    id: 'ScheduleStart',
    example: { params: { region: 'kr' }, logical_date: '2026-03-01T02:00:00+09:00' },
  })
export type StartScheduleBody = z.output<typeof startScheduleBody>

export const runParams = z.object({ id: fields.id, run_id: fields.id.meta({ example: 311 }) })
export const taskParams = runParams.extend({
  key: z.string().min(1).max(64).meta({ example: 'extract' }),
})

const runFilter = {
  status: fields
    .severalOf(RUN_STATUSES)
    .optional()
    .meta({ example: ['FAILED'] }),
  trigger: fields
    .severalOf(RUN_TRIGGERS)
    .optional()
    .meta({
      description:
        "What they came from: a slot, a person, a task of another run, another engine's own runs; repeated, or separated by commas",
      example: ['manual'],
    }),
  from_date: fields.queryInstant.optional().meta({ description: 'Inclusive, on the scheduled time' }),
  to_date: fields.queryInstant.optional().meta({ description: 'Exclusive, on the scheduled time' }),
}
export const listScheduleRunsQuery = z
  .strictObject({ ...runFilter, ...cursorFields })
  .superRefine(refuseMixedPaging)
export const listRunsQuery = z
  .strictObject({
    ...runFilter,
    schedule_id: fields.queryInteger(0, Number.MAX_SAFE_INTEGER).optional(),
    title: fields.queryText
      .optional()
      .meta({ description: "A part of the schedule's title, in any case", example: 'report' }),
    ...cursorFields,
  })
  .superRefine(refuseMixedPaging)
export type ListRunsQuery = z.output<typeof listRunsQuery>

/** What a cursor into a list of runs holds: the last one's slot and id, and how many come before. */
export const runPosition = z.tuple([fields.instant, z.int().min(0), z.int().min(0)])

export const getRunQuery = z.strictObject({
  logs: fields
    .queryInteger(0, 200)
    .optional()
    .meta({
      description: `The last so many log lines of each task; default 20, and 0 of a run of more than ${BIG_RUN} tasks. At most ${MAX_LINES} in all: less of each where there are too many tasks`,
    }),
})

export const rerunBody = z
  .strictObject({
    from: z.enum(['failed', 'all']).optional().meta({
      description: 'failed, the default: what failed and what was skipped for it; all: everything',
    }),
    task: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .meta({ description: 'Instead of `from`: this task and all after it' }),
  })
  .refine(({ from, task }) => from === undefined || task === undefined, {
    path: ['task'],
    message: 'cannot be combined with from; give one of them',
  })
  .meta({ id: 'RunRerun', example: { from: 'failed' } })
export type RerunBody = z.output<typeof rerunBody>

const comment = z.string().max(2_000).optional()

export const decisionBody = z
  .strictObject({
    comment,
    data: fields.jsonObject.optional().meta({ description: 'What later tasks see in its result' }),
  })
  .meta({ id: 'ApprovalDecision', example: { comment: 'figures checked' } })
export type DecisionBody = z.output<typeof decisionBody>

const item = z
  .int()
  .min(0)
  .max(1_000_000)
  .optional()
  .meta({ description: 'One item of the list of a task with `for_each`; left out: the task' })

export const skipBody = z
  .strictObject({ comment, item })
  .meta({ id: 'TaskSkip', example: { comment: 'not needed today' } })
export type SkipBody = z.output<typeof skipBody>

export const markBody = z
  .strictObject({ status: z.enum(['SUCCESS', 'FAILED', 'SKIPPED']), comment, item })
  .meta({ id: 'TaskMark', example: { status: 'SUCCESS', comment: 'done by hand' } })
export type MarkBody = z.output<typeof markBody>

export const listItemsQuery = z
  .strictObject({
    status: fields
      .severalOf(EXECUTION_STATUSES)
      .optional()
      .meta({
        description:
          'PENDING and RUNNING are not told apart: either finds what has not ended. Repeated, or separated by commas',
        example: ['FAILED'],
      }),
    ...pagingFields,
  })
  .superRefine(refuseMixedPaging)
export type ListItemsQuery = z.output<typeof listItemsQuery>

export const listTaskLogsQuery = z
  .strictObject({
    item: fields
      .queryInteger(0, 1_000_000)
      .optional()
      .meta({ description: 'Of one item of a task with `for_each`' }),
    attempt: fields.queryInteger(1, 2_147_483_647).optional(),
    level: z.enum(LOG_LEVELS).optional().meta({ description: 'Lines of this level and worse' }),
    ...pagingFields,
  })
  .superRefine(refuseMixedPaging)
export type ListTaskLogsQuery = z.output<typeof listTaskLogsQuery>

export const signalBody = z
  .strictObject({
    event: fields.name.meta({ example: 'prices.loaded' }),
    payload: z.unknown().optional().meta({ description: 'Any JSON: the result of the tasks it releases' }),
  })
  .meta({ id: 'Signal', example: { event: 'prices.loaded', payload: { day: '2026-03-01' } } })
export type SignalBody = z.output<typeof signalBody>
