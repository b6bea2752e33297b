import type { z } from 'zod'
import { queryInteger } from './fields.ts'

const MAX_SIZE = 200
/** Beyond it nobody pages; the product with the size stays far below 2^53. */
const MAX_OFFSET = 1_000_000_000

export const pagingFields = {
  page: queryInteger(1, MAX_OFFSET / MAX_SIZE).optional(),
  size: queryInteger(1, MAX_SIZE).optional(),
  limit: queryInteger(1, MAX_SIZE).optional(),
  offset: queryInteger(0, MAX_OFFSET).optional(),
}

type PagingQuery = z.output<z.ZodObject<typeof pagingFields>>

export interface Page {
  limit: number
  offset: number
}

/** For `superRefine`: either way of paging, not both. */
export function refuseMixedPaging(query: PagingQuery, context: z.core.$RefinementCtx): void {
  if ((query.page ?? query.size) === undefined || (query.limit ?? query.offset) === undefined) return
  context.addIssue({
    code: 'custom',
    path: ['limit'],
    message: 'give either page and size, or limit and offset',
  })
}

export function pageOf({ page, size, limit, offset }: PagingQuery): Page {
  if ((limit ?? offset) !== undefined) return { limit: limit ?? 20, offset: offset ?? 0 }
  return { limit: size ?? 20, offset: ((page ?? 1) - 1) * (size ?? 20) }
}

/** The shape of every list. */
export function pageBody<T>(items: T[], total: number, { limit, offset }: Page) {
  return {
    items,
    total,
    page: Math.floor(offset / limit) + 1,
    size: limit,
    pages: Math.ceil(total / limit),
  }
}
