import type { Tx } from '../database.ts'
import { pruneFacets } from './executionFacets.ts'

/** Makes the monthly partitions that cover the span, where missing. @returns how many it made */
export async function ensurePartitions(tx: Tx, from: Date, to: Date): Promise<number> {
  const { rows } = await tx.query<{ made: number }>('SELECT jobu_ensure_partitions($1, $2) AS made', [
    from,
    to,
  ])
  return rows[0]!.made
}

/** Partitions whose month ended before `now - retentionDays`, by parent. */
export async function expiredPartitions(
  tx: Tx,
  retentionDays: number,
): Promise<Array<{ parent: string; name: string }>> {
  const { rows } = await tx.query<{ parent: string; name: string }>(
    `SELECT i.inhparent::regclass::text AS parent, i.inhrelid::regclass::text AS name
     FROM pg_inherits AS i
     WHERE i.inhparent IN ('job_executions'::regclass, 'execution_attempts'::regclass, 'execution_logs'::regclass)
       AND to_timestamp(substring(i.inhrelid::regclass::text FROM '_p(\\d{4}_\\d{2})$'), 'YYYY_MM') + interval '1 month'
           <= now() - $1 * interval '1 day'
     ORDER BY i.inhrelid::regclass::text`,
    [retentionDays],
  )
  return rows
}

/**
 * Drops the month's partition of executions with its attempts, logs and totals, unless something in it is unfinished or
 * finished within retention (a backfill of old slots runs today). Waits for the lock only briefly: behind a long
 * reader the drop would hold up every claim, so it is left for the next pass.
 *
 * @param suffix  `pYYYY_MM`
 * @returns false where the month is still needed
 * @throws the server's 55P03 when the lock is not to be had
 */
export async function dropMonth(tx: Tx, suffix: string, retentionDays: number): Promise<boolean> {
  if (!/^p\d{4}_\d{2}$/.test(suffix)) throw new Error(`not a partition suffix: ${suffix}`)
  const executions = `job_executions_${suffix}`
  const { rows } = await tx.query<{ needed: boolean; newest: number | string | null }>(
    `SELECT EXISTS (
       SELECT FROM ${executions} WHERE finished_at IS NULL OR finished_at > now() - $1 * interval '1 day'
     ) AS needed, (SELECT max(id) FROM ${executions}) AS newest`,
    [retentionDays],
  )
  if (rows[0]!.needed) return false
  await tx.query(`SET LOCAL lock_timeout = '200ms'`)
  // In the order of DROP. What was written or retried since the look above is found under the lock, by indexes alone.
  await tx.query(`LOCK TABLE ONLY job_executions, ONLY ${executions} IN ACCESS EXCLUSIVE MODE`)
  const { rows: since } = await tx.query<{ needed: boolean }>(
    `SELECT EXISTS (SELECT FROM ${executions} WHERE id > $1)
       OR EXISTS (SELECT FROM ${executions} WHERE status = 'PENDING' AND ready_at IS NOT NULL)
       OR EXISTS (SELECT FROM ${executions} WHERE status = 'RUNNING' AND lease_expires_at IS NOT NULL) AS needed`,
    [rows[0]!.newest ?? 0],
  )
  if (since[0]!.needed) return false
  for (const parent of ['job_executions', 'execution_attempts', 'execution_logs']) {
    await tx.query(`DROP TABLE IF EXISTS ${parent}_${suffix}`)
  }
  await forgetTotals(tx, suffix)
  return true
}

/**
 * Under the lock on the month nobody can settle in it any more, so what was not folded is here to be seen, or in the
 * hands of a folder, which the first statement waits for; the second then sees what that one has added.
 */
async function forgetTotals(tx: Tx, suffix: string): Promise<void> {
  const month = `${suffix.slice(1).replace('_', '-')}-01T00:00:00Z`
  await tx.query('UPDATE execution_stat_deltas SET total_change = 0 WHERE month = $1 AND total_change <> 0', [
    month,
  ])
  await tx.query('DELETE FROM execution_totals WHERE month = $1', [month])
  await tx.query(`UPDATE settings SET value = value - $1 WHERE key = 'totals_recounted'`, [suffix.slice(1)])
}

/** Deletes what outlives its use and lies in no partition. */
export async function pruneSideTables(tx: Tx, retentionDays: number): Promise<void> {
  await tx.query(`DELETE FROM idempotency_keys WHERE created_at < now() - $1 * interval '1 day'`, [
    retentionDays,
  ])
  await pruneFacets(tx)
}
