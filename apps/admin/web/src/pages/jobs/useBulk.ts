import { useEffect, useRef, useState } from 'react'
import type { ApiError } from '../../api/apiError.ts'
import { readJobsAnew } from '../job/readJobsAnew.ts'
import { type BulkTarget, type BulkVerb, type Counts, countBulk, runBulk } from './runBulk.ts'

/** How often what is left is counted while a request, which takes up to 25 seconds, is on its way. */
const COUNT_MS = 2_000

/** counting -> ready -> running -> done | stopped; failed from each. */
type Phase = 'counting' | 'ready' | 'running' | 'done' | 'stopped' | 'failed'

/** A bulk action from its first count to its end. */
export function useBulk(verb: BulkVerb, target: BulkTarget) {
  const [phase, setPhase] = useState<Phase>('counting')
  const [counts, setCounts] = useState<Counts | null>(null)
  const [changed, setChanged] = useState(0)
  const [error, setError] = useState<ApiError | null>(null)
  const running = useRef<AbortController>(undefined)
  const fail = (thrown: unknown) => {
    if ((thrown as Error).name === 'AbortError') return
    setError(thrown as ApiError)
    setPhase('failed')
  }
  const count = async (signal: AbortSignal) => {
    setPhase('counting')
    setError(null)
    try {
      setCounts(await countBulk(verb, target, signal))
      setPhase('ready')
    } catch (thrown) {
      fail(thrown)
    }
  }
  useEffect(() => {
    const abort = new AbortController()
    void count(abort.signal)
    return () => {
      abort.abort()
      running.current?.abort()
    }
  }, [])

  const run = async () => {
    const abort = new AbortController()
    running.current = abort
    setPhase('running')
    setError(null)
    const note = (sum: number) => setChanged((before) => Math.max(before, sum))
    const counting = setInterval(async () => {
      // Only how far it is: what cannot be reached, the request on its way tells.
      const left = await countBulk(verb, target, abort.signal).catch(() => null)
      if (left?.isExact && counts) note(counts.remaining - left.remaining)
    }, COUNT_MS)
    try {
      const sum = await runBulk(verb, target, abort.signal, note)
      setChanged(sum)
      setPhase('done')
      return sum
    } catch (thrown) {
      fail(thrown)
      return null
    } finally {
      clearInterval(counting)
      readJobsAnew()
    }
  }
  /** What has been done stays done. */
  const stop = async () => {
    running.current?.abort()
    setPhase('stopped')
    readJobsAnew()
    try {
      const left = await countBulk(verb, target, new AbortController().signal)
      if (left.isExact && counts?.isExact) setChanged(Math.max(0, counts.remaining - left.remaining))
      setCounts(left)
    } catch (thrown) {
      setError(thrown as ApiError)
    }
  }
  return { phase, counts, changed, error, run, stop, recount: () => count(new AbortController().signal) }
}
