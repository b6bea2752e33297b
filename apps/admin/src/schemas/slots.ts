import { EXECUTION_STATUSES, MAX_BACKFILL_LIMIT } from '@jobu/db'
import { z } from 'zod'
import { pageOfAnswers } from './answers.ts'
import { WORDS } from './cronAnswer.ts'
import * as fields from './fields.ts'
import { pagingFields, refuseMixedPaging } from './paging.ts'

const { instantAnswer } = fields

export const nextQuery = z.strictObject({ count: fields.queryInteger(1, 1_000).default(10) })

/** Why a cron has fewer next runs than were asked for. */
export const NEXT_ENDS = ['DISABLED', 'COMPLETED', 'END_AT', 'MAX_RUNS', 'NEVER'] as const

export const nextAnswer = z
  .object({
    next: z.array(instantAnswer).meta({ description: 'When it fires next; the first may be due already' }),
    description: z.string().meta({ description: WORDS, example: 'At 09:00 (Asia/Seoul)' }),
    daylight_saving: z
      .array(z.object({ at: instantAnswer, effect: z.string() }))
      .optional()
      .meta({ description: "Runs that a change of the clocks moved, or that show another run's time" }),
    ends: z
      .enum(NEXT_ENDS)
      .nullable()
      .meta({ description: 'Why there are fewer than asked for; null: there are not' }),
    runs_left: z
      .int()
      .nullable()
      .meta({ description: 'Of `max_runs`; null without it. A skipped slot uses none' }),
    scheduler_running: z
      .boolean()
      .meta({ description: 'False: nothing fires until the scheduler is started' }),
  })
  .meta({ id: 'NextRuns' })

/** What became of a due instant, or why it was none. */
export const SLOT_VERDICTS = [
  ...EXECUTION_STATUSES,
  'PENDING_DISPATCH',
  'SCHEDULER_STOPPED',
  'DISABLED',
  'OUTSIDE_WINDOW',
  'NOT_DUE',
  'DROPPED_BY_EDIT',
  'COMPLETED',
  'BEFORE_CREATION',
  'BEFORE_HISTORY',
  'EXPIRED',
  'UNACCOUNTED',
] as const
export type SlotVerdict = (typeof SLOT_VERDICTS)[number]

export const slotsQuery = z
  .strictObject({
    /** Inclusive; left out: a day before `to`, or the creation of the cron. */
    from: fields.queryInstant.optional(),
    /** Exclusive; left out, or ahead: now. */
    to: fields.queryInstant.optional(),
    /** Only instants after it: `next_cursor` of the page before. */
    cursor: fields.queryInstant.optional(),
    verdict: z.enum(SLOT_VERDICTS).optional(),
    ...pagingFields,
  })
  .superRefine(refuseMixedPaging)
export type SlotsQuery = z.output<typeof slotsQuery>

const slotAnswer = z
  .object({
    scheduled_time: instantAnswer,
    verdict: z.enum(SLOT_VERDICTS).meta({
      description:
        'The status of its execution; or why it has none. UNACCOUNTED: it was due, and there is neither a row nor a reason.',
    }),
    explanation: z.string(),
    job_id: z.int().nullable().meta({ description: 'Its execution' }),
    started_at: instantAnswer.nullable(),
    finished_at: instantAnswer.nullable(),
    late_ms: z.int().nullable().meta({ description: 'From the slot to its start' }),
    duration_ms: z.int().nullable(),
    reason: z.string().nullable(),
    is_backfill: z.boolean(),
    covered_by: z
      .int()
      .nullable()
      .meta({ description: 'The SKIPPED execution that stands for this slot and others of one outage' }),
  })
  .meta({ id: 'Slot', description: 'An instant of a cron and its verdict' })

export const slotPage = pageOfAnswers(slotAnswer)
  .extend({
    from: instantAnswer,
    to: instantAnswer,
    summary: z
      .partialRecord(z.enum(SLOT_VERDICTS), z.int())
      .meta({ description: 'How many instants of the whole span have each verdict' }),
    next_cursor: instantAnswer.nullable(),
    triggers: z
      .array(
        z.object({
          job_id: z.int(),
          scheduled_time: instantAnswer,
          status: z.enum(EXECUTION_STATUSES),
          started_at: instantAnswer.nullable(),
          finished_at: instantAnswer.nullable(),
        }),
      )
      .meta({
        description: 'Executions of the span that a person asked for, which are no slots; the newest 100',
      }),
    triggers_total: z.int(),
  })
  .meta({ id: 'SlotPage' })

export const backfillQuery = z.strictObject({
  dry_run: fields.queryBoolean.optional().meta({ description: 'Only count' }),
})

export const backfillBody = z
  .strictObject({
    from: fields.instant.meta({ description: 'Exclusive, so that adjoining ranges repeat nothing' }),
    to: fields.instant.meta({ description: 'Inclusive; not ahead of now' }),
    dry_run: z.boolean().optional().meta({ description: 'Only count' }),
    max_active: z
      .int()
      .min(1)
      .max(MAX_BACKFILL_LIMIT)
      .default(1)
      .meta({ description: 'How many of them may be active at once' }),
    params: fields.jsonObject.optional().meta({ description: "Instead of the cron's own" }),
  })
  .superRefine(({ from, to }, context) => {
    if (from < to) return
    context.addIssue({ code: 'custom', path: ['to'], message: 'must be after from' })
  })
  .meta({
    id: 'Backfill',
    example: { from: '2026-01-31T00:00:00+09:00', to: '2026-02-02T00:00:00+09:00', max_active: 2 },
  })
export type BackfillBody = z.output<typeof backfillBody>

export const backfillAnswer = z
  .object({
    dry_run: z.boolean(),
    count: z.int().meta({ description: 'Slots that were made, or would be' }),
    existing: z
      .int()
      .meta({ description: 'Slots of the range that have an execution already, and are left alone' }),
    first: instantAnswer.nullable(),
    last: instantAnswer.nullable(),
    max_active: z.int(),
    ids: z.array(z.int()).meta({ description: 'The executions, oldest slot first; none of a dry run' }),
  })
  .meta({ id: 'Backfill' })
