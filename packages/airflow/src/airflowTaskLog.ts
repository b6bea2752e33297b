import { JobuError } from '@jobu/db'
import type { AirflowClient, LogPage } from './airflowClient.ts'
import { AirflowError, failedAs } from './airflowError.ts'
import { findError } from './errorOfLog.ts'
import { dagIdOf } from './renderDag.ts'

export interface TaskLog extends LogPage {
  attempt: number
  /** The last error in this page. */
  error: { message: string; trace: string | null } | null
}

/**
 * The log of a task that ran in Airflow, as it has it now.
 *
 * @param of.attempt  1 and up, at most the task's `attempts`
 * @param of.token    `nextToken` of the page before
 * @throws JobuError TASK_NOT_FOUND: Airflow has no such log; ENGINE_UNAVAILABLE
 */
export async function airflowTaskLog(
  client: AirflowClient,
  of: { scheduleId: number; externalRunId: string; key: string; attempt: number; token?: string | null },
): Promise<TaskLog> {
  try {
    const log = await client.log(dagIdOf(of.scheduleId), of.externalRunId, of)
    return {
      ...log,
      attempt: of.attempt,
      error: findError(log.lines.map(({ message }) => message).join('\n')),
    }
  } catch (error) {
    if (!(error instanceof AirflowError)) throw error
    if (failedAs(error, 'NOT_FOUND'))
      throw new JobuError('TASK_NOT_FOUND', `Airflow has no log of attempt ${of.attempt}`, { cause: error })
    throw new JobuError('ENGINE_UNAVAILABLE', error.message, { cause: error })
  }
}
