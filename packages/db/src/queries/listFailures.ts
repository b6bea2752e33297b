import type { Tx } from '../database.ts'
import type { ExecutionFilter } from './executionFilter.ts'
import { findExecutions } from './findExecutions.ts'
import { type ExecutionKey, instantArray, plainArray } from './types.ts'

/** An execution that ended FAILED or TIMEOUT, with what tells its cause. */
export interface FailureRow {
  id: number
  jobId: number | null
  cronName: string | null
  handlerName: string
  status: 'FAILED' | 'TIMEOUT'
  reason: string | null
  /** The first thousand characters of its message. */
  message: string
  finishedAt: Date
}

const text = `
SELECT e.id, e.job_id AS "jobId", c.name AS "cronName", e.handler_name AS "handlerName", e.status, e.reason,
  left(coalesce(e.error_message, ''), 1000) AS message, e.finished_at AS "finishedAt"
FROM unnest($1::bigint[], $2::timestamptz[]) AS k (id, scheduled_time)
JOIN job_executions AS e ON e.id = k.id AND e.scheduled_time = k.scheduled_time
LEFT JOIN cron_jobs AS c ON c.id = e.job_id`

/**
 * The failures of a filter with the newest scheduled times, at most `limit`. Call it within one snapshot.
 *
 * Index: as `findExecutions`, then the primary key. Called by: the admin API.
 *
 * @returns `isComplete` false where the filter has more
 */
export async function listFailures(
  tx: Tx,
  filter: Pick<ExecutionFilter, 'jobId' | 'handlerName' | 'from' | 'to'>,
  limit: number,
): Promise<{ rows: FailureRow[]; isComplete: boolean }> {
  const { keys, horizon } = await findExecutions(
    tx,
    { ...filter, statuses: ['FAILED', 'TIMEOUT'] },
    { isDescending: true, after: null, wanted: limit + 1 },
  )
  const isComplete = horizon === null && keys.length <= limit
  const shown: ExecutionKey[] = keys.slice(0, limit)
  if (shown.length === 0) return { rows: [], isComplete }
  const { rows } = await tx.query<FailureRow>({
    name: 'listFailures',
    text,
    values: [plainArray(shown.map((key) => key.id)), instantArray(shown.map((key) => key.scheduledTime))],
  })
  return { rows, isComplete }
}
