import { queryClient } from '../../api/client.ts'

/** After a change of one's own: it is seen at once, also while live updates are paused. */
export function readSchedulesAnew(): Promise<void> {
  return queryClient.invalidateQueries({
    predicate: ({ queryKey }) => /^\/schedules(?!\/validate)/.test(String(queryKey[1])),
  })
}
