import type { Tx } from '../database.ts'

/**
 * Deletes what no slot within retention needs of the past of crons and of the scheduler. The revision that was valid when
 * retention begins stays, however old it is.
 *
 * Index: `cron_revisions_job_idx`. Called by: the dispatcher's retention.
 */
export async function pruneHistory(tx: Tx, retentionDays: number): Promise<void> {
  await tx.query(
    `DELETE FROM cron_revisions AS old
     WHERE valid_from < now() - $1 * interval '1 day' AND (
       EXISTS (
         SELECT FROM cron_revisions AS newer
         WHERE newer.job_id = old.job_id AND newer.valid_from < now() - $1 * interval '1 day'
           AND (newer.valid_from, newer.id) > (old.valid_from, old.id)
       )
       OR NOT EXISTS (SELECT FROM cron_jobs AS c WHERE c.id = old.job_id AND (c.deleted_at IS NULL OR c.deleted_at > now() - $1 * interval '1 day'))
     )`,
    [retentionDays],
  )
  await tx.query(`DELETE FROM scheduler_stops WHERE started_at < now() - $1 * interval '1 day'`, [
    retentionDays,
  ])
}
