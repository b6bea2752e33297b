import { type AirflowClient, failedAs, isActive } from '@jobu/airflow'
import {
  activeEngineRuns,
  bindEngineRun,
  type Database,
  type EngineRun,
  endEngineRun,
  rerunTaken,
  tasksToRerun,
} from '@jobu/db'

/** Airflow has a run of jobu's under this id, so that it is told apart, and triggered once however often it is tried. */
export const externalIdOf = (runId: number): string => `jobu__${runId}`
/** @returns null: Airflow made the run */
export function ownIdOf(externalRunId: string): number | null {
  const digits = /^jobu__(\d{1,15})$/.exec(externalRunId)?.[1]
  return digits === undefined ? null : Number(digits)
}

/**
 * Brings to Airflow what was asked of runs: to start, to end, to run again. What Airflow is away for stays asked.
 *
 * @param canStart  Airflow has the DAG as it is now
 * @throws AirflowError
 */
export async function bringRuns(
  db: Database,
  client: AirflowClient,
  dagId: string,
  scheduleId: number,
  canStart: boolean,
): Promise<void> {
  for (const run of await activeEngineRuns(db, scheduleId)) {
    if (run.externalRunId === null) {
      if (canStart) await start(db, client, dagId, run)
    } else if (run.cancelRequestedAt !== null) {
      await cancel(client, dagId, run.externalRunId)
    } else if (run.reason === 'RERUN') {
      await rerun(db, client, dagId, { ...run, externalRunId: run.externalRunId })
    }
  }
}

async function start(db: Database, client: AirflowClient, dagId: string, run: EngineRun): Promise<void> {
  const runId = externalIdOf(run.id)
  try {
    await client.trigger(dagId, { runId, logicalDate: run.scheduledTime, conf: run.params })
  } catch (error) {
    const isConflict = failedAs(error, 'CONFLICT')
    if (!isConflict && !failedAs(error, 'REFUSED')) throw error
    // In conflict with itself: an earlier try was heard, and its answer was not.
    if (!isConflict || (await client.run(dagId, runId)) === null) {
      const message = (error as Error).message
      await endEngineRun(db, run.id, { status: 'FAILED', reason: 'ENGINE_REFUSED', message })
      return
    }
  }
  await bindEngineRun(db, run.id, runId)
}

/** Ends a run in Airflow if it has not ended. */
export async function cancel(client: AirflowClient, dagId: string, externalRunId: string): Promise<void> {
  const there = await client.run(dagId, externalRunId)
  if (there && isActive(there)) await client.failRun(dagId, externalRunId)
}

async function rerun(
  db: Database,
  client: AirflowClient,
  dagId: string,
  run: EngineRun & { externalRunId: string },
): Promise<void> {
  const there = await client.run(dagId, run.externalRunId)
  // One that is active was cleared already, and the answer was not heard.
  if (there && !isActive(there)) await client.clear(dagId, run.externalRunId, await tasksToRerun(db, run.id))
  await rerunTaken(db, run.id)
}
