import { api, type Schemas } from '../../api/client.ts'

/** Since when nobody serves each of the handlers that ended workers had, as far as those are remembered. */
export function useUnservedSince(isNeeded: boolean): Map<string, string> {
  const { data } = api.useQuery(
    'get',
    '/workers',
    {
      params: {
        query: {
          status: ['STOPPED', 'LOST'],
          size: 200,
          fields: ['handlers', 'heartbeat_at', 'stopped_at'],
        },
      },
    },
    { enabled: isNeeded },
  )
  const since = new Map<string, string>()
  for (const worker of (data?.items ?? []) as Schemas['Worker'][]) {
    const end = worker.stopped_at ?? worker.heartbeat_at
    for (const name of worker.handlers) if (end > (since.get(name) ?? '')) since.set(name, end)
  }
  return since
}
