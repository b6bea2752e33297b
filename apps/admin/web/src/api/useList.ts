import { type InfiniteData, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import type { ApiError } from './apiError.ts'
import { fetchClient } from './client.ts'

/** What every list answers. */
interface Page<Item> {
  items: Item[]
  total: number
  total_is_exact: boolean
  next_cursor: string | null
}

type ListPath = '/crons' | '/jobs' | '/audit' | '/jobs/{id}/logs' | '/crons/{id}/slots'
type Query = Record<string, unknown>

export interface List<Item> {
  rows: Item[]
  /** Undefined until the first answer. */
  total: number | undefined
  /** The first page as it came, for what an answer says beside its items. */
  firstPage: unknown
  totalIsExact: boolean
  isPending: boolean
  /** Rows of another filter are shown until those of this one are there. */
  isStale: boolean
  error: ApiError | null
  hasMore: boolean
  isLoadingMore: boolean
  loadMore: () => void
  refetch: () => void
}

const PAGE_SIZE = 100
/** A list that was scrolled further down is not read anew by each change: all its pages would be. */
const MAX_LIVE_PAGES = 3

/**
 * A list by cursor, page after page, as far as it was scrolled.
 *
 * @param query  its filter and order; undefined values are left out
 */
export function useList<Item>(
  path: ListPath,
  query: Query,
  { id, isEnabled = true }: { id?: number; isEnabled?: boolean } = {},
): List<Item> {
  const [isLive, setLive] = useState(true)
  const init = { params: { query: { size: PAGE_SIZE, ...query }, path: { id } } }
  const result = useInfiniteQuery<
    Page<Item>,
    ApiError,
    InfiniteData<Page<Item>>,
    readonly unknown[],
    string | null
  >({
    queryKey: ['get', path, init],
    queryFn: async ({ pageParam, signal }) => {
      const params = {
        ...init.params,
        query: { ...init.params.query, ...(pageParam ? { cursor: pageParam } : {}) },
      }
      const { data } = await fetchClient.GET(path, { params, signal } as never)
      return data as unknown as Page<Item>
    },
    initialPageParam: null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
    placeholderData: keepPreviousData,
    meta: { isLive },
    enabled: isEnabled,
  })
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = result
  const pages = data?.pages
  const pageCount = pages?.length ?? 0
  useEffect(() => setLive(pageCount <= MAX_LIVE_PAGES), [pageCount])
  const rows = useMemo(() => pages?.flatMap(({ items }) => items) ?? [], [pages])
  return {
    rows,
    total: pages?.[0]?.total,
    firstPage: pages?.[0],
    totalIsExact: pages?.[0]?.total_is_exact ?? true,
    isPending: result.isPending,
    isStale: result.isPlaceholderData,
    error: result.error,
    hasMore: hasNextPage,
    isLoadingMore: isFetchingNextPage,
    loadMore: () => {
      if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
    },
    refetch: () => void result.refetch(),
  }
}
