import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useState } from 'react'
import type { ApiError } from './apiError.ts'
import { fetchClient } from './client.ts'

/** What every list answers. */
interface Page<Item> {
  items: Item[]
  total: number
  total_is_exact: boolean
  next_cursor: string | null
}

type ListPath =
  | '/crons'
  | '/jobs'
  | '/audit'
  | '/jobs/{id}/logs'
  | '/crons/{id}/slots'
  | '/schedules/{id}/runs'
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
  /** Tries again what failed: the next page, or all that are there. */
  refetch: () => void
  /** Something has changed, and the list is too long to be read anew by itself. */
  hasNewer: boolean
  /** Begins again with the first page. */
  showNewer: () => void
}

const PAGE_SIZE = 100
/** A list that was scrolled further down is not read anew by each change: all its pages would be. */
const MAX_LIVE_PAGES = 3

const isShort = ({ state }: { state: { data?: InfiniteData<unknown> | undefined } }) =>
  (state.data?.pages.length ?? 0) <= MAX_LIVE_PAGES

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
  const queries = useQueryClient()
  const [isLive, setLive] = useState(true)
  const [hasNewer, setHasNewer] = useState(false)
  const init = { params: { query: { size: PAGE_SIZE, ...query }, path: { id } } }
  const queryKey = ['get', path, init] as const
  const noteNewer = useCallback(() => setHasNewer(true), [])
  const result = useInfiniteQuery<
    Page<Item>,
    ApiError,
    InfiniteData<Page<Item>>,
    readonly unknown[],
    string | null
  >({
    queryKey,
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
    refetchOnMount: isShort,
    refetchOnReconnect: isShort,
    meta: { isLive, onPassedOver: noteNewer },
    enabled: isEnabled,
  })
  const { data, hasNextPage, isFetching, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = result
  const pages = data?.pages
  const pageCount = pages?.length ?? 0
  useEffect(() => {
    setLive(pageCount <= MAX_LIVE_PAGES)
    if (pageCount <= MAX_LIVE_PAGES) setHasNewer(false)
  }, [pageCount])
  // One that was left, and is come back to, may have changed meanwhile.
  useEffect(() => setHasNewer(pageCount > MAX_LIVE_PAGES), [])
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
      // One that is read anew goes first: asking for more would cancel it, each time, and it would never be current.
      if (hasNextPage && !isFetching && !isFetchNextPageError) void fetchNextPage()
    },
    refetch: () => void (isFetchNextPageError ? fetchNextPage() : result.refetch()),
    hasNewer: hasNewer && !isLive,
    showNewer: () => {
      queries.setQueryData<InfiniteData<Page<Item>>>(
        queryKey,
        (before) => before && { pages: before.pages.slice(0, 1), pageParams: before.pageParams.slice(0, 1) },
      )
      void queries.invalidateQueries({ queryKey, exact: true })
    },
  }
}
