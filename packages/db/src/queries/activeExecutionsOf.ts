import type { Tx } from '../database.ts'
import { plainArray } from './types.ts'

export interface ActiveExecutions {
  jobId: number
  /** The oldest active one, to name in the reason for a skip. */
  id: number
  scheduledTime: Date
  status: 'PENDING' | 'RUNNING'
  /** How many run, or are ready to. */
  going: number
  /** How many wait for another to end. */
  buffered: number
}

// now() + 1 second leaves the future's partitions out of the plan: a cron's executions are never scheduled ahead.
const text = `
SELECT DISTINCT ON (job_id) job_id AS "jobId", id, scheduled_time AS "scheduledTime", status,
  (count(*) FILTER (WHERE waiting_for IS DISTINCT FROM 'overlap') OVER w)::integer AS going,
  (count(*) FILTER (WHERE waiting_for = 'overlap') OVER w)::integer AS buffered
FROM job_executions
WHERE job_id = ANY ($1::bigint[]) AND job_id IS NOT NULL AND status IN ('PENDING', 'RUNNING')
  AND scheduled_time <= now() + interval '1 second' AND backfill_limit IS NULL
WINDOW w AS (PARTITION BY job_id)
ORDER BY job_id, status DESC, scheduled_time`

/**
 * The unfinished executions of crons, one row per cron that has any; backfilled ones yield and are not in it.
 *
 * Index: `job_executions_active_cron_idx`. Called by: dispatchDueCrons.
 */
export async function activeExecutionsOf(tx: Tx, jobIds: number[]): Promise<ActiveExecutions[]> {
  if (jobIds.length === 0) return []
  const { rows } = await tx.query<ActiveExecutions>({
    name: 'activeExecutionsOf',
    text,
    values: [plainArray(jobIds)],
  })
  return rows
}
