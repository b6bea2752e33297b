import { z } from 'zod'
import { oneValue, queryInteger, sentAs } from './fields.ts'

const MAX_SIZE = 200
/** Beyond it nobody pages; the product with the size stays far below 2^53. */
const MAX_OFFSET = 1_000_000_000

export const pagingFields = {
  page: queryInteger(1, MAX_OFFSET / MAX_SIZE)
    .optional()
    .meta({ description: 'From 1, the default' }),
  size: queryInteger(1, MAX_SIZE).optional().meta({ description: 'Items of a page; default 20' }),
  limit: queryInteger(1, MAX_SIZE).optional().meta({ description: 'Instead of `size`, with `offset`' }),
  offset: queryInteger(0, MAX_OFFSET)
    .optional()
    .meta({ description: 'How many items come before; instead of `page`' }),
}

/** For a list that also goes on behind the end of an earlier page. */
export const cursorFields = {
  ...pagingFields,
  cursor: z.string({ error: oneValue }).min(1).max(2_000).optional().meta({
    description:
      'Goes on where another page of the same filter and order ended: its `next_cursor`. For pages far down, which cost as much as the first',
  }),
}

type PagingQuery = z.output<z.ZodObject<typeof pagingFields>> & { cursor?: unknown }

export interface Page {
  limit: number
  offset: number
}

/** For `superRefine`: one way of paging, not two. */
export function refuseMixedPaging(query: PagingQuery, context: z.core.$RefinementCtx): void {
  const refuse = (field: string, message: string) =>
    context.addIssue({ code: 'custom', path: [field], message })
  if ((query.page ?? query.size) !== undefined && (query.limit ?? query.offset) !== undefined) {
    refuse('limit', 'give either page and size, or limit and offset')
  }
  if (query.cursor !== undefined && (query.page ?? query.offset) !== undefined) {
    refuse('cursor', 'says itself where the page begins; leave out page and offset')
  }
}

/** The fields of each item that are wanted, repeated or separated by commas. */
export function fieldsQuery<K extends string>(known: readonly K[]) {
  return z
    .union([z.string(), z.array(z.string())])
    .transform((given, context) => {
      const names = [...new Set([given].flat().flatMap((text) => text.split(',')))]
      const unknown = names.filter((name) => !(known as readonly string[]).includes(name))
      if (unknown.length === 0) return names as K[]
      context.addIssue({
        code: 'custom',
        message: `has no field "${unknown[0]!.slice(0, 50)}", expected some of ${known.join(', ')}`,
      })
      return z.NEVER
    })
    .optional()
    .meta({
      ...sentAs({ type: 'array', items: { type: 'string', enum: [...known] }, minItems: 1 }),
      description: 'Only these fields of each item; repeated, or separated by commas',
      example: known.slice(0, 2),
    })
}

/** An item with those of its fields that are wanted. */
export function pickFields<T extends object>(
  item: T,
  fields: ReadonlyArray<keyof T> | undefined,
): Partial<T> {
  if (!fields) return item
  return Object.fromEntries(fields.map((name) => [name, item[name]])) as Partial<T>
}

export function pageOf({ page, size, limit, offset }: PagingQuery): Page {
  if ((limit ?? offset) !== undefined) return { limit: limit ?? 20, offset: offset ?? 0 }
  return { limit: size ?? 20, offset: ((page ?? 1) - 1) * (size ?? 20) }
}

/** The shape of every list. `more` is for those that have cursors, or totals that are no more than a lower bound. */
export function pageBody<T>(
  items: T[],
  total: number,
  { limit, offset }: Page,
  more: { nextCursor?: string | null; isExact?: boolean } = {},
) {
  return {
    items,
    total,
    total_is_exact: more.isExact ?? true,
    next_cursor: more.nextCursor ?? null,
    page: Math.floor(offset / limit) + 1,
    size: limit,
    pages: Math.ceil(total / limit),
  }
}
