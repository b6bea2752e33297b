import { useSyncExternalStore } from 'react'

const TICK_MS = 1_000

let now = Date.now()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  // Nobody looked for a while, and nobody kept it.
  if (!timer) now = Date.now()
  timer ??= setInterval(() => {
    now = Date.now()
    for (const tell of listeners) tell()
  }, TICK_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/**
 * The time, each second: one clock for the whole page.
 *
 * @param stepMs  the beginning of the present minute, quarter of an hour ... instead: it draws anew only when the next begins
 */
export function useNow(stepMs?: number): number {
  // A step is taken from the time itself: the clock stands where nobody looked at it for a while.
  return useSyncExternalStore(subscribe, () => (stepMs ? Math.floor(Date.now() / stepMs) * stepMs : now))
}
