import type { ApiError } from './apiError.ts'
import type { List } from './useList.ts'

interface Answer {
  data?: { items: unknown[]; total: number; total_is_exact: boolean }
  isPending: boolean
  isPlaceholderData?: boolean
  error: ApiError | null
  refetch: () => unknown
}

/** A list that comes in one answer, as tables take it. Its items are whole: no `fields` were asked for. */
export function listOf<Item>({
  data,
  isPending,
  isPlaceholderData,
  error,
  refetch,
}: Answer): Pick<
  List<Item>,
  'rows' | 'total' | 'totalIsExact' | 'isPending' | 'isStale' | 'error' | 'refetch'
> {
  return {
    rows: (data?.items ?? []) as Item[],
    total: data?.total,
    totalIsExact: data?.total_is_exact ?? true,
    isPending,
    isStale: isPlaceholderData ?? false,
    error,
    refetch: () => void refetch(),
  }
}
