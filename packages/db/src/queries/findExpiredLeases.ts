import type { Tx } from '../database.ts'
import type { Claim, RetryPolicy } from './types.ts'

export interface ExpiredLease extends Claim, RetryPolicy {
  workerId: string
  /** Its time limit had passed too. */
  isTimedOut: boolean
  leaseExpiresAt: Date
}

const text = `
SELECT id, scheduled_time AS "scheduledTime", attempt, worker_id AS "workerId", retry_count AS "retryCount",
  retry_delay_seconds AS "retryDelaySeconds", retry_backoff AS "retryBackoff", lease_expires_at AS "leaseExpiresAt",
  coalesce(started_at + timeout_seconds * interval '1 second' <= now(), false) AS "isTimedOut"
FROM job_executions
WHERE status = 'RUNNING' AND lease_expires_at < now()
ORDER BY lease_expires_at
LIMIT $1
FOR UPDATE SKIP LOCKED`

/**
 * Executions whose worker stopped renewing its lease, locked for the caller to fail or retry in the same transaction.
 *
 * Locks: the rows returned. Index: `job_executions_lease_idx`. Called by: the dispatcher's reaper.
 */
export async function findExpiredLeases(tx: Tx, limit: number): Promise<ExpiredLease[]> {
  const { rows } = await tx.query<ExpiredLease>({ name: 'findExpiredLeases', text, values: [limit] })
  return rows
}
