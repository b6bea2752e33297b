import type { Tx } from '../database.ts'
import { and, eq, sql } from '../drizzle.ts'
import { JobuError } from '../errors.ts'
import { cronJobs, jobExecutions } from '../schema/index.ts'
import type { ExecutionRow } from './executions.ts'
import type { ExecutionKey } from './types.ts'

/**
 * As `getExecution`, with the partition key known. Prepared: planning over all partitions costs three times what
 * the look-up does, and this answers every POST /jobs.
 *
 * @throws JobuError JOB_NOT_FOUND
 */
export async function getExecutionByKey(tx: Tx, key: ExecutionKey): Promise<ExecutionRow> {
  const [found] = await tx.db
    .select({ row: jobExecutions, cronName: cronJobs.name })
    .from(jobExecutions)
    .leftJoin(cronJobs, eq(cronJobs.id, jobExecutions.jobId))
    .where(
      and(
        eq(jobExecutions.id, sql.placeholder('id')),
        eq(jobExecutions.scheduledTime, sql.placeholder('scheduledTime')),
      ),
    )
    .prepare('getExecutionByKey')
    .execute({ ...key })
  if (!found) throw new JobuError('JOB_NOT_FOUND', `Job with id ${key.id} not found`)
  return { ...found.row, cronName: found.cronName }
}
