import type { Tx } from '../../database.ts'
import { cancelExecutions } from '../executions.ts'

/** Executions cancelled in one statement. */
const BATCH = 1_000

const runsText = `
SELECT id, coalesce(error_message, 'cancelled') AS message FROM schedule_runs
WHERE cancel_requested_at IS NOT NULL AND status = 'RUNNING' AND ($1::bigint IS NULL OR id = $1)
ORDER BY cancel_requested_at LIMIT 100`

// Each execution is looked up by its key: OFFSET 0 keeps the planner, which knows nothing yet of tasks made a moment ago,
// from walking all that is active anywhere once a task.
const executionsText = `
SELECT e.id, e.scheduled_time AS "scheduledTime"
FROM task_runs AS t CROSS JOIN LATERAL (
  SELECT id, scheduled_time, status, cancel_requested_at FROM job_executions
  WHERE id = t.execution_id AND scheduled_time = t.execution_time OFFSET 0
) AS e
WHERE t.run_id = $1 AND t.state = 'QUEUED' AND e.status IN ('PENDING', 'RUNNING') AND e.cancel_requested_at IS NULL
ORDER BY e.id LIMIT $2`

const childrenText = `
SELECT c.id FROM task_runs AS t JOIN schedule_runs AS c ON c.id = t.child_run_id
WHERE t.run_id = $1 AND t.state = 'SUBRUN' AND c.status IN ('PENDING', 'RUNNING') AND c.cancel_requested_at IS NULL
ORDER BY c.id`

/**
 * Goes on with runs that are being cancelled: their executions are cancelled or asked to stop, and so are the runs that are
 * tasks of them. What was asked already is left alone, so it may be called at any time and anywhere.
 *
 * Locks: executions, then their runs; child runs one by one. Each statement is a transaction: call it with the database, not
 * inside a transaction. Index: `schedule_runs_cancel_idx`. Called by: admin after cancelRun, dispatcher.
 *
 * @param runId  left out: of all runs
 * @returns how many executions and runs were asked
 */
export async function continueCancels(db: Tx, runId: number | null = null): Promise<number> {
  const { rows: runs } = await db.query<{ id: number; message: string }>({
    name: 'cancellingRuns',
    text: runsText,
    values: [runId],
  })
  let asked = 0
  for (const { id, message } of runs) {
    const by = message.replace(/^cancelled by /, '')
    for (;;) {
      const { rows: keys } = await db.query<{ id: number; scheduledTime: Date }>({
        name: 'executionsToCancel',
        text: executionsText,
        values: [id, BATCH],
      })
      if (keys.length > 0) asked += (await cancelExecutions(db, keys, by)).length
      if (keys.length < BATCH) break
    }
    const { rows: children } = await db.query<{ id: number }>({
      name: 'childRunsToCancel',
      text: childrenText,
      values: [id],
    })
    for (const child of children) {
      const { rows } = await db.query<{ done: boolean }>({
        name: 'cancelRun',
        text: 'SELECT jobu_cancel_run($1, $2, $3) AS done',
        values: [child.id, 'CANCELLED_BY_USER', message],
      })
      if (rows[0]!.done) asked += 1 + (await continueCancels(db, child.id))
    }
  }
  return asked
}
