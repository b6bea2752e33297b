import type { Tx } from '../../database.ts'
import { JobuError } from '../../errors.ts'
import type { RunStatus, RunTrigger } from '../../states.ts'

export interface LockedRun {
  id: number
  scheduleId: number
  versionId: number
  status: RunStatus
  trigger: RunTrigger
  externalRunId: string | null
  isCancelling: boolean
}

/**
 * Takes the lock that whoever changes a run's tasks must hold. Executions are locked before it, never after.
 *
 * Locks: the run's row. Index: primary key. Called by: what changes runs by hand.
 *
 * @throws JobuError RUN_NOT_FOUND
 */
export async function lockRun(tx: Tx, runId: number): Promise<LockedRun> {
  const { rows } = await tx.query<LockedRun>({
    name: 'lockRun',
    text: `
SELECT id, schedule_id AS "scheduleId", version_id AS "versionId", status, trigger, external_run_id AS "externalRunId",
  cancel_requested_at IS NOT NULL AND status = 'RUNNING' AS "isCancelling"
FROM schedule_runs WHERE id = $1 FOR NO KEY UPDATE`,
    values: [runId],
  })
  const [run] = rows
  if (!run) throw new JobuError('RUN_NOT_FOUND', `Run with id ${runId} not found`)
  return run
}
