import { api, type Schemas } from '../../api/client.ts'
import { useNow } from '../../time/useNow.ts'

export type HandlerStats = Schemas['HandlerStatsPage']['items'][number]

const HOUR_MS = 3_600_000
const SPAN_MS = 7 * 24 * HOUR_MS

/** What each handler did in the last seven days, by its name. */
export function useHandlerStats(): Map<string, HandlerStats> {
  // Of whole hours, as statistics are kept: the query stays the same for an hour.
  const hour = useNow(HOUR_MS)
  const { data } = api.useQuery('get', '/stats/handlers', {
    params: { query: { from: new Date(hour - SPAN_MS).toISOString(), size: 200 } },
  })
  return new Map(data?.items.map((item) => [item.handler_name, item]) ?? [])
}
