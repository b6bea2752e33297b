import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { queryClient } from '../api/client.ts'
import { LiveFeed, type LiveState } from './LiveFeed.ts'

interface Live extends LiveState {
  pause: () => void
  resume: () => void
}

const LiveContext = createContext<Live | null>(null)

/** Keeps what is shown in step with what changes, while it is mounted. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [state, setState] = useState<LiveState>({ connection: 'connecting', isPaused: false, missed: 0 })
  const feed = useMemo(() => new LiveFeed(queryClient, setState), [])
  useEffect(() => {
    feed.open()
    return () => feed.close()
  }, [feed])
  const live = useMemo(
    () => ({ ...state, pause: () => feed.pause(), resume: () => feed.resume() }),
    [state, feed],
  )
  return <LiveContext value={live}>{children}</LiveContext>
}

export function useLive(): Live {
  const live = useContext(LiveContext)
  if (!live) throw new Error('used outside of LiveProvider')
  return live
}
