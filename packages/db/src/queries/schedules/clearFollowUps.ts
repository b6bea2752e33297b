import type { Tx } from '../../database.ts'
import { plainArray } from '../types.ts'

/**
 * Notes that what follows from these runs is done, or puts it off.
 *
 * Locks: the rows, which the caller holds. Index: primary key. Called by: followUpRuns.
 *
 * @param againInSeconds  null: it is done
 */
export async function clearFollowUps(
  tx: Tx,
  runIds: number[],
  againInSeconds: number | null = null,
): Promise<void> {
  await tx.query({
    name: 'clearFollowUps',
    text: `UPDATE schedule_runs SET follow_up_at = now() + $2::integer * interval '1 second'
           WHERE id = ANY ($1::bigint[]) AND follow_up_at IS NOT NULL`,
    values: [plainArray(runIds), againInSeconds],
  })
}
