import { keepPreviousData } from '@tanstack/react-query'
import { api } from '../../api/client.ts'
import { useNow } from '../../time/useNow.ts'

const MINUTE_MS = 60_000

/** The last sixty full minutes, one by one. The tiles and the charts ask the same. */
export function useLastHour() {
  const to = new Date(useNow(MINUTE_MS)).toISOString()
  return api.useQuery(
    'get',
    '/stats/minutes',
    { params: { query: { to } } },
    { placeholderData: keepPreviousData },
  )
}
