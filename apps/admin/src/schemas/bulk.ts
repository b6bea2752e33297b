import { z } from 'zod'
import * as fields from './fields.ts'

const MAX_IDS = 10_000

/** One value of a body's filter, or several. */
export const oneOrMore = <T extends string>(values: readonly [T, ...T[]]) =>
  z.union([z.enum(values), z.array(z.enum(values)).min(1).max(100)]).transform((given) => [given].flat())

/** What a bulk action is about: ids, a filter, or everything. */
export function bulkTargets<F extends z.ZodType<object>>(filter: F, noun: string) {
  return z
    .strictObject({
      ids: z.array(z.int().min(0)).min(1).max(MAX_IDS).optional(),
      filter: filter
        .refine((given) => Object.keys(given).length > 0, `is empty; to mean every ${noun} say all: true`)
        .optional(),
      all: z
        .literal(true)
        .optional()
        .meta({ description: `Every ${noun} there is` }),
      dry_run: z.boolean().optional().meta({ description: 'Only say how many' }),
    })
    .superRefine((body, context) => {
      const given = [body.ids, body.filter, body.all].filter((value) => value !== undefined).length
      if (given === 1) return
      const message =
        given === 0 ? 'is required, or filter, or all: true' : 'give one of ids, filter and all, not several'
      context.addIssue({ code: 'custom', path: ['ids'], message })
    })
}

export const bulkActionQuery = z.strictObject({
  dry_run: fields.queryBoolean.optional().meta({ description: 'Only say how many' }),
})

/** For descriptions of operations. */
export const BATCHES =
  'With `dry_run` it only counts. It works in batches that commit one by one and answers after at most 25 seconds: while `remaining` is not 0, send the same request again. One that the client gives up stops after its batch.'

export const bulkActionAnswer = z
  .object({
    dry_run: z.boolean(),
    matched: z.int().min(0).meta({ description: 'What the ids or the filter name' }),
    changed: z.int().min(0).meta({ description: 'Done by this call' }),
    skipped: z.int().min(0).meta({ description: 'What this cannot be done to, as it is' }),
    remaining: z.int().min(0).meta({
      description:
        'Not reached in the time a call takes: send it again until this is 0. In a dry run, what would be done',
    }),
    is_exact: z.boolean().meta({ description: 'False: there are at least as many as the counts say' }),
  })
  .meta({
    id: 'BulkAction',
    example: { dry_run: false, matched: 1204, changed: 1200, skipped: 4, remaining: 0, is_exact: true },
  })
