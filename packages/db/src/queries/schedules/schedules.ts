import type { Tx } from '../../database.ts'
import { and, eq, isNull, sql } from '../../drizzle.ts'
import { JobuError } from '../../errors.ts'
import { scheduleRuns, schedules } from '../../schema/index.ts'
import { CHANNELS } from '../channels.ts'

export type ScheduleRow = typeof schedules.$inferSelect
export type NewSchedule = typeof schedules.$inferInsert

/** What listeners of `jobu_events` are told has become of a schedule. */
export type ScheduleAction = 'created' | 'updated' | 'enabled' | 'disabled' | 'deleted'

export async function insertSchedule(tx: Tx, schedule: NewSchedule): Promise<ScheduleRow> {
  const [row] = await tx.db.insert(schedules).values(schedule).returning()
  return row!
}

/** @throws JobuError SCHEDULE_NOT_FOUND */
export async function getSchedule(tx: Tx, id: number): Promise<ScheduleRow> {
  const [row] = await tx.db
    .select()
    .from(schedules)
    .where(and(eq(schedules.id, id), isNull(schedules.deletedAt)))
  return row ?? notFound(id)
}

/** As `getSchedule`, and holds the row until the transaction ends: a dispatcher passes it over meanwhile. */
export async function lockSchedule(tx: Tx, id: number): Promise<ScheduleRow> {
  const [row] = await tx.db
    .select()
    .from(schedules)
    .where(and(eq(schedules.id, id), isNull(schedules.deletedAt)))
    .for('update')
  return row ?? notFound(id)
}

/** Writes the given columns. @throws JobuError SCHEDULE_NOT_FOUND */
export async function changeSchedule(tx: Tx, id: number, change: Partial<NewSchedule>): Promise<ScheduleRow> {
  const [row] = await tx.db
    .update(schedules)
    .set({ ...change, updatedAt: sql`now()` })
    .where(and(eq(schedules.id, id), isNull(schedules.deletedAt)))
    .returning()
  return row ?? notFound(id)
}

/** The ids of its runs that have not ended, by id. Index: `schedule_runs_active_idx`. */
export async function unfinishedRunsOf(tx: Tx, scheduleId: number): Promise<number[]> {
  const rows = await tx.db
    .select({ id: scheduleRuns.id })
    .from(scheduleRuns)
    .where(and(eq(scheduleRuns.scheduleId, scheduleId), sql`status IN ('PENDING', 'RUNNING')`))
    .orderBy(scheduleRuns.id)
  return rows.map(({ id }) => id)
}

/** Whether a slot of the schedule has a run. Index: `schedule_runs_slot_key`. */
export async function hasSlot(tx: Tx, scheduleId: number, slot: Date): Promise<boolean> {
  const { rows } = await tx.query<{ found: boolean }>(
    `SELECT EXISTS (SELECT FROM schedule_runs WHERE schedule_id = $1 AND scheduled_time = $2 AND trigger = 'cron') AS found`,
    [scheduleId, slot],
  )
  return rows[0]!.found
}

/** Tells who watches what has become of a schedule, and wakes the dispatchers: something may be due. */
export async function tellSchedule(tx: Tx, row: ScheduleRow, action: ScheduleAction): Promise<void> {
  await tx.query(
    `SELECT pg_notify($6, ''), jobu_tell('schedule', json_build_array(json_build_object('id', $1::bigint, 'action', $2::text,
       'title', left($3::text, 255), 'is_enabled', $4::boolean, 'next_run_at', jobu_iso($5::timestamptz))))`,
    [row.id, action, row.title, row.isEnabled, row.nextRunAt, CHANNELS.schedules],
  )
}

function notFound(id: number): never {
  throw new JobuError('SCHEDULE_NOT_FOUND', `Schedule with id ${id} not found`)
}
