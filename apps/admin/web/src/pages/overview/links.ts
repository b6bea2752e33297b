import type { Status } from '../../components/status.ts'
import type { Span } from '../jobs/useJobFilter.ts'

interface JobsFilter {
  status?: readonly Status[]
  handler?: string
  queue?: string
  /** Up to now. */
  last?: Span
  /** ISO 8601, on the scheduled time. */
  from?: string
  q?: string
}

/** The address of the jobs page with a filter. */
export function jobsPath(filter: JobsFilter): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(filter))
    for (const one of [value ?? []].flat()) params.append(name, one)
  return `/jobs?${params}`
}

export const workerPath = (id: string) => `/workers#${encodeURIComponent(id)}`
