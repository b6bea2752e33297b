import { isDeepStrictEqual } from 'node:util'
import { airflowFaults, type CheckedTask } from '@jobu/airflow'
import { firstRun, nextRuns } from '@jobu/cron'
import {
  type ErrorDetail,
  hasSlot,
  type NewSchedule,
  type ScheduleEngine,
  type ScheduleRow,
  type Tx,
} from '@jobu/db'
import {
  checkTasks,
  levelsOf,
  salvageTasks,
  type TaskDefinition,
  type Timing,
  type TimingInput,
  timingOf,
} from '@jobu/workflow'
import type { SchedulingConfig } from '../config.ts'
import { issueDetails } from '../http/issueDetails.ts'
import { createScheduleBody, type UpdateScheduleBody, updateScheduleBody } from '../schemas/schedule.ts'
import { checkSubSchedules } from './checkSubSchedules.ts'
import type { Handlers } from './handlerCatalog.ts'

/** A change of any of these decides anew when a schedule runs. */
const TIMING_FIELDS = [
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
] as const
const OF_FREQUENCY = ['time', 'minute', 'day_of_week', 'day_of_month'] as const

/** What a definition is held against. */
export interface CheckContext {
  scheduling: SchedulingConfig
  handlers: Handlers
  now: Date
  /** The schedule that is to change. */
  row?: ScheduleRow
  /** The tasks it has. */
  stored?: Array<Record<string, unknown>>
}

/** A definition, or a part of one, judged as a whole. */
export interface CheckedSchedule {
  /** All that is wrong, by field; empty: nothing. */
  faults: ErrorDetail[]
  /** What was said, as far as it is right. */
  said: UpdateScheduleBody
  /** The columns that `said` sets. */
  columns: Partial<NewSchedule>
  /** The tasks that were given, as far as they can be read. */
  tasks: TaskDefinition[] | undefined
  /** Null where it is wrong, or was not touched. */
  timing: Timing | null
}

/**
 * Checks a body of POST or PATCH, together with what of the schedule stays: its fields, the graph of its tasks, handlers
 * and their params, schedules that are tasks, and when it runs. All faults are found at once.
 */
export async function checkSchedule(tx: Tx, body: unknown, context: CheckContext): Promise<CheckedSchedule> {
  const { row, stored, handlers, scheduling, now } = context
  const schema = row ? updateScheduleBody : createScheduleBody
  const parsed = schema.safeParse(body)
  const faults = parsed.success ? [] : issueDetails(parsed.error.issues, body)
  const said = parsed.success ? parsed.data : readable(body)

  const engine = said.engine ?? row?.engine ?? scheduling.engine ?? 'jobu'
  faults.push(...engineFaults(said.engine, scheduling))

  // What one engine can run, another may not.
  const given = (body as { tasks?: unknown } | null)?.tasks ?? (engine === row?.engine ? undefined : stored)
  const tasks = given === undefined ? undefined : (said.tasks ?? salvageTasks(given))
  if (tasks) {
    faults.push(...checkTasks(tasks, { engine, handlers: handlers.checks() }))
    faults.push(...(await checkSubSchedules(tx, tasks, row?.id)))
  }

  const isTimed = !row || TIMING_FIELDS.some((field) => said[field] !== undefined) || said.is_enabled === true
  const timed = isTimed
    ? timingOf(mergedTiming(said, scheduling, row), {
        minIntervalSeconds: scheduling.minCronIntervalSeconds,
        now,
      })
    : null
  // What could not be read counts as left out, which is no fault of its own.
  const unread = new Set(faults.map(({ field }) => field))
  if (timed && 'faults' in timed) faults.push(...timed.faults.filter(({ field }) => !unread.has(field)))
  const columns = columnsOf(
    said,
    timed && 'timing' in timed ? timed.timing : null,
    row ? said.engine : engine,
  )
  if (engine === 'airflow')
    faults.push(...airflowFaultsOf({ ...row, ...columns }, tasks ?? (stored as TaskDefinition[])))
  const timing = timed && 'timing' in timed ? timed.timing : null
  return {
    faults: firstOfEach(faults),
    said,
    columns,
    tasks,
    timing,
  }
}

/** What a definition comes to: the order of its tasks, and its next runs. */
export function outlook({ tasks, timing, said }: CheckedSchedule, scheduling: SchedulingConfig, now: Date) {
  const window = { startAt: said.start_date ?? null, endAt: said.end_date ?? null }
  const spec = timing?.cronExpression && {
    expression: timing.cronExpression,
    timezone: said.timezone ?? scheduling.timezone,
    dayMatch: said.day_match ?? 'or',
  }
  const first = spec ? firstRun(spec, now, window) : (timing?.onceAt ?? null)
  const more = spec && first ? nextRuns(spec, first, 4) : []
  const levels = tasks ? levelsOf(tasks) : []
  return {
    order: levels.flat().length === tasks?.length ? levels : [],
    cron: timing?.cronExpression ?? null,
    next: first ? [first, ...more.filter((at) => !window.endAt || at < window.endAt)] : [],
  }
}

