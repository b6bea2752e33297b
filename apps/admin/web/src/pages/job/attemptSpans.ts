import type { JobDetail } from './JobPage.tsx'

export type Run = JobDetail['runs'][number]

/** A bar of the timeline, in milliseconds since 1970. */
export interface Span {
  kind: 'scheduled' | 'wait' | 'backoff' | 'run'
  from: number
  to: number
}
/** What belongs to one attempt; without `run` it has not started. */
export interface Lane {
  attempt: number
  spans: Span[]
  run: Run | null
}

const ms = (at: string) => Date.parse(at)

/** One lane for each attempt: what it waited for, then how long it ran. @param now  where one that runs ends */
export function attemptLanes(job: JobDetail, now: number): Lane[] {
  const { runs, status } = job
  const lanes = runs.flatMap<Lane>((run, index) => {
    if (run.started_at === null) return []
    const started = ms(run.started_at)
    const before = runs[index - 1]?.finished_at
    const end = run.finished_at === null ? Math.max(now, started) : ms(run.finished_at)
    return [
      {
        attempt: run.attempt,
        run,
        spans: [...(before ? backoff(ms(before), started) : queued(job, started)), span('run', started, end)],
      },
    ]
  })
  if (status !== 'PENDING') return lanes
  const last = runs.at(-1)?.finished_at
  const due = ms(job.run_at)
  const next = last
    ? [span('backoff', ms(last), Math.max(due, ms(last))), ...(now > due ? [span('wait', due, now)] : [])]
    : due > now
      ? [span('scheduled', ms(job.created_at), due)]
      : queued(job, now)
  return [...lanes, { attempt: (runs.at(-1)?.attempt ?? 0) + 1, spans: next, run: null }]
}

/**
 * Before its first start: how long a worker took to take it. What lies before it was due is left out, or a job
 * scheduled for next week would leave no room for its run.
 */
function queued(job: JobDetail, until: number): Span[] {
  const due = Math.min(Math.max(ms(job.scheduled_time), ms(job.created_at)), until)
  return [span('wait', due, until)]
}

const backoff = (from: number, to: number) => [span('backoff', from, Math.max(from, to))]
const span = (kind: Span['kind'], from: number, to: number): Span => ({ kind, from, to })

/** From the first to the last instant of all lanes; at least a millisecond wide. */
export function extentOf(lanes: Lane[]): { from: number; to: number } {
  const spans = lanes.flatMap((lane) => lane.spans)
  const from = Math.min(...spans.map((one) => one.from))
  return { from, to: Math.max(from + 1, ...spans.map((one) => one.to)) }
}
