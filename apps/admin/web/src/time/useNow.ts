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

/** The time, each second: one clock for the whole page. @param everyMs  rounded down to it, and told only when that changes */
export function useNow(everyMs = 1): number {
  return useSyncExternalStore(subscribe, () => Math.floor(now / everyMs) * everyMs)
}

/** The beginning of the current minute, quarter of an hour ...: it draws anew only when the next one begins. */
export function useRoundedNow(stepMs: number): number {
  return useSyncExternalStore(subscribe, () => Math.floor(Date.now() / stepMs) * stepMs)
}
