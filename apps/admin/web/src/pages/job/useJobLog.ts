import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { JobLogStore, type LogSnapshot } from './JobLogStore.ts'

/** The log of an execution, live. @param isFinal  once it is not any more, as after a retry, the stream goes on */
export function useJobLog(id: number, isFinal: boolean): LogSnapshot {
  const store = useMemo(() => new JobLogStore(id), [id])
  const { state } = useSyncExternalStore(store.subscribe, store.snapshot)
  const isWanted = !(isFinal && state === 'ended')
  useEffect(() => (isWanted ? store.open() : undefined), [store, isWanted])
  return store.snapshot()
}
