import type { Schemas } from './client.ts'

export type Frequency = 'once' | 'hourly' | 'daily' | 'weekly' | 'monthly'
export type TriggerRule = 'all_success' | 'all_done' | 'one_success' | 'one_failed' | 'none_failed'
export type TaskKind = 'handler' | 'schedule' | 'approval' | 'event'

/** One task as it is given, also while it is being edited: what is left out is as its default says. */
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

/** A schedule as the API gives it. */
export type Schedule = Omit<Schemas['ScheduleItem'], 'engine_state' | 'notifications'> & {
  engine_state: { state?: string; message?: string | null } | null
  notifications: Notifications
  /** Left out in lists. */
  tasks?: TaskDefinition[]
}
export type ScheduleRun = Schemas['ScheduleRunItem']
export type ScheduleVersion = Schemas['ScheduleVersionItem'] & { tasks?: TaskDefinition[] }
export type Validation = Schemas['ScheduleValidation']
export type Fault = Validation['faults'][number]
export type RunStatus = ScheduleRun['status']
export type RunTrigger = ScheduleRun['trigger']

/** The document knows tasks as any objects: the server has checked what is stored. */
export const asSchedule = (answer: Schemas['Schedule']): Schedule => answer as unknown as Schedule
export const tasksOf = ({ tasks }: Pick<Schemas['ScheduleVersion'], 'tasks'>): TaskDefinition[] =>
  tasks as unknown as TaskDefinition[]
/** A run with its tasks. */
export type RunDetail = Schemas['ScheduleRun']
export type RunTask = Schemas['RunTask']
export type TaskItem = Schemas['TaskItem']
export type Artifact = Schemas['Artifact']
