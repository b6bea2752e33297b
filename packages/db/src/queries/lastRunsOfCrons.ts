import type { Tx } from '../database.ts'
import type { ExecutionStatus } from '../states.ts'
import { plainArray } from './types.ts'

export interface LastRun {
  jobId: number
  /** When it started; its scheduled time while it has not. */
  at: Date
  status: ExecutionStatus
}

// One descent of each cron's slots from the newest on. Behind a run that takes a day lie thousands of SKIPPED slots: past
// NEWEST of them the unfinished executions are asked, whose index is short, and only then the rest of the history.
// Ordered by an expression, so that the planner cannot prefer the slots' own order over the short index.
// UNION ALL is read in its order and LIMIT stops it at the first branch that has a row.
// now() + 1 second leaves the future's partitions out of the plan: a cron's executions are never scheduled ahead.
const NEWEST = 100
const text = `
SELECT c.id AS "jobId", last.at, last.status
FROM unnest($1::bigint[]) AS c (id),
LATERAL (
  SELECT at, status FROM (
    SELECT coalesce(started_at, scheduled_time) AS at, status
    FROM job_executions
    WHERE job_id = c.id AND job_id IS NOT NULL AND scheduled_time <= now() + interval '1 second'
    ORDER BY scheduled_time DESC
    LIMIT ${NEWEST}
  ) AS newest
  WHERE status <> 'SKIPPED'
  UNION ALL
  (SELECT coalesce(started_at, scheduled_time), status
   FROM job_executions
   WHERE job_id = c.id AND job_id IS NOT NULL AND status IN ('PENDING', 'RUNNING') AND scheduled_time <= now() + interval '1 second'
   ORDER BY coalesce(started_at, scheduled_time) DESC
   LIMIT 1)
  UNION ALL
  (SELECT coalesce(started_at, scheduled_time), status
   FROM job_executions
   WHERE job_id = c.id AND job_id IS NOT NULL AND scheduled_time <= now() + interval '1 second' AND status <> 'SKIPPED'
   ORDER BY scheduled_time DESC
   LIMIT 1)
  LIMIT 1
) AS last`

/**
 * The newest execution of each cron that was not skipped; crons without one are missing from the answer.
 *
 * Index: `job_executions_slot_key`, `job_executions_active_cron_idx`. Called by: the admin API.
 */
export async function lastRunsOfCrons(tx: Tx, jobIds: number[]): Promise<LastRun[]> {
  if (jobIds.length === 0) return []
  const { rows } = await tx.query<LastRun>({ name: 'lastRunsOfCrons', text, values: [plainArray(jobIds)] })
  return rows
}
