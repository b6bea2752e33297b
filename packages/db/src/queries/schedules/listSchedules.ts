import type { SQL } from 'drizzle-orm'
import type { Tx } from '../../database.ts'
import { and, arrayContains, asc, desc, eq, ilike, inArray, isNull, or, sql } from '../../drizzle.ts'
import { schedules } from '../../schema/index.ts'
import { type Frequency, RUN_STATUSES, type RunStatus, type ScheduleEngine } from '../../states.ts'
import { plainArray } from '../types.ts'
import type { ScheduleRow } from './schedules.ts'

/** COMPLETED: nothing will come of its timing any more. */
export const SCHEDULE_STATUSES = ['ACTIVE', 'PAUSED', 'COMPLETED'] as const
export type ScheduleStatus = (typeof SCHEDULE_STATUSES)[number]

export interface ScheduleFilter {
  /** A part of it, in any case. */
  title?: string
  owner?: string
  /** `none`: by hand; `cron`: by an expression of its own. */
  frequencies?: ReadonlyArray<Frequency | 'none' | 'cron'>
  /** Of the schedule, or of its last run. */
  statuses?: ReadonlyArray<ScheduleStatus | RunStatus>
  /** All of them. */
  tags?: string[]
  engine?: ScheduleEngine
}

const ORDERS = {
  id: schedules.id,
  title: schedules.title,
  owner: schedules.owner,
  next_run_at: schedules.nextRunAt,
  created_at: schedules.createdAt,
  updated_at: schedules.updatedAt,
}
export type ScheduleOrder = keyof typeof ORDERS
/** What schedules can be ordered by. */
export const SCHEDULE_ORDERS = Object.keys(ORDERS) as ScheduleOrder[]

export interface LastScheduleRun {
  scheduleId: number
  id: number
  status: RunStatus
  scheduledTime: Date
  startedAt: Date | null
  finishedAt: Date | null
}

/** What a policy did not let begin is no run that anybody asks for. */
export const IS_RUN = `(r.started_at IS NOT NULL OR r.reason IS NULL OR r.reason NOT IN ('OVERLAP', 'BUFFER_FULL', 'REPLACED', 'MISFIRE'))`

// Ordered by an index; behind a run that takes a day may lie as many slots as were skipped meanwhile.
const lastRunOf = (schedule: string) => `
  SELECT r.* FROM schedule_runs AS r WHERE r.schedule_id = ${schedule} AND ${IS_RUN}
  ORDER BY r.scheduled_time DESC, r.id DESC LIMIT 1`

/** Schedules that are not deleted; those without a value in the order's column come last, equal ones by id. */
export async function listSchedules(
  tx: Tx,
  filter: ScheduleFilter,
  page: { order: ScheduleOrder; isDescending: boolean; limit: number; offset: number },
): Promise<{ rows: ScheduleRow[]; total: number }> {
  const where = conditions(filter)
  const direction = page.isDescending ? desc : asc
  const rows = await tx.db
    .select()
    .from(schedules)
    .where(where)
    .orderBy(sql`${direction(ORDERS[page.order])} NULLS LAST`, direction(schedules.id))
    .limit(page.limit)
    .offset(page.offset)
  return { rows, total: await tx.db.$count(schedules, where) }
}

/** The newest run of each schedule by its scheduled time; schedules without one are missing. Index: `schedule_runs_list_idx`. */
export async function lastRunsOfSchedules(
  tx: Tx,
  ids: readonly number[],
): Promise<Map<number, LastScheduleRun>> {
  if (ids.length === 0) return new Map()
  const { rows } = await tx.query<LastScheduleRun>({
    name: 'lastRunsOfSchedules',
    text: `SELECT s.id AS "scheduleId", last.id, last.status, last.scheduled_time AS "scheduledTime",
        last.started_at AS "startedAt", last.finished_at AS "finishedAt"
      FROM unnest($1::bigint[]) AS s (id), LATERAL (${lastRunOf('s.id')}) AS last`,
    values: [plainArray(ids)],
  })
  return new Map(rows.map((row) => [row.scheduleId, row]))
}

function conditions(filter: ScheduleFilter): SQL | undefined {
  const pattern = filter.title === undefined ? undefined : `%${filter.title.replace(/[\\%_]/g, '\\$&')}%`
  return and(
    isNull(schedules.deletedAt),
    pattern === undefined ? undefined : ilike(schedules.title, pattern),
    filter.owner === undefined ? undefined : eq(schedules.owner, filter.owner),
    filter.engine === undefined ? undefined : eq(schedules.engine, filter.engine),
    filter.tags === undefined ? undefined : arrayContains(schedules.tags, filter.tags),
    filter.frequencies === undefined ? undefined : or(...filter.frequencies.map(frequencyIs)),
    filter.statuses === undefined ? undefined : statusIsAmong(filter.statuses),
  )
}

function frequencyIs(frequency: Frequency | 'none' | 'cron'): SQL {
  if (frequency === 'none') return sql`(frequency IS NULL AND cron_expression IS NULL)`
  if (frequency === 'cron') return sql`(frequency IS NULL AND cron_expression IS NOT NULL)`
  return eq(schedules.frequency, frequency)
}

function statusIsAmong(statuses: ReadonlyArray<ScheduleStatus | RunStatus>): SQL | undefined {
  const ofRuns = statuses.filter((status) => (RUN_STATUSES as readonly string[]).includes(status))
  const lastStatus = sql`(SELECT last.status::text FROM (${sql.raw(lastRunOf('schedules.id'))}) AS last)`
  return or(
    statuses.includes('PAUSED') ? sql`NOT is_enabled` : undefined,
    statuses.includes('COMPLETED') ? sql`(is_enabled AND completed_at IS NOT NULL)` : undefined,
    statuses.includes('ACTIVE') ? sql`(is_enabled AND completed_at IS NULL)` : undefined,
    ofRuns.length === 0 ? undefined : inArray(lastStatus, ofRuns),
  )
}
