import type { Tx } from '../../database.ts'

/** Keeps with a run which executions tell of its end. Locks: the run's row. Called by: the dispatcher. */
export async function noteNotifications(tx: Tx, runId: number, executionIds: number[]): Promise<void> {
  await tx.query(
    'UPDATE schedule_runs SET notification_executions = notification_executions || $2::bigint[] WHERE id = $1',
    [runId, executionIds],
  )
}
