import type { Tx } from '../database.ts'
import { and, eq, isNull, sql } from '../drizzle.ts'
import { JobuError, sqlState } from '../errors.ts'
import { cronJobs } from '../schema/index.ts'
import { instantArray, plainArray } from './types.ts'

export type CronRow = typeof cronJobs.$inferSelect
export type NewCron = typeof cronJobs.$inferInsert

const UNIQUE_VIOLATION = '23505'

/** @throws JobuError CRON_NAME_TAKEN */
export async function createCron(tx: Tx, cron: NewCron): Promise<CronRow> {
  const [row] = await tx.db.insert(cronJobs).values(cron).returning().catch(nameTaken(cron.name))
  return row!
}

/** @throws JobuError CRON_NOT_FOUND */
export async function getCron(tx: Tx, id: number): Promise<CronRow> {
  const [row] = await tx.db
    .select()
    .from(cronJobs)
    .where(and(eq(cronJobs.id, id), isNull(cronJobs.deletedAt)))
  return row ?? notFound(id)
}

/** As `getCron`, and holds the row until the transaction ends: a dispatcher passes it over meanwhile. */
export async function lockCron(tx: Tx, id: number): Promise<CronRow> {
  const [row] = await tx.db
    .select()
    .from(cronJobs)
    .where(and(eq(cronJobs.id, id), isNull(cronJobs.deletedAt)))
    .for('update')
  return row ?? notFound(id)
}

/** Writes the given columns and raises `version`. @throws JobuError CRON_NAME_TAKEN, CRON_NOT_FOUND */
export async function updateCron(tx: Tx, id: number, change: Partial<NewCron>): Promise<CronRow> {
  const [row] = await tx.db
    .update(cronJobs)
    .set({ ...change, version: sql`${cronJobs.version} + 1`, updatedAt: sql`now()` })
    .where(and(eq(cronJobs.id, id), isNull(cronJobs.deletedAt)))
    .returning()
    .catch(nameTaken(change.name))
  return row ?? notFound(id)
}

/** The database's time. */
export async function databaseNow(tx: Tx): Promise<Date> {
  const { rows } = await tx.query<{ now: Date }>('SELECT now() AS now')
  return rows[0]!.now
}

/** Enabled crons without a next run that are not completed: written by SQL. Index: `cron_jobs_unplanned_idx`. */
export async function lockUnplannedCrons(tx: Tx, limit: number): Promise<CronRow[]> {
  return tx.db
    .select()
    .from(cronJobs)
    .where(sql`is_enabled AND next_run_at IS NULL AND completed_at IS NULL AND deleted_at IS NULL`)
    .orderBy(cronJobs.id)
    .limit(limit)
    .for('update', { skipLocked: true })
}

/** Zoned crons after `afterId`, to compute their next run anew when the zone data has changed. */
export async function lockZonedCrons(tx: Tx, afterId: number, limit: number): Promise<CronRow[]> {
  return tx.db
    .select()
    .from(cronJobs)
    .where(sql`is_enabled AND next_run_at > now() AND timezone <> 'UTC' AND id > ${afterId}`)
    .orderBy(cronJobs.id)
    .limit(limit)
    .for('update')
}

/** Sets when crons fire next; one without a next run is completed. */
export async function setNextRuns(
  tx: Tx,
  plans: Array<{ id: number; nextRunAt: Date | null }>,
): Promise<void> {
  await tx.query(
    // Naming is_enabled has the cron's history keep the plan: unlike a fire it begins anew.
    `UPDATE cron_jobs AS c SET is_enabled = c.is_enabled, next_run_at = p.next_run_at, completed_at = CASE WHEN p.next_run_at IS NULL THEN now() END
     FROM unnest($1::bigint[], $2::timestamptz[]) AS p (id, next_run_at) WHERE c.id = p.id`,
    [plainArray(plans.map((plan) => plan.id)), instantArray(plans.map((plan) => plan.nextRunAt))],
  )
}

function nameTaken(name: string | undefined) {
  return (error: unknown): never => {
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error
    throw new JobuError('CRON_NAME_TAKEN', `A cron job named "${name}" already exists`, {
      details: [{ field: 'name', message: 'must be unique', received: name }],
      cause: error,
    })
  }
}

function notFound(id: number): never {
  throw new JobuError('CRON_NOT_FOUND', `Cron job with id ${id} not found`)
}
