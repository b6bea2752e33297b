import type { Span } from '../pages/jobs/useJobFilter.ts'
import type { Status } from './status.ts'

/** The filters of the jobs page, as its address has them. */
interface JobsFilter {
  status?: readonly Status[]
  cron?: number
  handler?: string
  queue?: string
  /** Up to now. */
  last?: Span
  /** ISO 8601, on the scheduled time. */
  from?: string
  to?: string
  q?: string
}

/** The address of the jobs page with a filter. */
export function jobsPath(filter: JobsFilter): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(filter))
    for (const one of [value ?? []].flat()) params.append(name, String(one))
  return `/jobs?${params}`
}
