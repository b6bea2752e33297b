import type { Tx } from '../database.ts'
import { asc, eq, sql } from '../drizzle.ts'
import { JobuError } from '../errors.ts'
import { cronJobs, cronRevisions, schedulerStops } from '../schema/index.ts'
import type { ExecutionStatus, Reason, Wait } from '../states.ts'
import type { CronRow } from './crons.ts'

export type CronRevision = typeof cronRevisions.$inferSelect
export type SchedulerStop = typeof schedulerStops.$inferSelect

/** A cron as it is or was, also a deleted one. @throws JobuError CRON_NOT_FOUND */
export async function getAnyCron(tx: Tx, id: number): Promise<CronRow> {
  const [row] = await tx.db.select().from(cronJobs).where(eq(cronJobs.id, id))
  if (!row) throw new JobuError('CRON_NOT_FOUND', `Cron job with id ${id} not found`)
  return row
}

/** What decided a cron's instants, oldest first, from the revision valid at `from` on. Index: `cron_revisions_job_idx`. */
export async function listCronRevisions(tx: Tx, jobId: number, from: Date): Promise<CronRevision[]> {
  return tx.db
    .select()
    .from(cronRevisions)
    .where(
      sql`job_id = ${jobId} AND valid_from >= coalesce((
        SELECT max(valid_from) FROM cron_revisions WHERE job_id = ${jobId} AND valid_from < ${from.toISOString()}::timestamptz
      ), '-infinity')`,
    )
    .orderBy(asc(cronRevisions.jobId), asc(cronRevisions.validFrom), asc(cronRevisions.id))
}

/** The times in [from, to] during which the scheduler was stopped, newest first. */
export async function listSchedulerStops(tx: Tx, from: Date, to: Date): Promise<SchedulerStop[]> {
  return tx.db
    .select()
    .from(schedulerStops)
    .where(
      sql`stopped_at <= ${to.toISOString()}::timestamptz AND (started_at IS NULL OR started_at >= ${from.toISOString()}::timestamptz)`,
    )
    .orderBy(sql`id DESC`)
    .limit(1_000)
}

/** An execution of a cron, as far as its slot's verdict needs it. */
export interface SlotRow {
  id: number
  scheduledTime: Date
  status: ExecutionStatus
  waitingFor: Wait | null
  /** A person ran the cron then: not a slot. */
  isTrigger: boolean
  isBackfill: boolean
  startedAt: Date | null
  finishedAt: Date | null
  reason: Reason | null
  message: string | null
  /** Of a SKIPPED row that stands for several slots. */
  covers: { first: string; last: string; count: number } | null
}

const COLUMNS = `id, scheduled_time AS "scheduledTime", status, waiting_for AS "waitingFor", param_source = 'api' AS "isTrigger",
  backfill_limit IS NOT NULL AS "isBackfill", started_at AS "startedAt", finished_at AS "finishedAt", reason,
  CASE WHEN status NOT IN ('SUCCESS', 'RUNNING') THEN left(error_message, 500) END AS message,
  CASE WHEN status = 'SKIPPED' THEN result END AS covers`

/** The executions of a cron scheduled in [from, to), oldest first. Index: `job_executions_slot_key`. Called by: admin. */
export async function listSlotRows(
  tx: Tx,
  jobId: number,
  span: { from: Date; to: Date },
  limit: number,
): Promise<SlotRow[]> {
  const { rows } = await tx.query<SlotRow>({
    name: 'listSlotRows',
    text: `SELECT ${COLUMNS} FROM job_executions
      WHERE job_id = $1 AND job_id IS NOT NULL AND scheduled_time >= $2 AND scheduled_time < $3
      ORDER BY scheduled_time LIMIT $4`,
    values: [jobId, span.from, span.to, limit],
  })
  return rows
}

/** Beyond so many rows back nobody looks for a row that stands for others: a backfill may have filled some of them. */
const MAX_ROWS_BACK = 11_000

/** The newest SKIPPED row before `before` that stands for several slots, if one is near. Index: `job_executions_slot_key`. */
export async function coveringRowBefore(tx: Tx, jobId: number, before: Date): Promise<SlotRow | undefined> {
  const { rows } = await tx.query<SlotRow>({
    name: 'coveringRowBefore',
    text: `SELECT * FROM (
        SELECT ${COLUMNS} FROM job_executions
        WHERE job_id = $1 AND job_id IS NOT NULL AND scheduled_time < $2 ORDER BY scheduled_time DESC LIMIT $3
      ) AS near WHERE covers IS NOT NULL LIMIT 1`,
    values: [jobId, before, MAX_ROWS_BACK],
  })
  return rows[0]
}

/** The newest regular slot of a cron at or before `at`; null without one. Index: `job_executions_slot_key`. */
export async function lastSlotUntil(tx: Tx, jobId: number, at: Date): Promise<Date | null> {
  const { rows } = await tx.query<{ at: Date }>({
    name: 'lastSlotUntil',
    text: `SELECT scheduled_time AS at FROM job_executions
      WHERE job_id = $1 AND job_id IS NOT NULL AND scheduled_time <= $2 AND param_source = 'cron' AND backfill_limit IS NULL
      ORDER BY scheduled_time DESC LIMIT 1`,
    values: [jobId, at],
  })
  return rows[0]?.at ?? null
}

/** The months, as `YYYY-MM` in UTC, that executions can be kept in. */
export async function executionMonths(tx: Tx): Promise<Set<string>> {
  const { rows } = await tx.query<{ month: string }>(
    `SELECT replace(substring(inhrelid::regclass::text FROM '_p(\\d{4}_\\d{2})$'), '_', '-') AS month
     FROM pg_inherits WHERE inhparent = 'job_executions'::regclass`,
  )
  return new Set(rows.map(({ month }) => month))
}
