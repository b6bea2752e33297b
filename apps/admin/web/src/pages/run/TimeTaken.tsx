import { formatDuration } from '../../time/format.ts'
import { useNow } from '../../time/useNow.ts'

interface Timed {
  status: string
  started_at: string | null
  duration_ms: number | null
}

/** How long it took; of what runs, how long so far. */
export function TimeTaken({ of: { status, started_at, duration_ms } }: { of: Timed }) {
  if (status === 'RUNNING' && started_at) return <SoFar since={started_at} />
  return <span className="tabular">{duration_ms === null ? '–' : formatDuration(duration_ms)}</span>
}

function SoFar({ since }: { since: string }) {
  const now = useNow()
  return <span className="tabular">{formatDuration(Math.max(0, now - Date.parse(since)))}</span>
}
