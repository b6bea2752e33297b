import type { Tx } from '../../database.ts'
import type { ExecutionStatus } from '../../states.ts'
import { plainArray } from '../types.ts'
import { TASK_STATUS } from './scheduleRuns.ts'

/** How one task ended, or is, in one run. */
export interface GridCell {
  runId: number
  key: string
  status: ExecutionStatus
  /** From its start to its end; null of one that has not ended, or never started. */
  durationMs: number | null
}

const text = `
SELECT t.run_id AS "runId", d.key, ${TASK_STATUS} AS status,
  greatest(0, extract(epoch FROM t.finished_at - coalesce(e.started_at, c.started_at)) * 1000)::bigint AS "durationMs"
FROM task_runs AS t
JOIN schedule_tasks AS d ON d.version_id = t.version_id AND d.no = t.task_no
LEFT JOIN job_executions AS e ON e.id = t.execution_id AND e.scheduled_time = t.execution_time
LEFT JOIN schedule_runs AS c ON c.id = t.child_run_id
WHERE t.run_id = ANY ($1::bigint[]) AND t.item = -1
ORDER BY t.run_id, t.task_no`

/** The tasks of several runs beside each other, without their items. Index: `task_runs_task_key`. Called by: the admin API. */
export async function gridOfRuns(tx: Tx, runIds: readonly number[]): Promise<GridCell[]> {
  if (runIds.length === 0) return []
  const { rows } = await tx.query<GridCell>({ name: 'gridOfRuns', text, values: [plainArray(runIds)] })
  return rows
}
