import {
  backoffMs,
  type Database,
  type ExpiredLease,
  type Failure,
  failExecutions,
  findExpiredLeases,
  tellExecutions,
} from '@jobu/db'

const REAP_BATCH = 500

/**
 * Takes executions from workers that stopped renewing their leases: a retry where one is left, otherwise FAILED with
 * "worker lost" (or TIMEOUT, where its time limit had passed as well). A worker that was only slow finds its fencing
 * token refused.
 *
 * @returns how many
 */
export async function reapExpiredLeases(db: Database): Promise<number> {
  let reaped = 0
  for (let isMore = true; isMore; ) {
    const found = await db.transactional({ label: 'reap' }, async (tx) => {
      const expired = await findExpiredLeases(tx, REAP_BATCH)
      if (expired.length > 0) await failExecutions(tx, expired.map(asFailure))
      await tellExecutions(tx, expired)
      return expired.length
    })
    reaped += found
    isMore = found === REAP_BATCH
  }
  return reaped
}

function asFailure(lease: ExpiredLease): Failure {
  const since = lease.leaseExpiresAt.toISOString()
  return {
    id: lease.id,
    scheduledTime: lease.scheduledTime,
    attempt: lease.attempt,
    outcome: lease.isTimedOut ? 'TIMEOUT' : 'FAILED',
    reason: lease.isTimedOut ? 'TIMEOUT' : 'WORKER_LOST',
    message: `${lease.isTimedOut ? 'timed out, and ' : ''}worker lost: ${lease.workerId} stopped renewing its lease, which expired at ${since}`,
    stack: null,
    retryDelayMs: backoffMs(lease),
  }
}
