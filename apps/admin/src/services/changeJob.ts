import { changeExecution, type Database, ensurePartitions, getExecution, JobuError, sqlState } from '@jobu/db'
import type { Actor } from '../http/actor.ts'
import type { PatchJobBody } from '../schemas/job.ts'
import { type JobView, jobView } from '../views/jobView.ts'
import { audit } from './audit.ts'

/** What the server says of a row that no partition takes. */
const CHECK_VIOLATION = '23514'

/**
 * Changes the priority or the time of a job that is PENDING. The scheduled time of a cron's execution stays: it is the
 * slot, which is unique for ever and says that the slot is accounted for.
 *
 * @throws JobuError JOB_NOT_FOUND, JOB_NOT_CHANGEABLE
 */
export async function changeJob(
  database: Database,
  id: number,
  { priority, scheduled_time: scheduledTime }: PatchJobBody,
  actor: Actor,
): Promise<JobView> {
  const change = () =>
    database.transactional({ label: 'change job' }, async (tx) => {
      const before = await getExecution(tx, id)
      if (scheduledTime !== undefined && before.jobId !== null && before.status === 'PENDING') {
        throw notChangeable(
          `Job ${id} belongs to a cron: its scheduled_time is its slot and stays; cancel it and trigger the cron instead`,
          { field: 'scheduled_time', message: 'of a slot stays', received: scheduledTime },
        )
      }
      if (scheduledTime !== undefined && before.taskRunId !== null && before.status === 'PENDING') {
        throw notChangeable(
          `Job ${id} is a task of a schedule's run: it runs when those before it have ended, and its scheduled_time stays`,
          { field: 'scheduled_time', message: 'of a task stays', received: scheduledTime },
        )
      }
      if (!(await changeExecution(tx, before, { priority, scheduledTime }))) {
        // Read again: the statement that refused saw a newer status.
        const { status } = await getExecution(tx, id)
        throw notChangeable(`Job ${id} is ${status}; only PENDING can be changed`, {
          field: 'status',
          message: 'only PENDING can be changed',
          received: status,
        })
      }
      const after = jobView(await getExecution(tx, id))
      const target = { type: 'job', id, name: before.handlerName } as const
      await audit(tx, actor, 'job.update', target, jobView(before), after)
      return after
    })
  try {
    return await change()
  } catch (error) {
    if (!scheduledTime || sqlState(error) !== CHECK_VIOLATION) throw error
    await ensurePartitions(database, scheduledTime, scheduledTime)
    return change()
  }
}

function notChangeable(message: string, detail: JobuError['details'][number]): JobuError {
  return new JobuError('JOB_NOT_CHANGEABLE', message, { details: [detail] })
}
