import { keepPreviousData } from '@tanstack/react-query'
import { api } from '../../api/client.ts'
import { useNow } from '../../time/useNow.ts'

const HOUR_MS = 3_600_000

/** What settled in the last hours, hour by hour, the present one included. */
export function useHours(hours: number, withDurations = false) {
  const to = useNow(HOUR_MS)
  const query = {
    from: new Date(to - (hours - 1) * HOUR_MS).toISOString(),
    to: new Date(to + 1).toISOString(),
    interval: 'hour' as const,
  }
  const init = { params: { query } }
  const options = { placeholderData: keepPreviousData }
  const throughput = api.useQuery('get', '/stats/throughput', init, options)
  const lateness = api.useQuery('get', '/stats/lateness', init, options)
  const durations = api.useQuery('get', '/stats/durations', init, { ...options, enabled: withDurations })
  const asked = withDurations ? [throughput, lateness, durations] : [throughput, lateness]
  return {
    throughput: throughput.data?.items ?? [],
    lateness: lateness.data?.items ?? [],
    durations: durations.data?.items ?? [],
    isPending: asked.some((one) => one.isPending),
    error: asked.find((one) => one.error && !one.data)?.error ?? null,
    refetch: () => {
      for (const one of asked) void one.refetch()
    },
  }
}
