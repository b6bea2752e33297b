import type { Tx } from '../database.ts'
import type { Reason } from '../states.ts'
import { type Claim, instantArray, plainArray } from './types.ts'

const text = `
SELECT e.id, e.reason
FROM unnest($1::bigint[], $2::timestamptz[], $3::integer[]) AS held (id, scheduled_time, attempt)
JOIN job_executions AS e ON e.id = held.id AND e.scheduled_time = held.scheduled_time AND e.attempt = held.attempt
WHERE e.cancel_requested_at IS NOT NULL AND e.lease_expires_at IS NOT NULL`

/** Which of the held executions somebody asked to cancel, and why. Index: primary key. Called by: worker. */
export async function findCancelRequests(
  tx: Tx,
  held: Claim[],
): Promise<Array<{ id: number; reason: Reason | null }>> {
  const { rows } = await tx.query<{ id: number; reason: Reason | null }>({
    name: 'findCancelRequests',
    text,
    values: [
      plainArray(held.map((one) => one.id)),
      instantArray(held.map((one) => one.scheduledTime)),
      plainArray(held.map((one) => one.attempt)),
    ],
  })
  return rows
}
