/** What the API answers, as far as this client reads it. Instants are ISO 8601 in UTC. */

export interface ErrorDetail {
  field: string
  message: string
  received?: unknown
  expected?: unknown
}

export interface Page<T> {
  items: T[]
  total: number
  /** False: there are at least `total`. */
  total_is_exact?: boolean
  page?: number
  size?: number
  pages?: number
  next_cursor?: string | null
}

export interface Cron {
  id: number
  name: string
  description: string | null
  cron_expression: string
  timezone: string
  handler_name: string
  is_enabled: boolean
  next_run_at: string | null
  last_run_at: string | null
  last_status: string | null
  disabled_reason: string | null
  tags: string[]
  version: number
  [field: string]: unknown
}

export interface Job {
  id: number
  job_id: number | null
  cron_name: string | null
  handler_name: string
  status: string
  scheduled_time: string
  started_at: string | null
  finished_at: string | null
  duration_ms: number | null
  attempt: number
  progress_percentage: number | null
  current_step: string | null
  error_message: string | null
  worker_id: string | null
  [field: string]: unknown
}

export interface Run {
  attempt: number
  status: string
  worker_id: string | null
  started_at: string | null
  finished_at: string | null
  duration_ms: number | null
  error_message: string | null
}

export interface LogLine {
  logged_at: string
  attempt: number
  line: number
  level: string
  message: string
  fields: Record<string, unknown> | null
}

export interface JobDetail extends Job {
  runs: Run[]
  logs: LogLine[]
}

export interface Preview {
  next: string[]
  description: string
  daylight_saving?: { at: string; effect: string }[]
}

/** When a cron fires next, and why no more often. */
export interface NextRuns extends Preview {
  ends?: string | null
  scheduler_running?: boolean
}

export interface Slot {
  scheduled_time: string
  verdict: string
  explanation?: string
  job_id: number | null
  late_ms: number | null
  duration_ms: number | null
}
export interface SlotPage extends Page<Slot> {
  /** How many instants of the whole span have each verdict. */
  summary?: Record<string, number>
}

export interface Why {
  id: number
  status: string
  /** The code of the most decisive cause. */
  verdict: string
  explanation: string
}

/** Statuses after which an execution no longer changes by itself. */
export const FINAL_STATUSES = ['SUCCESS', 'FAILED', 'TIMEOUT', 'CANCELLED', 'SKIPPED']
