import type { Tx } from '../../database.ts'
import { JobuError } from '../../errors.ts'
import { ROLES, type Role, type TaskState } from '../../states.ts'
import { lockRun } from './lockRun.ts'

export interface ApprovalDecision {
  by: string
  comment?: string | null
  /** Becomes a part of the task's result. */
  data?: unknown
  /** Of who decides: must be at least the one that the task asks for. Left out: not checked here. */
  role?: Role
}

/**
 * Approves a task that waits for a person, or rejects it.
 *
 * Locks: the run. Called by: admin.
 *
 * @throws JobuError RUN_NOT_FOUND, TASK_NOT_FOUND, TASK_NOT_AWAITING, APPROVAL_ROLE
 */
export async function decideApproval(
  tx: Tx,
  runId: number,
  key: string,
  decision: 'approve' | 'reject',
  { by, comment = null, data = null, role }: ApprovalDecision,
): Promise<void> {
  await lockRun(tx, runId)
  const { rows } = await tx.query<{ id: number; kind: string; state: TaskState; role: Role | null }>({
    name: 'taskToApprove',
    text: `
SELECT t.id, d.kind, t.state, d.spec #>> '{approval,role}' AS role
FROM task_runs AS t JOIN schedule_tasks AS d ON d.version_id = t.version_id AND d.no = t.task_no
WHERE t.run_id = $1 AND d.key = $2 AND t.item = -1`,
    values: [runId, key],
  })
  const [task] = rows
  if (!task) throw new JobuError('TASK_NOT_FOUND', `Run ${runId} has no task "${key}"`)
  if (task.kind !== 'approval') throw new JobuError('TASK_NOT_AWAITING', `Task "${key}" is not an approval`)
  if (task.state !== 'AWAITING') {
    throw new JobuError(
      'TASK_NOT_AWAITING',
      `Task "${key}" of run ${runId} waits for nobody: it is ${task.state}`,
    )
  }
  const asked = task.role ?? 'operator'
  if (role !== undefined && ROLES.indexOf(role) < ROLES.indexOf(asked)) {
    throw new JobuError(
      'APPROVAL_ROLE',
      `Task "${key}" is to be decided by the role ${asked}, not by ${role}`,
    )
  }
  const isApproved = decision === 'approve'
  await tx.query({
    name: 'decideApproval',
    text: `
UPDATE task_runs
SET state = $2, reason = $3, error_message = $4, result = $5, finished_at = clock_timestamp(), attention_at = NULL
WHERE id = $1`,
    values: [
      task.id,
      isApproved ? 'SUCCESS' : 'FAILED',
      isApproved ? null : 'REJECTED',
      isApproved ? null : `rejected by ${by}${comment === null ? '' : `: ${comment}`}`,
      { [isApproved ? 'approved_by' : 'rejected_by']: by, comment, data },
    ],
  })
  await tx.query({ name: 'advanceTasks', text: 'SELECT jobu_advance_tasks($1, true)', values: [[task.id]] })
}
