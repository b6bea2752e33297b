import type { Tx } from '../database.ts'
import { type Claim, inLockOrder, instantArray, plainArray } from './types.ts'

const text = `
UPDATE job_executions AS e
SET lease_expires_at = clock_timestamp() + $4 * interval '1 millisecond'
FROM unnest($1::bigint[], $2::timestamptz[], $3::integer[]) AS held (id, scheduled_time, attempt)
WHERE e.id = held.id AND e.scheduled_time = held.scheduled_time AND e.attempt = held.attempt
  AND e.lease_expires_at IS NOT NULL
RETURNING e.id`

/**
 * Renews the leases of all that a worker holds, in one statement.
 *
 * Locks: the rows given. Index: primary key. Called by: the heartbeat thread.
 *
 * @returns the ids still held; one missing from them was taken away and its handler should stop
 */
export async function extendLeases(tx: Tx, held: Claim[], leaseMs: number): Promise<number[]> {
  if (held.length === 0) return []
  const ordered = inLockOrder(held)
  const { rows } = await tx.query<{ id: number }>({
    name: 'extendLeases',
    text,
    values: [
      plainArray(ordered.map((one) => one.id)),
      instantArray(ordered.map((one) => one.scheduledTime)),
      plainArray(ordered.map((one) => one.attempt)),
      leaseMs,
    ],
  })
  return rows.map((row) => row.id)
}
