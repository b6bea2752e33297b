import type { Status } from '../../components/status.ts'

interface JobsFilter {
  status?: Status[]
  handler_name?: string
  from_date?: string
  q?: string
}

/** The address of the jobs page with a filter, which has the names that GET /jobs has. */
export function jobsPath(filter: JobsFilter): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(filter))
    for (const one of [value ?? []].flat()) params.append(name, one)
  return params.size > 0 ? `/jobs?${params}` : '/jobs'
}
