import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, type Schemas } from '../../api/client.ts'

/** Of as many crons as a page of the list has. */
const CHUNK = 100
const RUNS = 30

/** The last runs of crons, by their ids. A cron of which they are not known yet is missing. */
export function useRecentRuns(ids: number[]): Map<number, Schemas['RecentRun'][]> {
  const chunks = useMemo(
    () =>
      Array.from({ length: Math.ceil(ids.length / CHUNK) }, (_, index) =>
        ids.slice(index * CHUNK, (index + 1) * CHUNK),
      ),
    [ids],
  )
  return useQueries({
    queries: chunks.map((chunk) =>
      api.queryOptions('get', '/crons/recent-runs', { params: { query: { ids: chunk, count: RUNS } } }),
    ),
    combine: collect,
  })
}

const collect = (results: Array<{ data?: Schemas['RecentRuns'] | undefined }>) =>
  new Map(
    results.flatMap(({ data }) => data?.items.map(({ cron_id, runs }) => [cron_id, runs] as const) ?? []),
  )
