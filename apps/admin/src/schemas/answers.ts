import { z } from 'zod'

/** A list: one page of it, and how much there is. */
export function pageOfAnswers<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    total: z.int().min(0),
    total_is_exact: z.boolean().meta({ description: 'False: there are at least `total`' }),
    next_cursor: z.string().nullable().meta({
      description: 'Pass it as `cursor` for what follows; null at the end, and of lists without cursors',
    }),
    page: z.int().min(1),
    size: z.int().min(1),
    pages: z.int().min(0),
  })
}

export const errorAnswer = z
  .object({
    error: z.object({
      code: z.string().meta({ example: 'CRON_NOT_FOUND' }),
      message: z.string().meta({ example: 'Cron job with id 123 not found' }),
      details: z.array(
        z.object({
          field: z.string(),
          message: z.string(),
          received: z.unknown().optional(),
          expected: z.unknown().optional(),
        }),
      ),
    }),
  })
  .meta({ id: 'Error' })
