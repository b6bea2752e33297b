import type { Tx } from '../database.ts'
import type { ExecutionStatus } from '../states.ts'
import { plainArray } from './types.ts'

export interface LastRun {
  jobId: number
  /** When it started; its scheduled time while it has not. */
  at: Date
  status: ExecutionStatus
}

// LATERAL with a LIMIT: one descent of each cron's slots from the newest on, whatever the length of its history.
// now() + 1 second leaves the future's partitions out of the plan: a cron's executions are never scheduled ahead.
const text = `
SELECT c.id AS "jobId", last.at, last.status
FROM unnest($1::bigint[]) AS c (id),
LATERAL (
  SELECT coalesce(started_at, scheduled_time) AS at, status
  FROM job_executions
  WHERE job_id = c.id AND job_id IS NOT NULL AND scheduled_time <= now() + interval '1 second' AND status <> 'SKIPPED'
  ORDER BY scheduled_time DESC
  LIMIT 1
) AS last`

/**
 * The newest execution of each cron that was not skipped; crons without one are missing from the answer.
 *
 * Index: `job_executions_slot_key`. Called by: the admin API.
 */
export async function lastRunsOfCrons(tx: Tx, jobIds: number[]): Promise<LastRun[]> {
  if (jobIds.length === 0) return []
  const { rows } = await tx.query<LastRun>({ name: 'lastRunsOfCrons', text, values: [plainArray(jobIds)] })
  return rows
}