/**
 * When a schedule runs next, counted from `now`. One that another engine runs, or a person, has none; one that has no more
 * is completed.
 */
export async function planSchedule(
  tx: Tx,
  row: ScheduleRow,
  now: Date,
): Promise<{ nextRunAt: Date | null; completedAt: Date | null }> {
  const { cronExpression: expression, timezone, dayMatch } = row
  const isOnce = row.frequency === 'once' && row.startDate !== null
  if (!row.isEnabled || row.engine !== 'jobu' || (expression === null && !isOnce)) {
    return { nextRunAt: null, completedAt: null }
  }
  const once = async () => ((await hasSlot(tx, row.id, row.startDate!)) ? null : row.startDate)
  const nextRunAt =
    expression === null
      ? await once()
      : firstRun({ expression, timezone, dayMatch }, now, { startAt: row.startDate, endAt: row.endDate })
  return { nextRunAt, completedAt: nextRunAt ? null : now }
}

/** What is the same however the JSON was written. */
export function areSameTasks(tasks: TaskDefinition[], stored: unknown): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(tasks)), stored)
}

/** The fields that are right by themselves; the others are at fault already. */
function readable(body: unknown): UpdateScheduleBody {
  if (typeof body !== 'object' || body === null) return {}
  const entries = Object.entries(body).flatMap(([field, value]) => {
    const schema = Object.hasOwn(updateScheduleBody.shape, field)
      ? updateScheduleBody.shape[field as keyof typeof updateScheduleBody.shape]
      : undefined
    const parsed = schema?.safeParse(value)
    return parsed?.success ? [[field, parsed.data]] : []
  })
  return Object.fromEntries(entries)
}

function engineFaults(engine: ScheduleEngine | undefined, { airflow }: SchedulingConfig): ErrorDetail[] {
  if (engine !== 'airflow' || airflow) return []
  const message = 'is not configured, expected jobu; see config/airflow.yaml'
  return [{ field: 'engine', message, received: engine, expected: ['jobu'] }]
}

/** What the other engine cannot do. */
function airflowFaultsOf(schedule: Partial<NewSchedule>, tasks: TaskDefinition[] | undefined): ErrorDetail[] {
  return airflowFaults({
    cron_expression: schedule.cronExpression ?? null,
    day_match: schedule.dayMatch,
    overlap_policy: schedule.overlapPolicy,
    // What was left out, it does not have to do.
    tasks: (tasks ?? []).map(
      (task) => Object.fromEntries(Object.entries(task).filter(([, value]) => value !== null)) as CheckedTask,
    ),
  })
}

/** What a schedule says of when it runs, together with what stays. To name one way of saying it takes back the other. */
function mergedTiming(
  said: UpdateScheduleBody,
  { timezone }: SchedulingConfig,
  row?: ScheduleRow,
): TimingInput {
  const kept: TimingInput = row
    ? {
        ...(row.frequency === null
          ? { cron_expression: row.cronExpression }
          : { frequency: row.frequency, ...row.frequencyTime }),
        timezone: row.timezone,
        day_match: row.dayMatch,
        start_date: row.startDate,
        end_date: row.endDate,
      }
    : { timezone }
  if (said.frequency != null && said.cron_expression === undefined) kept.cron_expression = null
  if (said.cron_expression != null && said.frequency === undefined) kept.frequency = null
  const frequency = said.frequency === undefined ? kept.frequency : said.frequency
  if (frequency !== row?.frequency) for (const field of OF_FREQUENCY) kept[field] = null
  const named = TIMING_FIELDS.filter((field) => said[field] !== undefined)
  return { ...kept, ...Object.fromEntries(named.map((field) => [field, said[field]])) }
}

function columnsOf(
  said: UpdateScheduleBody,
  timing: Timing | null,
  engine: ScheduleEngine | undefined,
): Partial<NewSchedule> {
  const columns: Partial<NewSchedule> = {
    title: said.title,
    description: said.description,
    owner: said.owner,
    tags: said.tags && [...new Set(said.tags)],
    engine,
    timezone: said.timezone,
    dayMatch: said.day_match,
    startDate: said.start_date,
    endDate: said.end_date,
    isEnabled: said.is_enabled,
    overlapPolicy: said.overlap_policy,
    maxActiveRuns: said.max_active_runs,
    misfirePolicy: said.misfire_policy,
    misfireLimit: said.misfire_limit,
    misfireGraceSeconds: said.misfire_grace_seconds,
    notifications: said.notifications,
    ...(timing && {
      cronExpression: timing.cronExpression,
      frequency: timing.frequency,
      frequencyTime: timing.frequencyTime,
    }),
  }
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined))
}

/** A schema and a rule may find fault with the same field: once is enough. */
function firstOfEach(faults: readonly ErrorDetail[]): ErrorDetail[] {
  const seen = new Set<string>()
  return faults.filter(({ field, message }) => {
    const key = `${field} ${message}`
    return !seen.has(key) && seen.add(key)
  })
}
