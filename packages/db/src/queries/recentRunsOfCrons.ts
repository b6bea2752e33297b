import type { Tx } from '../database.ts'
import type { ExecutionStatus } from '../states.ts'
import { plainArray } from './types.ts'

export interface RecentRun {
  jobId: number
  id: number
  scheduledTime: Date
  status: ExecutionStatus
  startedAt: Date | null
  finishedAt: Date | null
}

// One descent of each cron's slots from the newest on, which ends in the month where enough are found.
// now() + 1 second leaves the future's partitions out of the plan: a cron's executions are never scheduled ahead.
const text = `
SELECT c.id AS "jobId", run.*
FROM unnest($1::bigint[]) AS c (id),
LATERAL (
  SELECT id, scheduled_time AS "scheduledTime", status, started_at AS "startedAt", finished_at AS "finishedAt"
  FROM job_executions
  WHERE job_id = c.id AND job_id IS NOT NULL AND scheduled_time <= now() + interval '1 second'
  ORDER BY scheduled_time DESC
  LIMIT $2
) AS run`

/**
 * The newest `count` executions of each cron, skipped slots among them, newest first; crons without any are missing.
 *
 * Index: `job_executions_slot_key`. Called by: the admin API.
 */
export async function recentRunsOfCrons(
  tx: Tx,
  jobIds: readonly number[],
  count: number,
): Promise<RecentRun[]> {
  if (jobIds.length === 0) return []
  const { rows } = await tx.query<RecentRun>({
    name: 'recentRunsOfCrons',
    text,
    values: [plainArray(jobIds), count],
  })
  return rows
}
