import { queryClient } from '../../api/client.ts'

/** After a change from this page: also while live updates are paused or the connection is lost. */
export function readJobsAnew(): void {
  const concerned = ({ queryKey }: { queryKey: readonly unknown[] }) => /^\/jobs/.test(String(queryKey[1]))
  for (const { meta } of queryClient.getQueryCache().findAll({ type: 'active', predicate: concerned }))
    if (meta?.isLive === false) (meta.onPassedOver as (() => void) | undefined)?.()
  void queryClient.invalidateQueries({
    predicate: (query) => concerned(query) && query.meta?.isLive !== false,
  })
}
