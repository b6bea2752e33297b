import type { Schedule, ScheduleBody, TaskDefinition } from '../../api/scheduleTypes.ts'

/** What the API takes where nothing is said; what equals it is left out of what is shown and sent. */
const DEFAULTS: Partial<ScheduleBody> = {
  engine: 'jobu',
  day_match: 'or',
  is_enabled: true,
  overlap_policy: 'skip',
  max_active_runs: 16,
  misfire_policy: 'fire_once',
  misfire_limit: 100,
  misfire_grace_seconds: 86_400,
}
const FIELDS = [
  'title',
  'description',
  'owner',
  'tags',
  'engine',
  'cron_expression',
  'frequency',
  'time',
  'minute',
  'day_of_week',
  'day_of_month',
  'timezone',
  'day_match',
  'start_date',
  'end_date',
  'is_enabled',
  'overlap_policy',
  'max_active_runs',
  'misfire_policy',
  'misfire_limit',
  'misfire_grace_seconds',
  'notifications',
  'tasks',
] as const

export const BLANK: ScheduleBody = { title: '', timezone: 'Asia/Seoul', tasks: [] }

/** A schedule as it would be written by hand: in the order one reads it, without what goes without saying. */
export function bodyOf(schedule: Schedule): ScheduleBody {
  // An expression that was made from a frequency is said by it.
  const isOwn = (field: string) => !(field === 'cron_expression' && schedule.frequency)
  return Object.fromEntries(
    FIELDS.flatMap((field) => {
      const value = field === 'tasks' ? schedule.tasks?.map(taskOf) : schedule[field]
      return isSaid(field, value) && isOwn(field) ? [[field, value]] : []
    }),
  ) as unknown as ScheduleBody
}

const isSaid = (field: string, value: unknown) =>
  value !== null &&
  value !== undefined &&
  value !== '' &&
  !(Array.isArray(value) && value.length === 0 && field !== 'tasks') &&
  !(field === 'notifications' && Object.values(value as object).every((one) => isEmpty(one))) &&
  value !== DEFAULTS[field as keyof ScheduleBody]

const isEmpty = (value: unknown) =>
  value === false ||
  value === null ||
  value === undefined ||
  (typeof value === 'object' && Object.keys(value).length === 0)

const TASK_DEFAULTS: Partial<TaskDefinition> = {
  trigger_rule: 'all_success',
  max_retry: 0,
  retry_delay_seconds: 10,
  retry_backoff: 'exponential',
  priority: 0,
  queue: 'default',
  operator: 'jobu',
}
const TASK_FIELDS = [
  'key',
  'description',
  'handler_name',
  'schedule_id',
  'approval',
  'wait_for',
  'params',
  'depends_on',
  'trigger_rule',
  'condition',
  'for_each',
  'max_retry',
  'retry_delay_seconds',
  'retry_backoff',
  'timeout_seconds',
  'queue',
  'priority',
  'operator',
] as const

/** A task without what goes without saying; what is not known here stays as it is. */
export function taskOf(task: TaskDefinition): TaskDefinition {
  const known = TASK_FIELDS.flatMap((field) => {
    const value = task[field]
    const isLeftOut =
      value === null ||
      value === undefined ||
      value === '' ||
      value === TASK_DEFAULTS[field] ||
      (field === 'depends_on' && (value as string[]).length === 0) ||
      (field === 'params' && Object.keys(value as object).length === 0)
    return isLeftOut ? [] : [[field, value] as const]
  })
  const others = Object.entries(task).filter(([field]) => !(TASK_FIELDS as readonly string[]).includes(field))
  return Object.fromEntries([...known, ...others]) as unknown as TaskDefinition
}

const CLEARED: Partial<Record<keyof ScheduleBody, unknown>> = { ...DEFAULTS, tags: [], notifications: {} }

/**
 * What a change tells the API: what differs from before. What is left out now and was said before is cleared, or becomes
 * its default again.
 */
export function changesOf(now: ScheduleBody, before: ScheduleBody): Partial<ScheduleBody> {
  const fields = new Set([...Object.keys(before), ...Object.keys(now)]) as Set<keyof ScheduleBody>
  return Object.fromEntries(
    [...fields].flatMap((field) => {
      if (JSON.stringify(now[field]) === JSON.stringify(before[field])) return []
      return [[field, now[field] === undefined ? (CLEARED[field] ?? null) : now[field]]]
    }),
  ) as Partial<ScheduleBody>
}
