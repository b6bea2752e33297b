import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { ApiError } from '../../api/apiError.ts'
import { fetchClient } from '../../api/client.ts'
import type { ScheduleBody, Validation } from '../../api/scheduleTypes.ts'
import { type PlacedFault, place } from './faults.ts'

/** While something is still being changed it is not checked, in milliseconds. */
const CHECK_AFTER_MS = 400

/** What the server would say to a schedule as it stands. @param refused  what it said when it was to be saved */
export function useValidation(schedule: ScheduleBody, refused: ApiError | null) {
  const [checked] = useDebouncedValue(schedule, CHECK_AFTER_MS)
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ['schedule validation', checked],
    queryFn: async ({ signal }) => {
      const answer = await fetchClient.POST('/schedules/validate', { body: checked as never, signal })
      return answer.data as Validation
    },
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
    meta: { isLive: false },
  })
  const isCurrent = checked === schedule && data !== undefined && !isPlaceholderData
  const faults = useMemo(() => {
    // What cannot be read as a schedule at all is refused in the way of every request.
    const said = (error ?? (isCurrent ? null : refused))?.details ?? data?.faults ?? []
    return said.map((fault): PlacedFault => place({ ...fault, field: fault.field ?? '' }, schedule))
  }, [data, error, refused, schedule, isCurrent])
  return { faults, data, isCurrent: isCurrent || error !== null }
}
