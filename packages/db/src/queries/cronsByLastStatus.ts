import type { Tx } from '../database.ts'
import type { ExecutionStatus } from '../states.ts'
import { lastRunsOfCrons } from './lastRunsOfCrons.ts'
import { UNFOLDED } from './unfoldedDeltas.ts'

/** Statuses of a last run by which crons can be found: those that leave a trace apart from the executions' history. */
export const FOUND_LAST_STATUSES = [
  'PENDING',
  'RUNNING',
  'FAILED',
  'TIMEOUT',
] as const satisfies readonly ExecutionStatus[]
export type FoundLastStatus = (typeof FOUND_LAST_STATUSES)[number]

/** Entries of each kind that are looked at. */
const MOST = 50_000
/** Crons whose last run one statement looks up. */
const BATCH = 1_000

// $1 statuses. Each branch may hold one more than is looked at, which says that there are more.
const text = `
SELECT DISTINCT job_id AS id, max(place) OVER () > ${MOST} AS "hasMore" FROM (
  SELECT job_id, row_number() OVER () AS place FROM (
    SELECT job_id FROM execution_failures_hourly WHERE '{FAILED,TIMEOUT}'::execution_status[] && $1
    ORDER BY hour DESC, job_id DESC LIMIT ${MOST + 1}
  ) AS failed
  UNION ALL
  SELECT job_id, 0 FROM ${UNFOLDED} AS delta WHERE job_id IS NOT NULL AND status IN ('FAILED', 'TIMEOUT') AND status = ANY ($1)
  UNION ALL
  SELECT job_id, row_number() OVER () FROM (
    SELECT job_id FROM job_executions WHERE status = 'RUNNING' AND lease_expires_at > '-infinity' AND job_id IS NOT NULL
      AND 'RUNNING' = ANY ($1)
    LIMIT ${MOST + 1}
  ) AS running
  UNION ALL
  SELECT job_id, row_number() OVER () FROM (
    SELECT job_id FROM job_executions WHERE status IN ('PENDING', 'RUNNING') AND job_id IS NOT NULL AND status = 'PENDING'
      AND 'PENDING' = ANY ($1)
    LIMIT ${MOST + 1}
  ) AS pending
) AS candidate`

/**
 * The crons whose last run that was not skipped is in one of the statuses. A cron's row does not hold it, so those that
 * could are looked up: by the hours with failures, the newest first, and by what has not finished.
 *
 * Index: primary key of `execution_failures_hourly`, `job_executions_lease_idx`, `job_executions_active_cron_idx`, and as
 * `lastRunsOfCrons`. Called by: the admin API.
 *
 * @returns `isComplete` false where there is more to look at than `MOST` of a kind
 */
export async function cronsByLastStatus(
  tx: Tx,
  statuses: readonly FoundLastStatus[],
): Promise<{ ids: number[]; isComplete: boolean }> {
  const { rows } = await tx.query<{ id: number; hasMore: boolean }>({
    name: 'cronsByLastStatus',
    text,
    values: [statuses],
  })
  const ids: number[] = []
  for (let start = 0; start < rows.length; start += BATCH) {
    const batch = rows.slice(start, start + BATCH).map((row) => row.id)
    const last = await lastRunsOfCrons(tx, batch)
    ids.push(
      ...last
        .filter(({ status }) => (statuses as readonly ExecutionStatus[]).includes(status))
        .map(({ jobId }) => jobId),
    )
  }
  return { ids, isComplete: !rows[0]?.hasMore }
}
