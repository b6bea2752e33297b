import createQueryClient from 'openapi-react-query'
import type { ApiError } from './apiError.ts'
import { fetchClient } from './client.ts'

export type Frequency = 'once' | 'hourly' | 'daily' | 'weekly' | 'monthly'
export type TriggerRule = 'all_success' | 'all_done' | 'one_success' | 'one_failed' | 'none_failed'
export type TaskKind = 'handler' | 'schedule' | 'approval' | 'event'
export type RunStatus = 'PENDING' | 'RUNNING' | 'SUCCESS' | 'FAILED' | 'CANCELLED'
export type RunTrigger = 'cron' | 'manual' | 'schedule' | 'external'
export type TaskStatus = 'PENDING' | 'RUNNING' | 'SUCCESS' | 'FAILED' | 'TIMEOUT' | 'CANCELLED' | 'SKIPPED'

/** One task as it is given: what is left out is as its default says. */
export interface TaskDefinition {
  key: string
  description?: string | null
  handler_name?: string
  /** Null while none was chosen yet. */
  schedule_id?: number | null
  approval?: { role?: 'operator' | 'admin'; message?: string | null; deadline_seconds?: number | null }
  wait_for?: { event: string; deadline_seconds?: number | null }
  params?: Record<string, unknown>
  depends_on?: string[]
  trigger_rule?: TriggerRule
  max_retry?: number
  retry_delay_seconds?: number
  retry_backoff?: 'fixed' | 'exponential'
  timeout_seconds?: number | null
  condition?: string | null
  for_each?: string | unknown[] | null
  priority?: number
  queue?: string
  operator?: 'jobu' | 'bash' | 'python' | 'http'
}

export interface Webhook {
  url: string
  on?: Array<'success' | 'failure'>
  secret?: { $secret: string }
}

export interface Notifications {
  on_success?: boolean
  on_failure?: boolean
  recipients?: string[]
  webhooks?: Webhook[]
  templates?: Partial<Record<'success_subject' | 'success_body' | 'failure_subject' | 'failure_body', string>>
}

/** What makes or changes a schedule. */
export interface ScheduleBody {
  title: string
  description?: string | null
  owner?: string | null
  tags?: string[]
  engine?: 'jobu' | 'airflow'
  cron_expression?: string | null
  frequency?: Frequency | null
  time?: string | null
  minute?: number | null
  day_of_week?: number | null
  day_of_month?: number | null
  timezone?: string
  day_match?: 'or' | 'and'
  start_date?: string | null
  end_date?: string | null
  is_enabled?: boolean
  overlap_policy?: 'skip' | 'allow' | 'buffer_one' | 'replace'
  max_active_runs?: number
  misfire_policy?: 'fire_once' | 'fire_all' | 'skip'
  misfire_limit?: number
  misfire_grace_seconds?: number
  notifications?: Notifications
  tasks: TaskDefinition[]
}

export interface LastRun {
  id: number
  status: RunStatus
  scheduled_time: string
  started_at: string | null
  finished_at: string | null
  duration_ms: number | null
}

export interface Schedule extends Required<Omit<ScheduleBody, 'tasks'>> {
  id: number
  engine_state: { state: string; message?: string | null } | null
  status: 'ACTIVE' | 'PAUSED' | 'COMPLETED'
  /** Left out in lists. */
  tasks?: TaskDefinition[]
  version: number
  task_count: number
  next_run_at: string | null
  last_run: LastRun | null
  last_status: RunStatus | null
  disabled_reason: string | null
  schedule_in_words: string
  created_at: string
  updated_at: string
}

export interface ScheduleVersion {
  version: number
  task_count: number
  created_by: string | null
  created_at: string
  tasks?: TaskDefinition[]
}

export interface ScheduleRun extends LastRun {
  run_id: number
  schedule_id: number
  schedule_title: string
  version: number
  trigger: RunTrigger
  params: Record<string, unknown>
  created_at: string
  round: number
  created_by: string | null
  reason: string | null
  error_message: string | null
  parent: { schedule_id: number; run_id: number; task_key: string } | null
  external_run_id: string | null
  task_counts: Record<TaskStatus, number>
}

export interface Fault {
  field: string | null
  message: string
  received?: unknown
  expected?: unknown
}

export interface Validation {
  valid: boolean
  faults: Fault[]
  /** Keys by level: what may run at the same time. */
  order: string[][]
  /** What decides the slots, also of a frequency. */
  cron: string | null
  next: string[]
}

interface Paged<Item> {
  items: Item[]
  total: number
  total_is_exact: boolean
  page: number
  size: number
  pages: number
}

type Answers<Answer, Status extends number = 200> = {
  responses: {
    [Code in Status]: { headers: Record<string, unknown>; content: { 'application/json': Answer } }
  } & {
    default: { headers: Record<string, unknown>; content: { 'application/json': ApiError } }
  }
}
type Gives<Body> = { requestBody: { content: { 'application/json': Body } } }
type Takes<Path, Query = never> = {
  parameters: { query?: Query; path: Path; header?: never; cookie?: never }
}
type Asks<Query> = { parameters: { query?: Query; path?: never; header?: never; cookie?: never } }
type Id = { id: number }
interface RunQuery {
  page?: number
  size?: number
  status?: RunStatus
  trigger?: RunTrigger
  from_date?: string
  to_date?: string
}

/** The paths of schedules, as the OpenAPI document will name them. */
export interface SchedulePaths {
  '/schedules': {
    get: Asks<Record<string, string | number | undefined>> & Answers<Paged<Schedule>>
    post: Gives<ScheduleBody> & Answers<Schedule, 201>
  }
  '/schedules/validate': { post: Gives<ScheduleBody> & Answers<Validation> }
  '/schedules/{id}': {
    get: Takes<Id> & Answers<Schedule>
    patch: Takes<Id> & Gives<Partial<ScheduleBody>> & Answers<Schedule>
    delete: Takes<Id> & Answers<never, 204>
  }
  '/schedules/{id}/toggle': { patch: Takes<Id> & Gives<{ is_enabled?: boolean }> & Answers<Schedule> }
  '/schedules/{id}/start': {
    post: Takes<Id> & Gives<{ params?: object; logical_date?: string }> & Answers<ScheduleRun, 201>
  }
  '/schedules/{id}/versions': {
    get: Takes<Id, { page?: number; size?: number }> & Answers<Paged<ScheduleVersion>>
  }
  '/schedules/{id}/versions/{version}': { get: Takes<Id & { version: number }> & Answers<ScheduleVersion> }
  '/schedules/{id}/runs': { get: Takes<Id, RunQuery> & Answers<Paged<ScheduleRun>> }
}

type Fetch = Parameters<typeof createQueryClient<SchedulePaths>>[0]

export const scheduleFetch = fetchClient as unknown as Fetch
export const scheduleApi = createQueryClient<SchedulePaths>(scheduleFetch)
