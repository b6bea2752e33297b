import type { Tx } from '../../database.ts'

/**
 * A run that is a task of another run has ended: so does the task. Nothing happens where the task has ended otherwise, or is
 * another run by now.
 *
 * Locks: both runs, by id; so call it before anything else locks one of them in its transaction. Called by: dispatcher.
 *
 * @returns whether the task ended by it
 */
export async function settleChild(tx: Tx, runId: number): Promise<boolean> {
  const { rows: parents } = await tx.query<{ taskId: number }>({
    name: 'lockParent',
    text: `
SELECT t.id AS "taskId" FROM schedule_runs AS c JOIN task_runs AS t ON t.id = c.parent_task_run_id WHERE c.id = $1`,
    values: [runId],
  })
  if (!parents[0]) return false
  await tx.query({
    name: 'lockParentAndChild',
    text: `
SELECT FROM schedule_runs
WHERE id = ANY (ARRAY (SELECT run_id FROM task_runs WHERE id = $1) || $2::bigint) ORDER BY id FOR NO KEY UPDATE`,
    values: [parents[0].taskId, runId],
  })
  const { rowCount } = await tx.query({
    name: 'settleChild',
    text: `
UPDATE task_runs AS t
SET state = CASE
      WHEN c.status = 'SUCCESS' THEN 'SUCCESS'
      WHEN r.cancel_requested_at IS NOT NULL AND c.status = 'CANCELLED' THEN 'CANCELLED'
      ELSE 'FAILED'
    END::task_state,
    reason = CASE
      WHEN c.status = 'SUCCESS' THEN NULL
      WHEN r.cancel_requested_at IS NOT NULL AND c.status = 'CANCELLED' THEN 'RUN_CANCELLED'
      ELSE 'RUN_FAILED'
    END,
    error_message = CASE WHEN c.status <> 'SUCCESS' THEN format('run %s ended as %s', c.id, c.status) END,
    result = jsonb_build_object('run_id', c.id, 'status', c.status, 'params', c.params),
    finished_at = clock_timestamp(), attention_at = NULL
FROM schedule_runs AS c, schedule_runs AS r
WHERE c.id = $1 AND c.status NOT IN ('PENDING', 'RUNNING') AND t.id = $2 AND r.id = t.run_id AND t.state = 'SUBRUN'
  AND t.child_run_id = c.id`,
    values: [runId, parents[0].taskId],
  })
  if (!rowCount) return false
  await tx.query({
    name: 'advanceTasks',
    text: 'SELECT jobu_advance_tasks($1, true)',
    values: [[parents[0].taskId]],
  })
  return true
}
