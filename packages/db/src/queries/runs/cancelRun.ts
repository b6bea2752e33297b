import type { Tx } from '../../database.ts'
import { JobuError } from '../../errors.ts'
import type { Reason } from '../../states.ts'

/**
 * Cancels a run: what waits is CANCELLED at once, and with nothing that runs the run is too. What runs is asked to stop by
 * `continueCancels`, after the commit: its executions must be locked before the run. Should that not be called, a dispatcher
 * does it.
 *
 * Locks: the run. Called by: admin, dispatcher (overlap_policy `replace`).
 *
 * @param by  who asked, for the message
 * @throws JobuError RUN_NOT_FOUND, RUN_NOT_ACTIVE
 */
export async function cancelRun(
  tx: Tx,
  runId: number,
  by: string,
  reason: Reason = 'CANCELLED_BY_USER',
): Promise<void> {
  const { rows } = await tx.query<{ done: boolean }>({
    name: 'cancelRun',
    text: 'SELECT jobu_cancel_run($1, $2, $3) AS done',
    values: [runId, reason, `cancelled by ${by}`],
  })
  if (rows[0]!.done) return
  const { rows: found } = await tx.query<{ status: string }>(
    'SELECT status FROM schedule_runs WHERE id = $1',
    [runId],
  )
  if (!found[0]) throw new JobuError('RUN_NOT_FOUND', `Run with id ${runId} not found`)
  throw new JobuError('RUN_NOT_ACTIVE', `Run ${runId} has ended already: it is ${found[0].status}`)
}
